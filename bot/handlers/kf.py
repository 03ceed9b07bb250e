"""微信客服 (DOC 94670): the event tells only that something was said; a job reads what."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.fields import text_of
from bot.models import InboundEvent, KfLine
from foundation import clock
from foundation.wake import ring

PULL_JOB = "bot.pull_kf"
TOKEN_GOOD_FOR = clock.days(9 / 24 / 60)


def told(session: Session, event: InboundEvent) -> None:
    """Something was said on an account: it is to be read. An event without OpenKfId means all accounts we know."""
    open_kfid, token = text_of(event.body, "OpenKfId", 64), text_of(event.body, "Token", 256)
    now = clock.now()
    facts = {"wanted_at": now, "token": token, "token_until": event.created_at_platform + TOKEN_GOOD_FOR}
    if open_kfid:
        line = insert(KfLine).values(open_kfid=open_kfid, cursor="", **facts)
        session.execute(line.on_conflict_do_update(index_elements=["open_kfid"], set_=facts))
    else:
        session.execute(update(KfLine).values(**facts))
    ring(session, PULL_JOB)
