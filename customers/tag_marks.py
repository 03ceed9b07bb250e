"""Who gave which tag, when and why (打标来源): marks begun, ended, prolonged; and what is known of one customer's tags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, Tag
from customers.queries import may_see
from customers.tag_models import TagMark, TagSource
from foundation import clock
from foundation.errors import NotFound
from org.models import Staff

# How `by` begins, and what source that is. Everything else is a person at the console.
SOURCES = {
    "guide": TagSource.GUIDE, "client": TagSource.GUIDE, "channel": TagSource.CHANNEL, "rule": TagSource.RULE,
    "job:import": TagSource.IMPORT, "job:api": TagSource.IMPORT, "import": TagSource.IMPORT, "job": TagSource.RULE,
    "campaign": TagSource.CAMPAIGN, "console": TagSource.CONSOLE,
}  # fmt: skip
BY_HAND = ("guide", "client", "console")
PEOPLE = (TagSource.GUIDE, TagSource.CONSOLE)
EXPIRED = "expired"


@dataclass(frozen=True)
class Origin:
    """Where a change of tags comes from: `by` as in the timeline, `why` in Chinese, and the rule or batch behind it."""

    by: str
    why: str = ""
    rule_id: int | None = None
    batch_id: int | None = None
    expires_at: datetime | None = None


def source_of(by: str) -> TagSource:
    """The source behind a `by` such as "guide", "rule:7", "job:import:3"."""
    known = [prefix for prefix in SOURCES if by == prefix or by.startswith(prefix + ":")]
    return SOURCES[max(known, key=len)] if known else TagSource.CONSOLE


def mark(session: Session, follow: Follow, given: Collection[int], taken: Collection[int], origin: Origin) -> None:
    """Begin a mark for each tag given and end those of the tags taken; at most two statements.

    A tag a person takes away that has no mark gets one that ended at once: rules must know that somebody did not want it.
    """
    now = clock.now()
    if taken:
        ended = set(_end(session, follow, taken, origin.by, now))
        if origin.by.partition(":")[0] in BY_HAND:
            gone = [_row(follow, tag_id, origin, now) for tag_id in sorted(set(taken) - ended)]
            for one in gone:
                one.expires_at, one.ended_at, one.ended_by = None, now, origin.by
            session.add_all(gone)
    session.add_all([_row(follow, tag_id, origin, now) for tag_id in sorted(given)])


def _row(follow: Follow, tag_id: int, origin: Origin, at: datetime) -> TagMark:
    return TagMark(
        customer_id=follow.customer_id, staff_id=follow.staff_id, tag_id=tag_id, source=source_of(origin.by), by=origin.by[:60],
        why=origin.why[:200], rule_id=origin.rule_id, batch_id=origin.batch_id, at=at, expires_at=origin.expires_at,
    )  # fmt: skip


def _live(customer_id: int, staff_id: int, tag_ids: Collection[int]) -> ColumnElement[bool]:
    hers = (TagMark.customer_id == customer_id, TagMark.staff_id == staff_id)
    return and_(*hers, TagMark.tag_id.in_(tag_ids), TagMark.ended_at.is_(None))


def _end(session: Session, follow: Follow, tag_ids: Collection[int], by: str, at: datetime) -> Sequence[int]:
    ended = update(TagMark).where(_live(follow.customer_id, follow.staff_id, tag_ids))
    ended = ended.values(ended_at=at, ended_by=by[:60]).returning(TagMark.tag_id)
    return session.scalars(ended.execution_options(synchronize_session=False)).all()


def taken_by_hand(*tag_ids: int) -> ColumnElement[bool]:
    """Marks of these tags that a person ended: no rule gives them to these customers again."""
    return and_(TagMark.tag_id.in_(tag_ids), or_(*(TagMark.ended_by.startswith(word) for word in BY_HAND)))


@dataclass(frozen=True)
class Given:
    """A living mark with its names; `mark` is None for a tag that came with a pull, which tells nobody's name."""

    tag: Tag
    guide: Staff
    mark: TagMark | None


def list_given(session: Session, viewer: Staff, customer_id: int) -> list[Given]:
    """The tags of one customer on the relations she may see, each with who gave it, in one statement; at most 400."""
    one_tag = Tag.id == Follow.tag_ids.any_()
    newest = and_(
        TagMark.customer_id == Follow.customer_id, TagMark.staff_id == Follow.staff_id, TagMark.tag_id == Tag.id,
        TagMark.ended_at.is_(None),
    )  # fmt: skip
    chosen = (
        select(Tag, Staff, TagMark)
        .select_from(Follow)
        .join(Staff, Staff.id == Follow.staff_id)
        .join(Tag, one_tag)
        .outerjoin(TagMark, newest)
        .where(Follow.customer_id == customer_id, Follow.status.in_(["active", "half"]), may_see(viewer))
        .ext(distinct_on(Tag.group_id, Tag.id, Staff.id))
        .order_by(Tag.group_id, Tag.id, Staff.id, TagMark.id.desc())
        .limit(400)
    )
    return [Given(tag, guide, found) for tag, guide, found in session.execute(chosen.where(Tag.removed_at.is_(None)))]


def get_mark(session: Session, viewer: Staff, mark_id: int) -> tuple[TagMark, Staff, Customer]:
    """A living mark on a relation she may see, with its guide and customer. Raises NotFound."""
    chosen = (
        select(TagMark, Staff, Customer)
        .join(Follow, and_(Follow.customer_id == TagMark.customer_id, Follow.staff_id == TagMark.staff_id))
        .join(Staff, Staff.id == Follow.staff_id)
        .join(Customer, Customer.id == TagMark.customer_id)
        .where(TagMark.id == mark_id, TagMark.ended_at.is_(None), may_see(viewer))
    )
    row = session.execute(chosen).one_or_none()
    if row is None:
        raise NotFound("这个标签已经去掉了")
    return row[0], row[1], row[2]
