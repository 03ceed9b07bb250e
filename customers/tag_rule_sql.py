"""A rule's question put to the timeline: which entries match, whose number is reached. The same answers as tag_rules.matches."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from customers.models import Customer, TimelineEntry
from customers.tag_marks import taken_by_hand
from customers.tag_models import TagMark
from customers.tag_rules import EVENTS, LOOK_BACK_DAYS, RuleDraft

FACTS = TimelineEntry.facts
# Their rows and those they live on together, in the one order everybody locks many in: a home locked later would be out of it.
LOCK = text("""
SELECT id FROM customer
WHERE id = ANY(ARRAY(
    SELECT unnest(CAST(:ids AS bigint[]))
    UNION SELECT merged_into_id FROM customer WHERE id = ANY(CAST(:ids AS bigint[])) AND merged_into_id IS NOT NULL))
ORDER BY external_userid FOR NO KEY UPDATE
""")


# The marks themselves one behind the other: their JSON text would bring quotes, brackets and escapes nobody wrote.
MARKS: ColumnElement[str] = literal_column("""(SELECT string_agg(listed.mark, ' ' ORDER BY listed.place)
    FROM jsonb_array_elements_text(CASE jsonb_typeof(timeline_entry.facts->'marks') WHEN 'array'
        THEN timeline_entry.facts->'marks' ELSE '[]'::jsonb END) WITH ORDINALITY AS listed (mark, place))""")


def _spoken() -> ColumnElement[str]:
    title, words = (func.coalesce(FACTS[name].astext, "") for name in ("title", "words"))
    return func.lower(func.concat_ws(" ", title, MARKS, words))


def matching(draft: RuleDraft) -> ColumnElement[bool]:
    """Entries of the event's kind that are narrowed as the rule says."""
    match, kind = draft.match, EVENTS[draft.event].kind
    wanted: list[ColumnElement[bool]] = [TimelineEntry.kind == kind]
    if "words" in match:
        wanted.append(or_(*(func.strpos(_spoken(), word.lower()) > 0 for word in match["words"])))
    if "items" in match:
        wanted.append(FACTS["item"].astext.in_([str(one) for one in match["items"]]))
    if "category" in match:
        wanted.append(FACTS["category"].astext == str(match["category"]))
    if "channels" in match:
        wanted.append(FACTS["channel"].astext.in_(match["channels"]))
    if "min_yuan" in match:
        wanted.append(cast(func.coalesce(func.nullif(FACTS["paid_yuan"].astext, ""), "0"), Float) >= match["min_yuan"])
    return and_(*wanted)


def counts_among(session: Session, draft: RuleDraft, customer_ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many moments of each match within the rule's days, up to the number it asks for; who has none is left out."""
    told = select(func.unnest(cast(list(customer_ids), ARRAY(BigInteger))).label("id")).subquery()
    hers = select(TimelineEntry.id).where(TimelineEntry.customer_id == told.c.id, matching(draft), TimelineEntry.at <= now)
    if draft.days is not None:
        hers = hers.where(TimelineEntry.at >= now - timedelta(days=draft.days))
    few = hers.limit(draft.times or 1).lateral()
    counted = select(told.c.id, func.count()).select_from(told).join(few, true()).group_by(told.c.id)
    return {id_: count for id_, count in session.execute(counted)}


def reached_by(draft: RuleDraft, now: datetime) -> Select[int, int, datetime]:
    """Customers whose moments reach the number now: customer_id, times, last. An event without days is looked back 30 days."""
    since = now - timedelta(days=draft.days or LOOK_BACK_DAYS)
    return (
        select(TimelineEntry.customer_id, func.count().label("times"), func.max(TimelineEntry.at).label("last"))
        .where(matching(draft), TimelineEntry.at >= since, TimelineEntry.at <= now)
        .group_by(TimelineEntry.customer_id)
        .having(func.count() >= (draft.times or 1))
    )


def has_tag(tag_id: int) -> ColumnElement[bool]:
    """Customers who have the tag from anyone."""
    return Customer.tag_ids.contains([tag_id])


def refused(tag_id: int) -> ColumnElement[bool]:
    """Customers a person took this tag away from: a rule never fights a guide."""
    taken, account = taken_by_hand(tag_id), aliased(Customer)
    # A guide who knows both her accounts keeps a relation, with its marks, on the row that was merged.
    there = select(literal(1)).select_from(account).join(TagMark, TagMark.customer_id == account.id)
    return or_(
        exists(select(literal(1)).where(TagMark.customer_id == Customer.id, taken)),
        exists(there.where(account.merged_into_id == Customer.id, taken)),
    )
