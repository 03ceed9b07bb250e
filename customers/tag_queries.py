"""What the tag manager shows: groups with their numbers, one group's tags, tags by name; and the nightly count behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from customers.models import Tag, TagGroup
from foundation import clock
from org.rules import like_words

MOST_GROUPS, MOST_FOUND = 3_000, 100
COUNT = text("""
WITH counted AS (SELECT tag_id, count(*) AS customers FROM customer, unnest(tag_ids) AS one (tag_id) GROUP BY tag_id)
UPDATE tag SET customers = COALESCE((SELECT customers FROM counted WHERE counted.tag_id = tag.id), 0), counted_at = :now
""")


@dataclass(frozen=True)
class GroupLine:
    """A living group with how many living tags it has, how many of them are not on the platform yet, and its first names."""

    group: TagGroup
    tags: int
    waiting: int
    first: str


def list_groups(session: Session) -> list[GroupLine]:
    """All living groups in the platform's order, in one statement."""
    alive = Tag.removed_at.is_(None)
    names = func.array_agg(Tag.name).filter(alive)
    chosen = (
        select(
            TagGroup, func.count(Tag.id).filter(alive), func.count(Tag.id).filter(alive, Tag.platform_id.is_(None)), names[1:8]
        )
        .outerjoin(Tag, Tag.group_id == TagGroup.id)
        .where(TagGroup.removed_at.is_(None))
        .group_by(TagGroup.id)
        .order_by(TagGroup.order.desc(), TagGroup.id)
        .limit(MOST_GROUPS)
    )
    return [GroupLine(group, tags, waiting, "、".join(first or [])) for group, tags, waiting, first in session.execute(chosen)]


def tags_of_group(session: Session, group_id: int, after: tuple[int, int] | None = None, limit: int = 200) -> list[Tag]:
    """A group's living tags in the platform's order; `after` is (order, id) of the last one shown."""
    chosen = select(Tag).where(Tag.group_id == group_id, Tag.removed_at.is_(None))
    if after is not None:
        later: ColumnElement[bool] = (Tag.order < after[0]) | ((Tag.order == after[0]) & (Tag.id > after[1]))
        chosen = chosen.where(later)
    return list(session.scalars(chosen.order_by(Tag.order.desc(), Tag.id).limit(limit)))


def find_tags(session: Session, words: str, limit: int = MOST_FOUND) -> list[tuple[Tag, TagGroup]]:
    """Living tags whose name, or whose group's name, contains the words; those most had first."""
    like = like_words(words)
    chosen = select(Tag, TagGroup).join(TagGroup, TagGroup.id == Tag.group_id)
    chosen = chosen.where(
        Tag.removed_at.is_(None), TagGroup.removed_at.is_(None), Tag.name.ilike(like) | TagGroup.name.ilike(like)
    )
    rows = session.execute(chosen.order_by(Tag.customers.desc(), Tag.id).limit(limit))
    return [(tag, group) for tag, group in rows]


def names_by_id(session: Session, tag_ids: Sequence[int]) -> dict[int, str]:
    """Names of tags, deleted ones too."""
    rows = session.execute(select(Tag.id, Tag.name).where(Tag.id.in_(tag_ids))) if tag_ids else ()
    return {id_: name for id_, name in rows}


def counted_at(session: Session) -> datetime | None:
    """When the customers of tags were last counted."""
    return session.scalar(select(func.max(Tag.counted_at)))


def count_tags(session: Session) -> None:
    """Count the customers of every tag anew: one pass over all customers, for the night."""
    session.execute(text("SET LOCAL statement_timeout = '600s'"))
    session.execute(COUNT, {"now": clock.now()})
