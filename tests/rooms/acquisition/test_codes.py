"""A guide's channel codes, wanted and answered."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition import actions as acquisition
from acquisition.console_queries import codes_by_guide
from acquisition.models import CodeStatus
from acquisition.queries import find_code, list_codes_of
from acquisition.rules import OWN_CHANNEL, own_code, ready_code
from foundation.errors import Invalid
from org.models import Staff
from outbox.models import MessageStatus, OutgoingMessage, ResultStatus
from tests.builders.org import make_staff


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai")


def owed(session: Session) -> list[OutgoingMessage]:
    return list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))


def test_asking_twice_makes_one_code(session: Session, ai: Staff) -> None:
    first = acquisition.want_code(session, ai, "我的名片")
    assert acquisition.want_code(session, ai, " 我的名片 ").id == first.id
    message = owed(session)[0]
    assert len(owed(session)) == 1
    assert (message.call, message.result_status) == ("externalcontact/add_contact_way", ResultStatus.WANTED)
    assert message.payload["state"] == first.state
    assert len(first.state) <= 30


def test_the_answer_makes_it_ready(session: Session, ai: Staff) -> None:
    code = acquisition.want_code(session, ai, "我的名片")
    message = owed(session)[0]
    message.status, message.answer = MessageStatus.SENT, {"errcode": 0, "config_id": "c1", "qr_code": "https://qr/1"}
    acquisition.code_answered(session, message)
    assert (code.status, code.config_id, code.qr_code) == (CodeStatus.READY, "c1", "https://qr/1")
    assert find_code(session, code.state) is code
    assert acquisition.want_code(session, ai, "我的名片").id == code.id
    assert len(owed(session)) == 1


def test_two_codes_and_everybody_shows_the_same_one(session: Session, ai: Staff) -> None:
    posters, own = acquisition.want_code(session, ai, "门店海报"), acquisition.want_code(session, ai, OWN_CHANNEL)
    assert own_code([posters, own]) is own
    assert ready_code([posters, own]) is None
    for n, code in enumerate((posters, own)):
        assert own_code([posters, own]) is (posters if n else own)
        acquisition.code_ready(session, code.state, f"c{n}", f"https://qr/{n}")
    assert ready_code(list_codes_of(session, ai)) is own
    assert ready_code(codes_by_guide(session, [ai.id])[ai.id]) is own
    assert own_code([]) is None


def test_a_refusal_tells_why_and_asking_again_tries_again(session: Session, ai: Staff) -> None:
    code = acquisition.want_code(session, ai, "我的名片")
    message = owed(session)[0]
    message.status, message.reason = MessageStatus.DEAD, "成员没有客户联系权限"
    acquisition.code_answered(session, message)
    assert (code.status, code.problem) == (CodeStatus.FAILED, "成员没有客户联系权限")
    state = code.state
    acquisition.want_code(session, ai, "我的名片")
    assert (code.status, code.problem) == (CodeStatus.WANTED, "")
    assert code.state != state
    assert len(owed(session)) == 2


def test_an_answer_for_a_state_nobody_knows_is_nothing(session: Session) -> None:
    acquisition.code_ready(session, "unknown", "c", "q")
    acquisition.code_failed(session, "unknown", "why")
    assert find_code(session, "") is None
    assert find_code(session, "x" * 40) is None


def test_her_codes_come_by_channel(session: Session, ai: Staff) -> None:
    for channel in ("门店海报", "个人名片"):
        acquisition.want_code(session, ai, channel)
    assert [one.channel for one in list_codes_of(session, ai)] == ["个人名片", "门店海报"]


@pytest.mark.parametrize("channel", ["", "  ", "长" * 41])
def test_a_bad_channel_name_is_named(session: Session, ai: Staff, channel: str) -> None:
    with pytest.raises(Invalid) as caught:
        acquisition.want_code(session, ai, channel)
    assert "channel" in caught.value.fields
