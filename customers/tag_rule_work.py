"""Rules at work, behind: moments looked at, tags given, tags whose time is over taken. Short transactions, safe to repeat."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, exists, select
from sqlalchemy.orm import Session, aliased

from customers.models import Customer, Follow, FollowStatus, Tag
from customers.tag_marks import EXPIRED, taken_by_hand
from customers.tag_models import TagMark, TagMoment, TagRule
from customers.tag_rule_actions import expiry_of
from customers.tag_rule_queries import draft_of
from customers.tag_rule_sql import count_moments
from customers.tag_rules import matches, reason
from customers.tagging import tag_customer
from foundation import clock
from foundation.errors import AppError
from foundation.log import logger
from org.models import Staff

log = logger(__name__)
LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)


def work_moments(session: Session, limit: int = 200) -> int:
    """Look at the oldest moments and give what the rules say; how many were looked at.

    Customers are taken in the one order everybody locks many of them in.
    """
    oldest = select(TagMoment).order_by(TagMoment.id).limit(limit).with_for_update(skip_locked=True)
    moments = list(session.scalars(oldest))
    if not moments:
        return 0
    rules = _running(session)
    customers = _customers(session, [one.customer_id for one in moments])
    order = sorted(moments, key=lambda one: (customers[one.customer_id].external_userid, one.id))
    for moment in order:
        for rule in rules:
            if rule.event == moment.event and _is_its(rule, moment):
                _look(session, rule, moment, customers[moment.customer_id])
    session.execute(delete(TagMoment).where(TagMoment.id.in_([one.id for one in moments])))
    return len(moments)


def _is_its(rule: TagRule, moment: TagMoment) -> bool:
    """A moment put down for one rule (those who reached it before it ran) is looked at by that rule alone."""
    if "rule" in moment.facts:
        return bool(moment.facts["rule"] == rule.id)
    return matches(rule.match, moment.facts)


def _running(session: Session) -> list[TagRule]:
    chosen = select(TagRule).join(Tag, Tag.id == TagRule.tag_id)
    chosen = chosen.where(TagRule.enabled_at.is_not(None), TagRule.archived_at.is_(None), Tag.removed_at.is_(None))
    return list(session.scalars(chosen.order_by(TagRule.id)))


def _customers(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    """By the id they were called then; who was merged into another is the other."""
    kept = aliased(Customer)
    chosen = select(Customer, kept).outerjoin(kept, kept.id == Customer.merged_into_id).where(Customer.id.in_(set(ids)))
    return {one.id: other or one for one, other in session.execute(chosen)}


def _look(session: Session, rule: TagRule, moment: TagMoment, customer: Customer) -> None:
    draft, now = draft_of(rule), clock.now()
    if rule.times > 1 and "rule" not in moment.facts and count_moments(session, draft, customer.id, now) < rule.times:
        return
    if rule.tag_id in customer.tag_ids and not rule.expires_days:
        return
    refused = exists().where(TagMark.customer_id == customer.id, taken_by_hand(rule.tag_id))
    if session.scalar(select(refused)):
        return
    guide = _guide(session, customer, moment.staff_id)
    if guide is None:
        return
    try:
        with session.begin_nested():
            tag_customer(
                session, guide, customer.id, add=[rule.tag_id], by=f"rule:{rule.id}", why=reason(draft), rule_id=rule.id,
                expires_at=expiry_of(rule, now),
            )  # fmt: skip
    except AppError as problem:
        log.info("rule did not tag", rule=rule.id, customer=customer.id, why=problem.message)


def _guide(session: Session, customer: Customer, staff_id: int | None) -> Staff | None:
    """The guide of the moment, else her owner, else the oldest living relation's."""
    rank = case((Follow.staff_id == staff_id, 0), (Follow.staff_id == customer.owner_id, 1), else_=2)
    chosen = select(Staff).join(Follow, Follow.staff_id == Staff.id)
    chosen = chosen.where(Follow.customer_id == customer.id, Follow.status.in_(LIVING))
    return session.scalars(chosen.order_by(rank, Follow.followed_at, Follow.id).limit(1)).one_or_none()


def end_expired(session: Session, now: datetime, limit: int = 200) -> int:
    """Take away tags whose time is over, unless somebody else gave the same one too; how many marks ended."""
    due = (
        select(TagMark, Customer.external_userid)
        .join(Customer, Customer.id == TagMark.customer_id)
        .where(TagMark.ended_at.is_(None), TagMark.expires_at <= now)
        .order_by(TagMark.expires_at, TagMark.id)
        .limit(limit)
    )
    rows = sorted(session.execute(due).all(), key=lambda row: (row[1], row[0].id))
    for mark, _ in rows:
        _expire(session, mark, now)
    session.flush()
    return len(rows)


def _expire(session: Session, mark: TagMark, now: datetime) -> None:
    other = aliased(TagMark)
    same = and_(other.customer_id == mark.customer_id, other.staff_id == mark.staff_id, other.tag_id == mark.tag_id)
    lives_on = exists().where(same, other.id != mark.id, other.ended_at.is_(None))
    if not session.scalar(select(lives_on)):
        try:
            with session.begin_nested():
                guide = session.get_one(Staff, mark.staff_id)
                tag_customer(session, guide, mark.customer_id, remove=[mark.tag_id], by=f"rule:{EXPIRED}", why="到期自动去掉")
        except AppError as problem:
            log.info("tag not taken", mark=mark.id, why=problem.message)
    session.refresh(mark)
    if mark.ended_at is None:
        mark.ended_at, mark.ended_by = now, f"rule:{EXPIRED}"
