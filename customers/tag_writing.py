"""Tags on their way to the platform (写回): batches and imports handed on bit by bit, and how far behind we are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, Tag
from customers.tag_changes import MARK_TAG
from customers.tag_models import TagsWanted
from customers.tagging import write_tags
from foundation import clock
from outbox.models import Lane
from outbox.queries import CallPace, pace_of

HANDED_ON = 500
MOST_COUNTED = 200_000


def hand_on(session: Session, limit: int = 100) -> int:
    """Owe the platform the oldest waiting changes, while fewer than 500 calls of the lowest lane wait; how many were looked at.

    A relation with nothing to tell loses what was deleted on the platform.
    """
    room = HANDED_ON - pace_of(session, MARK_TAG, most=HANDED_ON).waiting.get(Lane.BULK, 0)
    if room <= 0:
        return 0
    oldest = select(TagsWanted.follow_id, Customer.external_userid).outerjoin(Follow, Follow.id == TagsWanted.follow_id)
    oldest = oldest.outerjoin(Customer, Customer.id == Follow.customer_id).order_by(TagsWanted.at, TagsWanted.follow_id)
    rows = session.execute(oldest.limit(min(room, limit))).all()
    for follow_id, external_userid in sorted(rows, key=lambda row: (row[1] or "", row[0])):
        # Her row first, as batches and imports do: whoever asks for a relation again waits for us, not we for them.
        lock = select(Customer.id).where(Customer.external_userid == external_userid).with_for_update(key_share=True)
        session.execute(lock)
        session.execute(delete(TagsWanted).where(TagsWanted.follow_id == follow_id))
        follow = session.get(Follow, follow_id, with_for_update={"key_share": True}, populate_existing=True)
        if follow is not None and not write_tags(session, follow, Lane.BULK) and not follow.tags_writing:
            _forget_deleted(session, follow)
    session.flush()
    return len(rows)


def _forget_deleted(session: Session, follow: Follow) -> None:
    known = [*follow.tag_ids, *follow.platform_tag_ids]
    dead = set(session.scalars(select(Tag.id).where(Tag.id.in_(known), Tag.removed_at.is_not(None))))
    if dead:
        follow.tag_ids = [one for one in follow.tag_ids if one not in dead]
        follow.platform_tag_ids = [one for one in follow.platform_tag_ids if one not in dead]


@dataclass(frozen=True)
class Writing:
    """How far behind: `later` relations not handed on yet (`many`: 200,000 or more), what the outbox holds, when it is done."""

    later: int
    many: bool
    oldest: datetime | None
    pace: CallPace
    done_at: datetime | None

    @property
    def behind(self) -> int:
        """All that is not written yet."""
        return self.later + sum(self.pace.waiting.values())


def how_far(session: Session) -> Writing:
    """Counts bounded by indexes; `done_at` goes by the last hour, None while nothing was written in it or nothing waits."""
    wanted = select(TagsWanted.follow_id).limit(MOST_COUNTED).subquery()
    later = session.scalar(select(func.count()).select_from(wanted)) or 0
    oldest = session.scalar(select(func.min(TagsWanted.at)))
    pace = pace_of(session, MARK_TAG)
    behind = later + sum(pace.waiting.values())
    hours = behind / pace.per_hour if behind and pace.per_hour else None
    return Writing(
        later, later >= MOST_COUNTED, oldest, pace, clock.now() + timedelta(hours=hours) if hours is not None else None
    )
