"""One sender, step by step: what leaves, in which order, and what each answer leaves behind."""

from datetime import timedelta

import pytest
import time_machine

from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from outbox import actions, media, queries
from outbox.models import Lane, MessageStatus, OutgoingMessage, PlatformMedia
from outbox.sender import Sender
from tests.builders.outbox import all_messages, owe
from tests.builders.platform import RESET, Raw, ScriptedPlatform, errcode
from wecom.errors import PlatformError

WELCOME = "externalcontact/send_welcome_msg"
TAG = "externalcontact/mark_tag"
JPEG = b"\xff\xd8 a picture"


def sender(lanes: tuple[Lane, ...] = tuple(Lane), taken: list[OutgoingMessage] | None = None) -> Sender:
    return Sender(lanes, 4, (taken if taken is not None else []).append)


def drain(sender_: Sender | None = None) -> int:
    return (sender_ or sender()).drain()


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=False)


def test_a_message_leaves_once_and_is_remembered(platform: ScriptedPlatform) -> None:
    platform.then("message/send", {"errcode": 0, "errmsg": "ok", "msgid": "m1", "invaliduser": ""})
    owe()
    assert drain() == 1
    assert drain() == 0
    (row,) = all_messages()
    assert (row.status, row.errcode, row.answer, row.attempts) == (MessageStatus.SENT, 0, {"msgid": "m1"}, 1)
    assert row.sent_at is not None
    body = platform.of("message/send")[0].json
    assert body["agentid"] == 1000002
    assert body["enable_duplicate_check"] == 1


def test_lanes_go_in_order(platform: ScriptedPlatform) -> None:
    for lane in reversed(Lane):
        owe(2, lane=lane, prefix=lane.value)
    drain()
    order = [call.json["touser"][:-1] for call in platform.of("message/send")]
    assert order == [lane.value for lane in Lane for _ in range(2)]


def test_a_sender_keeps_to_its_lanes(platform: ScriptedPlatform) -> None:
    owe(1, lane=Lane.BULK)
    assert drain(sender((Lane.WELCOME, Lane.TASK))) == 0


def test_what_is_not_due_waits(platform: ScriptedPlatform) -> None:
    owe(due_at=clock.now() + timedelta(minutes=5))
    assert drain() == 0
    with later(301):
        assert drain() == 1


def test_a_throttled_message_waits_and_then_goes_out(platform: ScriptedPlatform) -> None:
    platform.then("message/send", errcode(45009))
    owe(3)
    with transaction() as session:
        actions.enqueue(session, Lane.BULK, TAG, {"t": {"userid": "ai"}}, about="follow:1")
    drain()
    assert len(platform.of("message/send")) == 1, "the whole API rests"
    assert len(platform.of(TAG)) == 1, "and only that API"
    with transaction() as session:
        (paused,) = queries.find_paused(session)
    assert (paused.call, paused.errcode) == ("message/send", 45009)
    assert drain() == 0, "another sender respects the rest"
    with later(61):
        assert drain() == 3
    assert {row.status for row in all_messages()} == {MessageStatus.SENT}


@pytest.mark.parametrize("fault", [errcode(-1), errcode(45033), RESET, Raw(b"<html>"), Raw(b"", status=502), errcode(6000)])
def test_a_passing_fault_is_retried_a_little_later(platform: ScriptedPlatform, fault: object) -> None:
    platform.then("message/send", fault)
    owe()
    with later(0):  # a slow machine must not live through the wait between the two tries
        drain()
        assert drain() == 0
    (row,) = all_messages()
    assert row.status == MessageStatus.WAITING
    assert row.reason
    with later(5):
        drain()
    (row,) = all_messages()
    assert (row.status, row.attempts, row.reason) == (MessageStatus.SENT, 2, "")
    first, second = platform.of("message/send")
    assert first.body == second.body, "the platform must be able to recognise the repeat"


def test_a_token_refused_for_ever_ends_with_a_reason(platform: ScriptedPlatform) -> None:
    platform.always["message/send"] = errcode(40014)
    owe()
    for hour in range(10):
        with later(hour * 3600):
            drain()
    (row,) = all_messages()
    assert (row.status, row.errcode) == (MessageStatus.DEAD, 40014)
    assert "access_token" in row.reason
    assert len(platform.of("message/send")) <= 12


def test_a_bad_recipient_ends_and_the_others_go_on(platform: ScriptedPlatform) -> None:
    platform.then("message/send", errcode(60111), {"errcode": 0, "invaliduser": "m1"}, {"errcode": 0, "unlicenseduser": "m2"})
    owe(5)
    drain()
    assert [row.status for row in all_messages()] == ["dead", "dead", "dead", "sent", "sent"]
    assert all(row.reason for row in all_messages()[:3])


def test_a_changed_card_and_a_given_welcome_are_done(platform: ScriptedPlatform) -> None:
    platform.always[WELCOME] = errcode(41051)
    platform.always["message/update_template_card"] = errcode(60140)
    owe(1, lane=Lane.WELCOME, call=WELCOME, prefix="w")
    owe(1, lane=Lane.INTERACTIVE, call="message/update_template_card", prefix="c")
    drain()
    assert [(row.status, row.errcode) for row in all_messages()] == [(MessageStatus.SENT, 41051), (MessageStatus.SENT, 60140)]


def test_a_welcome_is_retried_only_inside_its_seconds(platform: ScriptedPlatform) -> None:
    platform.always[WELCOME] = errcode(41096)
    owe(1, lane=Lane.WELCOME, call=WELCOME, expires_at=clock.now() + timedelta(seconds=4))
    for tenths in range(0, 60, 3):
        with later(tenths / 10):
            drain()
    (row,) = all_messages()
    assert row.status == MessageStatus.EXPIRED
    assert 3 <= len(platform.of(WELCOME)) <= 8


def test_a_welcome_after_its_seconds_is_never_sent(platform: ScriptedPlatform) -> None:
    owe(1, lane=Lane.WELCOME, call=WELCOME, expires_at=clock.now() + timedelta(seconds=18))
    with later(19):
        drain()
    assert platform.of(WELCOME) == []
    assert all_messages()[0].status == MessageStatus.EXPIRED


def test_writes_to_one_customer_keep_their_order(platform: ScriptedPlatform) -> None:
    platform.then(TAG, errcode(45035))
    for n in range(3):
        with transaction() as session:
            actions.enqueue(session, Lane.INTERACTIVE, TAG, {f"t{n}": {"userid": "ai", "n": n}}, about="follow:1")
            actions.enqueue(session, Lane.INTERACTIVE, TAG, {f"o{n}": {"userid": "bo", "n": n}}, about=f"follow:{n + 2}")
    drain()
    assert [call.json["n"] for call in platform.of(TAG) if call.json["userid"] == "ai"] == [0]
    with later(5):
        drain()
    assert [call.json["n"] for call in platform.of(TAG) if call.json["userid"] == "ai"] == [0, 0, 1, 2]


def test_a_customer_who_left_ends_a_tag_with_a_reason(platform: ScriptedPlatform) -> None:
    platform.always[TAG] = errcode(84061)
    owe(1, call=TAG)
    drain()
    assert (all_messages()[0].status, all_messages()[0].reason) == (MessageStatus.DEAD, "客户已不是该导购的好友")


def test_wanted_results_are_handed_over_whether_good_or_bad(platform: ScriptedPlatform) -> None:
    platform.then("message/send", {"errcode": 0, "config_id": "c"}, errcode(60111), errcode(-1))
    owe(3, wants_result=True)
    owe(1, prefix="quiet")
    taken: list[OutgoingMessage] = []
    drain(sender(taken=taken))
    assert [(each.status, each.answer) for each in taken] == [("sent", {"config_id": "c"}), ("dead", None)]


def test_a_failing_taker_stops_nobody_and_is_asked_again_by_a_sweeper(platform: ScriptedPlatform) -> None:
    owe(2, wants_result=True)

    def taker(_message: OutgoingMessage) -> None:
        raise RuntimeError("no")

    assert Sender((Lane.TASK,), 2, taker).drain() == 2
    with transaction() as session:
        assert len(queries.list_results_wanted(session)) == 2


def test_an_upload_gives_a_media_id(platform: ScriptedPlatform) -> None:
    platform.then("media/upload", {"errcode": 0, "errmsg": "", "type": "image", "media_id": "M1", "created_at": "1380000000"})
    with transaction() as session:
        key = media.keep_media(session, "image", keep_blob(JPEG), "海报.jpg")
        assert media.want_media(session, key) is None
    drain()
    with transaction() as session:
        assert media.want_media(session, key) == "M1"
    assert JPEG in platform.of("media/upload")[0].body


def welcome_with_picture() -> str:
    with transaction() as session:
        key = media.keep_media(session, "image", keep_blob(JPEG), "p.jpg", keep_fresh=True)
        image = {"msgtype": "image", "image": {"media_id": media.media_slot(key)}}
        payload = {"welcome_code": "W", "text": {"content": "您好"}, "attachments": [image]}
        actions.enqueue(
            session, Lane.WELCOME, WELCOME, {"w": payload}, about="follow:1", expires_at=clock.now() + timedelta(seconds=18)
        )
    return key


def test_a_missing_picture_is_uploaded_just_before_it_is_needed(platform: ScriptedPlatform) -> None:
    platform.then("media/upload", {"errcode": 0, "media_id": "M1"})
    welcome_with_picture()
    drain()
    assert platform.of(WELCOME)[0].json["attachments"][0]["image"]["media_id"] == "M1"
    assert len(platform.of("media/upload")) == 1


def test_a_media_id_the_platform_forgot_is_replaced_once(platform: ScriptedPlatform) -> None:
    key = welcome_with_picture()
    with transaction() as session:
        row = session.get(PlatformMedia, key)
        assert row is not None
        row.media_id, row.expires_at = "OLD", clock.now() + timedelta(days=2)
    platform.then(WELCOME, errcode(40007))
    platform.then("media/upload", {"errcode": 0, "media_id": "NEW"})
    drain()
    used = [call.json["attachments"][0]["image"]["media_id"] for call in platform.of(WELCOME)]
    assert used == ["OLD", "NEW"]
    assert all_messages()[0].status == MessageStatus.SENT


def test_a_welcome_goes_without_a_picture_that_cannot_be_had(platform: ScriptedPlatform) -> None:
    platform.always["media/upload"] = errcode(40009)
    welcome_with_picture()
    drain()
    assert platform.of(WELCOME)[0].json["attachments"] == []
    assert all_messages()[0].status == MessageStatus.SENT


def test_a_payload_nobody_foresaw_ends_with_a_reason(platform: ScriptedPlatform) -> None:
    with transaction() as session:
        actions.enqueue(session, Lane.TASK, "media/upload", {"bad": {"nothing": 1}}, about="x")
    owe()
    drain()
    assert [row.status for row in all_messages()] == ["dead", "sent"]


def test_no_secret_of_the_platform_is_kept_in_a_reason(platform: ScriptedPlatform) -> None:
    platform.always["message/send"] = errcode(60020)
    owe()
    drain()
    assert "10.0.0.1" not in all_messages()[0].reason
    assert issubclass(PlatformError, Exception)


def test_a_re_sent_message_goes_out_again(platform: ScriptedPlatform) -> None:
    platform.then("message/send", errcode(60111))
    owe()
    drain()
    with transaction() as session:
        actions.resend(session, all_messages()[0].id, "staff:1")
    drain()
    assert all_messages()[0].status == MessageStatus.SENT


def test_a_clock_that_jumps_back_does_not_prolong_a_rest(platform: ScriptedPlatform) -> None:
    platform.then("message/send", errcode(45009))
    owe(2, prefix="a")
    with later(3600):
        drain()
    owe(1, prefix="b")
    drain()
    assert platform.of("message/send")[-1].json["touser"] == "b0"
