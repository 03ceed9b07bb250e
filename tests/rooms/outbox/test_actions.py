"""Rows: owed once, called off, re-sent, rescued, expired."""

from datetime import timedelta

import psycopg
import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import Conflict, NotFound
from outbox import actions, media, queries
from outbox.keeping import forget_ended
from outbox.models import Lane, MessageStatus, OutgoingMessage, PlatformMedia, ResultStatus
from outbox.rules import UNREPEATABLE
from tests.builders.outbox import make_message


def test_a_key_is_owed_once_for_ever(session: Session) -> None:
    messages = {f"task:1:{n}": {"touser": f"u{n}"} for n in range(2500)}
    assert actions.enqueue(session, Lane.TASK, "message/send", messages, about="task:1") == 2500
    assert actions.enqueue(session, Lane.TASK, "message/send", messages | {"task:1:x": {}}, about="task:1") == 1


def test_a_row_holds_what_was_said(session: Session) -> None:
    due = clock.now() + timedelta(hours=1)
    actions.enqueue(
        session, Lane.WELCOME, "c", {"k" * 500: {"名": "😀\x00"}}, about="follow:1", due_at=due, expires_at=due, wants_result=True
    )
    (row,) = queries.list_about(session, "follow:1")
    assert (row.lane, row.call, row.payload, row.due_at, row.expires_at) == (Lane.WELCOME, "c", {"名": "😀"}, due, due)
    assert (row.status, row.attempts, row.result_status) == (MessageStatus.WAITING, 0, ResultStatus.WANTED)
    assert len(row.idempotency_key) == 200


def test_each_is_about_its_own_thing_and_wakes_the_sender_when_it_is_due(database: None) -> None:
    later = clock.now() + timedelta(hours=1)
    two = {"a": ("follow:1", {"名": "\x00"}), "b": ("follow:2", {})}
    with psycopg.connect(settings().database_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute("LISTEN outbox")
        with transaction() as session:
            assert actions.enqueue_each(session, Lane.BULK, "c", {"x": ("follow:9", {})}, due_at=later) == 1
        with transaction() as session:
            assert actions.enqueue_each(session, Lane.TASK, "c", two) == 2
        with transaction() as session:
            assert actions.enqueue_each(session, Lane.WELCOME, "c", two) == 0
            assert actions.hurry(session, ["follow:1", "follow:2", "follow:3"], Lane.INTERACTIVE) == 2
            assert actions.hurry(session, ["follow:1"], Lane.INTERACTIVE) == 0
        assert [told.payload for told in listener.notifies(timeout=60, stop_after=2)] == ["task", "interactive"]
    with transaction() as session:
        rows = [row for about in ("follow:1", "follow:2") for row in queries.list_about(session, about)]
        assert [(row.idempotency_key, row.payload, row.lane) for row in rows] == [
            ("a", {"名": ""}, Lane.INTERACTIVE), ("b", {}, Lane.INTERACTIVE),
        ]  # fmt: skip


def test_two_long_keys_with_one_beginning_stay_two(session: Session) -> None:
    assert actions.enqueue(session, Lane.TASK, "c", {"k" * 300 + "1": {}, "k" * 300 + "2": {}}, about="a") == 2


def test_nothing_owed_is_nothing_done(session: Session) -> None:
    assert actions.enqueue(session, Lane.TASK, "c", {}, about="a") == 0


def test_calling_off_leaves_what_is_under_way(session: Session) -> None:
    make_message(session, key="a")
    make_message(session, key="b", status=MessageStatus.SENDING)
    make_message(session, key="c", about="task:2")
    assert actions.cancel_waiting(session, "task:1") == 1
    assert [row.status for row in queries.list_about(session, "task:1")] == [MessageStatus.SENDING, MessageStatus.EXPIRED]


def test_a_dead_message_can_be_sent_again_and_that_is_audited(session: Session) -> None:
    row = make_message(
        session,
        status=MessageStatus.DEAD,
        attempts=7,
        tries=4,
        losses=2,
        reason="x",
        errcode=60020,
        result_status=ResultStatus.FAILED,
        result_tries=10,
    )
    actions.resend(session, row.id, "staff:1")
    assert (row.status, row.attempts, row.reason, row.errcode) == (MessageStatus.WAITING, 7, "", None)
    assert (row.tries, row.losses, row.result_status, row.result_tries) == (0, 0, ResultStatus.WANTED, 0)
    assert session.query(AuditEvent).one().subject == f"message:{row.id}"


def test_what_cannot_be_sent_again_says_why(session: Session) -> None:
    sent = make_message(session, key="a", status=MessageStatus.SENT)
    late = make_message(session, key="b", status=MessageStatus.EXPIRED, expires_at=clock.now() - timedelta(seconds=1))
    for row in (sent, late):
        with pytest.raises(Conflict):
            actions.resend(session, row.id, "staff:1")
    with pytest.raises(NotFound):
        actions.resend(session, 10**9, "staff:1")


def test_a_lost_call_is_taken_back_when_its_lease_ends(session: Session) -> None:
    lost = make_message(session, key="a", status=MessageStatus.SENDING, attempts=25)
    held = make_message(session, key="b", status=MessageStatus.SENDING, attempts=1)
    killer = make_message(session, key="c", status=MessageStatus.SENDING, attempts=20, losses=19)
    ago = "clock_timestamp() - interval '1 second'"
    session.execute(text(f"UPDATE outgoing_message SET lease_until = {ago} WHERE idempotency_key IN ('a', 'c')"))
    session.execute(
        text("UPDATE outgoing_message SET lease_until = clock_timestamp() + interval '1 minute' WHERE idempotency_key = 'b'")
    )
    assert actions.rescue_stuck(session) == 2
    session.expire_all()
    assert [row.status for row in (lost, held, killer)] == [MessageStatus.WAITING, MessageStatus.SENDING, MessageStatus.DEAD]
    assert (lost.attempts, lost.losses, lost.tries) == (25, 1, 0)
    assert killer.reason


def test_a_call_that_must_not_be_made_twice_ends_at_its_second_loss(session: Session) -> None:
    call = "externalcontact/add_contact_way"
    row = make_message(session, call=call, status=MessageStatus.SENDING, attempts=1)
    for status in (MessageStatus.WAITING, MessageStatus.DEAD):
        row.status, row.lease_until = MessageStatus.SENDING, clock.now() - timedelta(minutes=5)
        session.flush()
        assert actions.rescue_stuck(session) == 1
        session.refresh(row)
        assert row.status == status
    assert row.reason == UNREPEATABLE[call]


def test_what_came_too_late_is_kept_with_its_reason_and_never_owed(session: Session) -> None:
    past = clock.now() - timedelta(seconds=1)
    make_message(session, key="sent", status=MessageStatus.SENT)
    late = {"sent": {}, "late": {"x": 1}}
    assert actions.keep_expired(session, Lane.WELCOME, "c", late, about="a", expires_at=past, reason="太晚") == 1
    session.expire_all()
    assert [(row.idempotency_key, row.status, row.reason) for row in queries.page_dead(session)] == [
        ("late", MessageStatus.EXPIRED, "太晚")
    ]


def test_old_sent_and_older_failed_calls_are_forgotten_window_by_window(session: Session) -> None:
    def row(key: str, status: MessageStatus, days: int, **facts: object) -> None:
        made = make_message(session, key=key, status=status, **facts)
        made.created_at = clock.now() - timedelta(days=days)
        made.sent_at = made.created_at if status == MessageStatus.SENT else None

    row("dead-old", MessageStatus.DEAD, 181)
    row("dead", MessageStatus.EXPIRED, 170)
    row("untold", MessageStatus.SENT, 60, result_status=ResultStatus.WANTED)
    row("owed", MessageStatus.WAITING, 60)
    row("sent-old", MessageStatus.SENT, 31)
    row("sent", MessageStatus.SENT, 29)
    row("young", MessageStatus.SENT, 1)
    row("younger", MessageStatus.SENT, 0)
    row("sent-older", MessageStatus.SENT, 200)
    session.flush()
    after: int | None = 0
    gone = 0
    while after is not None:
        sent_before, failed_before = clock.now() - timedelta(days=30), clock.now() - timedelta(days=180)
        count, after = forget_ended(session, after, sent_before=sent_before, failed_before=failed_before, limit=2)
        gone += count
    kept = {made.idempotency_key for made in session.query(OutgoingMessage)}
    assert gone == 2
    assert kept == {"dead", "untold", "owed", "sent", "young", "younger", "sent-older"}, "it ends at the first young window"


def test_what_is_past_its_time_expires(session: Session) -> None:
    late = make_message(session, key="a", expires_at=clock.now() - timedelta(seconds=1))
    make_message(session, key="b", expires_at=clock.now() + timedelta(seconds=9))
    assert actions.expire_overdue(session) == 1
    session.expire_all()
    assert late.status == MessageStatus.EXPIRED


def test_the_dead_are_paged_newest_first(session: Session) -> None:
    rows = [make_message(session, key=f"{n}", status=MessageStatus.DEAD) for n in range(5)]
    first = queries.page_dead(session, limit=2)
    assert [row.id for row in first] == [rows[4].id, rows[3].id]
    assert [row.id for row in queries.page_dead(session, first[-1].id, 10)] == [rows[2].id, rows[1].id, rows[0].id]


def test_counts_and_the_oldest(session: Session) -> None:
    due = clock.now() - timedelta(minutes=3)
    make_message(session, key="a", due_at=due)
    make_message(session, key="b", due_at=clock.now() + timedelta(hours=1), lane=Lane.BULK)
    make_message(session, key="c", status=MessageStatus.SENT, result_status=ResultStatus.WANTED)
    assert queries.oldest_waiting(session) == due
    assert queries.count_by_status(session)[MessageStatus.WAITING] == 2
    assert queries.count_waiting_by_lane(session) == {Lane.WELCOME: 0, Lane.INTERACTIVE: 0, Lane.TASK: 1, Lane.BULK: 1}
    assert [row.idempotency_key for row in queries.list_results_wanted(session)] == ["c"]
    actions.note_result(session, queries.list_results_wanted(session)[0].id, ResultStatus.HANDLED)
    assert queries.list_results_wanted(session) == []


def test_media_is_wanted_once_however_often_one_asks(session: Session) -> None:
    key = media.keep_media(session, "image", "a" * 64, "海报.jpg")
    assert key == media.keep_media(session, "image", "a" * 64, "海报.jpg") == "image:" + "a" * 64
    assert [media.want_media(session, key) for _ in range(3)] == [None, None, None]
    (row,) = session.query(OutgoingMessage).all()
    assert (row.lane, row.call, row.payload) == (Lane.INTERACTIVE, "media/upload", {"$upload": key})
    kept = session.get(PlatformMedia, key)
    assert kept is not None
    kept.media_id, kept.expires_at = "M", clock.now() + timedelta(hours=2)
    session.flush()
    assert media.want_media(session, key) == "M"
    kept.expires_at = clock.now() + timedelta(minutes=59)
    session.flush()
    assert media.want_media(session, key) is None


def test_the_same_file_under_another_name_is_sent_under_that_name(session: Session) -> None:
    old, new = (media.keep_media(session, "file", "a" * 64, name) for name in ("2025 价目表.pdf", "2026 价目表.pdf"))
    assert old != new
    assert new == media.keep_media(session, "file", "a" * 64, "2026 价目表.pdf")
    session.flush()
    kept = [session.get_one(PlatformMedia, key) for key in (old, new)]
    assert [one.filename for one in kept] == ["2025 价目表.pdf", "2026 价目表.pdf"]
    assert {one.blob_key for one in kept} == {"a" * 64}
    image = [media.keep_media(session, "image", "b" * 64, name) for name in ("1.jpg", "2.jpg")]
    assert image == ["image:" + "b" * 64] * 2


def test_kept_fresh_media_is_renewed_ahead_of_time(session: Session) -> None:
    never = media.keep_media(session, "image", "a" * 64, "1.jpg", keep_fresh=True)
    soon = media.keep_media(session, "image", "b" * 64, "2.jpg")
    media.keep_media(session, "image", "b" * 64, "2.jpg", keep_fresh=True)
    media.keep_media(session, "image", "c" * 64, "3.jpg")
    row = session.get(PlatformMedia, soon, populate_existing=True)
    assert row is not None
    row.media_id, row.expires_at = "M", clock.now() + timedelta(hours=11)
    session.flush()
    assert media.refresh_due(session, 10) == 2
    assert {m.payload["$upload"] for m in session.query(OutgoingMessage)} == {never, soon}


def test_a_file_the_platform_refused_is_told_at_once_and_tried_again_the_next_minute(session: Session) -> None:
    key, now = media.keep_media(session, "image", "e" * 64, "海报.jpg"), clock.now()
    with time_machine.travel(now, tick=False):
        assert [media.want_media(session, key) for _ in range(2)] == [None, None]
        (owed,) = session.query(OutgoingMessage).all()
        owed.status, owed.reason = MessageStatus.DEAD, "图片格式不对"
        session.flush()
        with pytest.raises(Conflict, match=r"没有收下「海报\.jpg」：图片格式不对"):
            media.want_media(session, key)
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert media.want_media(session, key) is None
    assert session.query(OutgoingMessage).count() == 2
