"""A customer scans a guide's code: welcome, relation, channel tags, history."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition import actions as acquisition
from acquisition.models import Welcome
from acquisition.pictures import MAX_BYTES, checked_picture, draw_welcome
from acquisition.rules import NEUTRAL_NAME, code_payload, welcome_payload, welcome_text
from customers.models import TimelineEntry
from foundation import clock
from foundation.errors import Invalid
from org.models import Staff
from outbox.models import Lane, MessageStatus, OutgoingMessage, PlatformMedia
from tests.builders.acquisition import make_code
from tests.builders.customers import find_customer, make_customer, make_tags
from tests.builders.org import make_department, make_staff


@pytest.fixture
def ai(session: Session) -> Staff:
    make_department(session, "1.2.3.4.", "徐家汇店")
    return make_staff(session, userid="ai", name="李小美")


def welcomes(session: Session) -> list[OutgoingMessage]:
    return list(session.scalars(select(OutgoingMessage).where(OutgoingMessage.lane == Lane.WELCOME)))


def arrive(session: Session, *, code: str = "WC_1", state: str = "", at: datetime | None = None) -> None:
    acquisition.arrive(session, "ai", "wm1", at=at or clock.now(), state=state, welcome_code=code)


def test_the_welcome_has_the_guides_name_her_store_and_a_picture(session: Session, ai: Staff) -> None:
    arrive(session)
    message = welcomes(session)[0]
    content = message.payload["text"]["content"]
    assert "李小美" in content
    assert "徐家汇店" in content
    assert content.startswith(NEUTRAL_NAME)
    key = message.payload["attachments"][0]["image"]["media_id"]["$media"]
    assert session.get_one(PlatformMedia, key).keep_fresh
    assert message.payload["welcome_code"] == "WC_1"
    assert "WC_1" not in message.idempotency_key
    assert message.expires_at is not None


def test_nothing_is_sent_after_its_seconds(session: Session, ai: Staff) -> None:
    arrive(session, at=clock.now() - timedelta(seconds=19))
    assert [message.status for message in welcomes(session)] == [MessageStatus.EXPIRED]
    assert find_customer(session, "wm1") is not None


def test_four_deliveries_owe_one_welcome(session: Session, ai: Staff) -> None:
    moment = clock.now()
    for _ in range(4):
        arrive(session, at=moment)
    assert len(welcomes(session)) == 1
    assert len(session.scalars(select(TimelineEntry)).all()) == 1


def test_a_known_customer_is_greeted_by_name_and_a_long_name_is_not_used(session: Session, ai: Staff) -> None:
    customer = make_customer(session, "wm1", name="陈姐")
    arrive(session)
    assert welcomes(session)[0].payload["text"]["content"].startswith("陈姐好")
    customer.name = "羽" * 10_000
    arrive(session, code="WC_2")
    assert welcomes(session)[1].payload["text"]["content"].startswith("您好")


def test_the_channel_gives_its_tags_and_its_name(session: Session, ai: Staff) -> None:
    tag = make_tags(session, "户外")[0]
    make_code(session, ai, "门店海报", tag_ids=[tag.id])
    arrive(session, state="gdteststate")
    customer = find_customer(session, "wm1")
    assert customer is not None
    assert customer.tag_ids == [tag.id]
    entries = {entry.kind: entry.facts for entry in session.scalars(select(TimelineEntry))}
    assert entries["added"]["channel"] == "门店海报"
    assert entries["auto_tagged"]["why"] == "来自渠道「门店海报」"


def test_a_channel_tag_that_is_gone_does_not_cost_the_arrival(session: Session, ai: Staff) -> None:
    make_code(session, ai, tag_ids=[999])
    arrive(session, state="gdteststate")
    assert find_customer(session, "wm1") is not None


def test_a_state_made_by_hand_in_the_console_gets_the_default_welcome(session: Session, ai: Staff) -> None:
    arrive(session, state="某个渠道" * 10)
    assert len(welcomes(session)) == 1


def test_a_code_may_have_its_own_welcome(session: Session, ai: Staff) -> None:
    own = Welcome(name="活动", text="{导购}欢迎{客户称呼}", updated_at=clock.now())
    session.add(own)
    session.flush()
    make_code(session, ai).welcome_id = own.id
    arrive(session, state="gdteststate")
    message = welcomes(session)[0]
    assert message.payload["text"]["content"] == "李小美欢迎您"
    assert "attachments" not in message.payload


def test_a_guide_without_a_store_speaks_for_the_brand(session: Session) -> None:
    acquisition.arrive(session, "stranger", "wm1", at=clock.now(), welcome_code="WC_1")
    assert "导购台的导购stranger" in welcomes(session)[0].payload["text"]["content"]


def test_the_default_welcome_is_made_once_and_can_be_changed(session: Session, ai: Staff) -> None:
    first = acquisition.default_welcome(session)
    assert acquisition.default_welcome(session).id == first.id
    before = first.picture_key
    acquisition.save_welcome(session, ai, " 您好，{导购}为您服务 ", draw_welcome("新的", None))
    assert first.text == "您好，{导购}为您服务"
    assert first.picture_key != before
    with pytest.raises(Invalid):
        acquisition.save_welcome(session, ai, "  ")
    kept = first.picture_key
    with pytest.raises(Invalid):
        acquisition.save_welcome(session, ai, "好", b"\xff\xd8 no picture")
    assert first.picture_key == kept


def test_a_picture_the_platform_would_not_take_is_too_large() -> None:
    fits = draw_welcome("品牌", None)
    assert checked_picture(fits.ljust(MAX_BYTES, b"\0")) == "jpg"
    with pytest.raises(Invalid) as refused:
        checked_picture(fits.ljust(MAX_BYTES + 1, b"\0"))
    assert "picture" in refused.value.fields


def test_a_welcome_is_cut_to_what_the_platform_takes() -> None:
    text = welcome_text("{导购}" * 900, customer="", guide="羽绒", store="")
    assert len(text.encode()) <= 4000
    assert welcome_payload("c", "t", None) == {"welcome_code": "c", "text": {"content": "t"}}


def test_a_contact_way_is_for_one_guide_without_asking() -> None:
    payload = code_payload("ai", "很长的渠道名" * 10, "gd1")
    assert (payload["type"], payload["scene"], payload["user"], payload["skip_verify"]) == (1, 2, ["ai"], True)
    assert len(payload["remark"]) == 30
