"""Platform media lives three days: renewed before, shared by all guides, and repaired where the platform lost it sooner."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from jobs.sweep_jobs import refresh_media
from outbox.actions import enqueue
from outbox.media import keep_media, media_slot, want_media
from outbox.models import Lane, MessageStatus, OutgoingMessage, PlatformMedia
from tests.flows.town import Town, simulator, town

__all__ = ["simulator", "town"]
JPEG = b"\xff\xd8\xff a picture"
THREE_DAYS = 3 * 86400


def _keep(content: bytes = JPEG, **rest: bool) -> str:
    with transaction() as session:
        return keep_media(session, "image", keep_blob(content), "a.jpg", **rest)


def _owe(town: Town, key: str, userid: str, once: str) -> str:
    with transaction() as session:
        payload = {"touser": userid, "msgtype": "image", "image": {"media_id": media_slot(key)}}
        enqueue(session, Lane.INTERACTIVE, "message/send", {once: payload}, about="task:1")
    town.work()
    with transaction() as session:
        row = session.scalars(select(OutgoingMessage).where(OutgoingMessage.idempotency_key == once)).one()
        assert row.status == MessageStatus.SENT, row.reason
    return _media_id(key)


def _media_id(key: str) -> str:
    with transaction() as session:
        return session.get_one(PlatformMedia, key, populate_existing=True).media_id or ""


def test_one_upload_serves_all_and_a_lost_one_is_repaired_while_sending(town: Town) -> None:
    key, before = _keep(), town.calls("media/upload")
    guides = sorted(one["userid"] for one in town.platform.get("members")["members"])[:2]
    first = _owe(town, key, guides[0], "a")
    assert _owe(town, key, guides[1], "b") == first
    assert town.calls("media/upload") - before == 1
    # The platform forgets sooner than we know of: its clock alone goes three days on.
    town.platform.post("clock", advance=THREE_DAYS + 60)
    assert _owe(town, key, guides[0], "c") != first
    assert town.calls("media/upload") - before == 2


def test_a_welcomes_picture_is_repaired_too(town: Town) -> None:
    town.platform.do("customer_scans", userid="lixiaomei", customer={"name": "先来的"})
    town.work()
    with transaction() as session:
        kept = session.scalars(select(PlatformMedia).where(PlatformMedia.keep_fresh)).one()
    assert kept.media_id
    town.platform.post("clock", advance=THREE_DAYS + 60)
    scan = town.platform.do("customer_scans", userid="lixiaomei", customer={"name": "后来的"})
    town.work()
    assert _media_id(kept.key) not in ("", kept.media_id)
    shown = town.platform.chat("lixiaomei", scan["external_userid"])
    assert any("image" in str(message) for message in shown), shown


def test_media_kept_fresh_is_renewed_before_its_three_days_are_over(town: Town) -> None:
    key = _keep(b"\xff\xd8\xff fresh", keep_fresh=True)
    assert refresh_media() >= 1
    town.work()
    first = _media_id(key)
    assert first
    almost = 2.6 * 86400
    town.platform.post("clock", advance=almost)
    with time_machine.travel(clock.now() + timedelta(seconds=almost), tick=True):
        assert refresh_media() >= 1
        town.work()
        assert _media_id(key) not in ("", first)


def test_an_id_the_client_refused_is_fetched_anew_at_once_and_only_once(town: Town) -> None:
    key, before = _keep(b"\xff\xd8\xff chat"), town.calls("media/upload")
    with transaction() as session:
        assert want_media(session, key) is None
    town.work()
    first = _media_id(key)
    for _ in range(3):
        with transaction() as session:
            assert want_media(session, key, lost=first) is None
    town.work()
    with transaction() as session:
        second = want_media(session, key, lost=first)
        assert second not in (None, first)
        assert want_media(session, key) == second
    assert town.calls("media/upload") - before == 2
