"""Rules at work, behind: moments looked at, tags given, tags whose time is over taken. Short transactions, safe to repeat."""

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from customers.tag_changes import TagChange, tag_customers
from customers.tag_marks import EXPIRED, Origin
from customers.tag_models import TagMark, TagMoment
from customers.tag_rule_actions import expiry_of
from customers.tag_rule_looks import Her, Look, looks_of, read_guides, read_hers, read_refusals
from customers.tag_rule_queries import draft_of
from customers.tag_rule_sql import LOCK
from customers.tag_rules import reason
from foundation import clock
from foundation.errors import AppError
from foundation.log import logger

log = logger(__name__)


def work_moments(session: Session, limit: int = 200) -> int:
    """Look at the oldest moments and give what the rules say; how many were looked at."""
    oldest = select(TagMoment).order_by(TagMoment.id).limit(limit).with_for_update(skip_locked=True)
    moments = list(session.scalars(oldest))
    if not moments:
        return 0
    looks = looks_of(session, moments)
    if looks:
        _lock(session, looks)
        _give(session, looks)
    session.execute(delete(TagMoment).where(TagMoment.id.in_([one.id for one in moments])))
    return len(moments)


def _lock(session: Session, customer_ids: Collection[int]) -> None:
    """Before the look: nobody takes a tag away between it and the giving."""
    session.execute(LOCK, {"ids": list(customer_ids)})


def _give(session: Session, looks: dict[int, deque[Look]]) -> None:
    """A customer's looks one after the other, the customers together: what one gave decides what the next finds."""
    refused, guides = read_refusals(session, looks), read_guides(session, looks)
    while looks:
        hers = read_hers(session, looks)
        changes = []
        for id_, mine in list(looks.items()):
            change = _next(mine, hers[id_], refused, guides.get(id_, []))
            if change is None:
                del looks[id_]
            else:
                changes.append(change)
        _tag(session, changes, "rule did not tag")


def _next(mine: deque[Look], her: Her, refused: Collection[tuple[int, int]], guides: Sequence[int]) -> TagChange | None:
    """What the first of her looks that gives anything gives, on the relation with the guide of the moment, else with her
    owner, else on the oldest living one.
    """
    while mine:
        look = mine.popleft()
        if look.is_idle(her) or (her.id, look.rule.tag_id) in refused or not guides:
            continue
        guide = next((one for one in (look.staff_id, her.owner_id) if one in guides), guides[0])
        rule = look.rule
        origin = Origin(f"rule:{rule.id}", reason(draft_of(rule)), rule.id, expires_at=expiry_of(rule, clock.now()))
        return TagChange(her.id, guide or 0, origin, add=[rule.tag_id])
    return None


def _tag(session: Session, changes: Sequence[TagChange], failed: str) -> None:
    for change, done in zip(changes, tag_customers(session, changes), strict=True):
        if isinstance(done, AppError):
            log.info(failed, customer=change.customer_id, by=change.origin.by, why=done.message)


def end_expired(session: Session, now: datetime, limit: int = 200) -> int:
    """Take away tags whose time is over, unless somebody else gave the same one too; how many marks ended."""
    due = and_(TagMark.ended_at.is_(None), TagMark.expires_at <= now)
    oldest = select(TagMark.id, TagMark.customer_id).where(due).order_by(TagMark.expires_at, TagMark.id).limit(limit)
    found = session.execute(oldest).all()
    if not found:
        return 0
    _lock(session, {row.customer_id for row in found})
    # What somebody made live longer, or took, while we waited is not over.
    ids = session.scalars(select(TagMark.id).where(TagMark.id.in_([row.id for row in found]), due)).all()
    origin = Origin(f"rule:{EXPIRED}", "到期自动去掉")
    changes = [
        TagChange(customer_id, staff_id, origin, remove=[tag_id]) for customer_id, staff_id, tag_id in _alone(session, ids)
    ]
    _tag(session, changes, "tag not taken")
    rest = update(TagMark).where(TagMark.id.in_(ids), TagMark.ended_at.is_(None))
    session.execute(rest.values(ended_at=now, ended_by=origin.by))
    return len(found)


def _alone(session: Session, ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """(customer, member, tag) of these marks where no other living mark holds the tag, those given first before the others."""
    other = aliased(TagMark)
    same = and_(
        other.customer_id == TagMark.customer_id, other.staff_id == TagMark.staff_id, other.tag_id == TagMark.tag_id,
        other.ended_at.is_(None), other.id.not_in(ids),
    )  # fmt: skip
    held = (TagMark.customer_id, TagMark.staff_id, TagMark.tag_id)
    chosen = select(*held).where(TagMark.id.in_(ids), ~select(other.id).where(same).exists())
    rows = session.execute(chosen.group_by(*held).order_by(func.max(TagMark.id)))
    return [(customer_id, staff_id, tag_id) for customer_id, staff_id, tag_id in rows]
