"""What rules have to look at: which rule, for which moment, with which customer. Reads in a few statements, changes nothing."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, FollowStatus, Tag
from customers.tag_marks import taken_by_hand
from customers.tag_models import TagMark, TagMoment, TagRule
from customers.tag_rule_queries import draft_of
from customers.tag_rule_sql import counts_among
from customers.tag_rules import matches
from foundation import clock

LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)


@dataclass(frozen=True, slots=True)
class Her:
    """The row a customer lives on."""

    id: int
    owner_id: int | None
    tag_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Look:
    """A rule to be looked at for a moment with the member `staff_id`."""

    rule: TagRule
    staff_id: int | None

    def is_idle(self, her: Her) -> bool:
        """She has the tag already, and it does not live longer for being given again."""
        return self.rule.tag_id in her.tag_ids and not self.rule.expires_days


def looks_of(session: Session, moments: Sequence[TagMoment]) -> dict[int, deque[Look]]:
    """By the row she lives on, in the order of her moments; nobody with whom there is nothing to do."""
    rules, homes = _running(session), _homes(session, {one.customer_id for one in moments})
    asked = [
        (homes[moment.customer_id], rule, moment)
        for moment in sorted(moments, key=lambda one: one.id)
        for rule in rules
        if rule.event == moment.event and _is_its(rule, moment)
    ]
    reached = _reached(session, [(home, rule) for home, rule, moment in asked if _counts(rule, moment)])
    looks: dict[int, deque[Look]] = {}
    for home, rule, moment in asked:
        if not _counts(rule, moment) or (home, rule.id) in reached:
            looks.setdefault(home, deque()).append(Look(rule, moment.staff_id))
    hers = read_hers(session, looks)
    return {home: mine for home, mine in looks.items() if not all(look.is_idle(hers[home]) for look in mine)}


def _is_its(rule: TagRule, moment: TagMoment) -> bool:
    """A moment put down for one rule (those who reached it before it ran) is looked at by that rule alone."""
    if "rule" in moment.facts:
        return bool(moment.facts["rule"] == rule.id)
    return matches(rule.match, moment.facts)


def _counts(rule: TagRule, moment: TagMoment) -> bool:
    return rule.times > 1 and "rule" not in moment.facts


def _running(session: Session) -> list[TagRule]:
    chosen = select(TagRule).join(Tag, Tag.id == TagRule.tag_id)
    chosen = chosen.where(TagRule.enabled_at.is_not(None), TagRule.archived_at.is_(None), Tag.removed_at.is_(None))
    return list(session.scalars(chosen.order_by(TagRule.id)))


def _homes(session: Session, ids: Collection[int]) -> dict[int, int]:
    """By the id they were called then; who was merged into another is the other."""
    chosen = select(Customer.id, func.coalesce(Customer.merged_into_id, Customer.id)).where(Customer.id.in_(ids))
    return {id_: home for id_, home in session.execute(chosen)}


def _reached(session: Session, asked: Sequence[tuple[int, TagRule]]) -> set[tuple[int, int]]:
    """(customer, rule) of those whose moments are as many as the rule asks for; a statement for each rule that counts."""
    now, found = clock.now(), set()
    for rule in {rule.id: rule for _, rule in asked}.values():
        counts = counts_among(session, draft_of(rule), {home for home, other in asked if other is rule}, now)
        found |= {(home, rule.id) for home, count in counts.items() if count >= rule.times}
    return found


def read_hers(session: Session, ids: Collection[int]) -> dict[int, Her]:
    """These customers as they are now."""
    chosen = select(Customer.id, Customer.owner_id, Customer.tag_ids).where(Customer.id.in_(ids))
    return {id_: Her(id_, owner_id, frozenset(tags)) for id_, owner_id, tags in session.execute(chosen)}


def read_refusals(session: Session, looks: Mapping[int, Collection[Look]]) -> set[tuple[int, int]]:
    """(customer, tag) where a person took the tag away: a rule never fights a guide."""
    tags = {look.rule.tag_id for mine in looks.values() for look in mine}
    hers = or_(Customer.id.in_(looks), Customer.merged_into_id.in_(looks))
    chosen = select(func.coalesce(Customer.merged_into_id, Customer.id), TagMark.tag_id)
    chosen = chosen.join(TagMark, TagMark.customer_id == Customer.id).where(hers, taken_by_hand(*tags))
    return {(customer_id, tag_id) for customer_id, tag_id in session.execute(chosen.distinct())}


def read_guides(session: Session, ids: Collection[int]) -> dict[int, list[int]]:
    """The members with a living relation with each of these customers, the oldest relation first."""
    chosen = select(Follow.customer_id, Follow.staff_id).where(Follow.customer_id.in_(ids), Follow.status.in_(LIVING))
    found: dict[int, list[int]] = {}
    for customer_id, staff_id in session.execute(chosen.order_by(Follow.followed_at, Follow.id)):
        found.setdefault(customer_id, []).append(staff_id)
    return found
