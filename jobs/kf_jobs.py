"""What customers wrote to 微信客服: each account read from its cursor, the words heard, the cursor kept in one transaction."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import KfLine
from customers.hearing import hear
from foundation import clock
from foundation.db import Json, transaction
from foundation.log import logger
from wecom import reads
from wecom.errors import PlatformError, Refused

log = logger(__name__)
BY_CUSTOMER = 3
OLD_TOKEN = 95007
AGAIN_AFTER = timedelta(minutes=1)
MOST_PAGES = 50


def pull_kf() -> int:
    """Read every account something was told of; how many messages were heard. Safe to repeat: each message counts once."""
    with transaction() as session:
        wanted = [
            (line.open_kfid, line.wanted_at)
            for line in session.scalars(select(KfLine).where(KfLine.wanted_at <= clock.now()).order_by(KfLine.wanted_at))
        ]
    return sum(_read(open_kfid, wanted_at) for open_kfid, wanted_at in wanted)


def _read(open_kfid: str, wanted_at: datetime | None) -> int:
    heard = 0
    for _ in range(MOST_PAGES):
        with transaction() as session:
            line = session.get_one(KfLine, open_kfid)
            cursor, token = line.cursor, line.token if line.token_until and line.token_until > clock.now() else ""
        try:
            messages, following, more = _page(open_kfid, cursor, token)
        except PlatformError as trouble:
            log.warning("kf not read", open_kfid=open_kfid, why=trouble.message)
            _settle(open_kfid, wanted_at, clock.now() + AGAIN_AFTER)
            return heard
        with transaction() as session:
            heard += sum(_hear(session, message) for message in messages)
            session.get_one(KfLine, open_kfid, with_for_update=True).cursor = following
        if not more:
            _settle(open_kfid, wanted_at, None)
            return heard
    return heard


def _page(open_kfid: str, cursor: str, token: str) -> tuple[list[Json], str, bool]:
    try:
        return reads.sync_kf(open_kfid, cursor, token)
    except Refused as refused:
        if refused.errcode != OLD_TOKEN or not token:
            raise
        return reads.sync_kf(open_kfid, cursor)


def _settle(open_kfid: str, wanted_at: datetime | None, again_at: datetime | None) -> None:
    """Read to the end, or to be tried again; a newer wish stays."""
    with transaction() as session:
        line = session.get_one(KfLine, open_kfid, with_for_update=True)
        if line.wanted_at == wanted_at:
            line.wanted_at = again_at


def _hear(session: Session, message: Json) -> bool:
    """Only what a customer wrote; who is nobody's friend here is not kept."""
    if message.get("origin") != BY_CUSTOMER or not message.get("external_userid") or not message.get("msgid"):
        return False
    words = str((message.get("text") or {}).get("content") or "") if message.get("msgtype") == "text" else ""
    at = min(clock.from_unix(message.get("send_time") or 0), clock.now())
    return hear(session, str(message["external_userid"]), words, at=at, once=f"kf:{message['msgid']}")
