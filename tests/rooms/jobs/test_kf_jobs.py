"""A customer's "退订" to 微信客服 becomes her wish in all stores: read from the cursor, heard once, her guide told."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.handlers import kf
from bot.models import KfLine
from customers.models import Consent, Customer, TimelineEntry
from customers.respect import may_contact
from customers.respect_models import ConsentChange, ContactKind
from foundation import clock
from foundation.db import Json, transaction
from jobs.kf_jobs import pull_kf
from outbox.models import OutgoingMessage
from tests.builders.bot import make_event
from tests.builders.platform import ScriptedPlatform, errcode, scripted_platform
from tests.builders.sop import Brand, make_brand, make_follow


@pytest.fixture
def platform(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedPlatform]:
    with scripted_platform(monkeypatch) as running:
        yield running


@pytest.fixture
def brand(platform: ScriptedPlatform) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        make_follow(session, made.ai, "wm1", days_ago=5)
        return made


def told(open_kfid: str = "wk1", token: str = "T1") -> None:
    body = {"Event": "kf_msg_or_event", "Token": token, "OpenKfId": open_kfid}
    with transaction() as session:
        kf.told(session, make_event(session, "kf_msg_or_event", body=body))


def said(number: int, words: str, who: str = "wm1", **more: object) -> Json:
    message = {"msgid": f"m{number}", "external_userid": who, "origin": 3, "send_time": int(clock.now().timestamp()) - 60}
    return message | {"msgtype": "text", "text": {"content": words}, **more}


def page(*messages: Json, cursor: str, more: int = 0) -> Json:
    return {"errcode": 0, "errmsg": "ok", "msg_list": list(messages), "next_cursor": cursor, "has_more": more}


def state() -> tuple[str, list[str], int]:
    with transaction() as session:
        kinds = session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)).all()
        cards = session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == "message/send")).all()
        return session.scalars(select(Customer.consent)).one(), list(kinds), len(cards)


def test_her_words_are_heard_once_over_pages_and_repeats(platform: ScriptedPlatform, brand: Brand) -> None:
    system: Json = {"msgtype": "event", "origin": 4, "event": {}}
    first = page(said(1, "你好，在吗"), said(2, "退订", origin=5), system, cursor="c1", more=1)
    second = page(said(3, "别发广告了"), said(4, "退订", who="wm-unknown"), said(5, "", msgtype="image"), cursor="c2")
    platform.then("kf/sync_msg", first, second)
    told()
    assert pull_kf() == 3
    assert state() == (Consent.SERVICE_ONLY, ["replied", "replied", "consent", "replied"], 1)
    assert [call.json["cursor"] for call in platform.of("kf/sync_msg")] == ["", "c1"]
    assert platform.of("kf/sync_msg")[0].json["token"] == "T1"
    with transaction() as session:
        change = session.scalars(select(ConsentChange)).one()
        assert (change.was, change.now, change.source, change.words) == ("all", "service_only", "message", "别发广告了")
        assert "你好" not in str(session.scalars(select(TimelineEntry.facts)).all())
        assert session.get_one(KfLine, "wk1").wanted_at is None
        card = session.scalars(select(OutgoingMessage)).one().payload
        assert card["touser"] == brand.ai.userid
        assert "别发广告了" in str(card)
    assert pull_kf() == 0
    told()
    platform.then("kf/sync_msg", page(said(3, "别发广告了"), cursor="c2"))
    assert pull_kf() == 0
    assert state()[1:] == (["replied", "replied", "consent", "replied"], 1)


def test_a_wish_is_tightened_never_loosened_and_holds_everywhere(platform: ScriptedPlatform, brand: Brand) -> None:
    platform.then("kf/sync_msg", page(said(1, "别再联系我"), said(2, "退订"), said(3, "怎么退货"), cursor="c1"))
    told()
    pull_kf()
    assert state()[0] == Consent.NONE
    assert state()[2] == 1
    with transaction() as session:
        kept = session.scalars(select(ConsentChange).order_by(ConsentChange.id)).all()
        words = [(one.was, one.now, one.source, one.words) for one in kept]
        assert words == [("all", "none", "message", "别再联系我"), ("none", "none", "message", "退订")]
        id_ = session.scalars(select(Customer.id)).one()
        assert may_contact(session, [id_], ContactKind.CARE, clock.now(), staff_id=brand.far.id)[id_].rule == "consent"
        assert may_contact(session, [id_], ContactKind.SERVICE, clock.now()) == {}, "what answers her is allowed"


def test_an_old_token_is_left_out_and_trouble_is_tried_again(platform: ScriptedPlatform, brand: Brand) -> None:
    platform.then("kf/sync_msg", errcode(95007), page(said(1, "TD"), cursor="c1"))
    told()
    assert pull_kf() == 1
    assert "token" not in platform.of("kf/sync_msg")[1].json
    platform.then("kf/sync_msg", errcode(60011))
    told(token="T2")
    assert pull_kf() == 0
    with transaction() as session:
        line = session.get_one(KfLine, "wk1")
        assert line.wanted_at is not None
        assert line.wanted_at > clock.now()
        assert line.cursor == "c1"


def test_an_event_without_its_account_reads_all_accounts(platform: ScriptedPlatform, brand: Brand) -> None:
    platform.always["kf/sync_msg"] = page(cursor="c")
    told("wk1")
    told("wk2")
    pull_kf()
    before = len(platform.of("kf/sync_msg"))
    told("")
    pull_kf()
    assert {call.json["open_kfid"] for call in platform.of("kf/sync_msg")[before:]} == {"wk1", "wk2"}
