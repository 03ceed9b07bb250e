"""Tag rules change and work: kept, switched on after a dry run, off, put away; moments looked at; tags whose time is over."""

from datetime import datetime, timedelta

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from customers.models import Customer, Tag
from customers.tag_models import TagMoment, TagRule
from customers.tag_moments import happened
from customers.tag_rule_queries import draft_of, get_rule
from customers.tag_rule_sql import has_tag, reached_by, refused
from customers.tag_rules import EVENTS, RuleDraft, draft_problems, narrowed
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.wake import ring
from org.models import Role, Staff

RULES_JOB = "customers.tag_by_rules"
MOST_RULES, MOST_AT_ONCE = 100, 50_000


def _only_headquarters(staff: Staff) -> None:
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以管理自动标签")


def save_rule(session: Session, staff: Staff, draft: RuleDraft, rule_id: int | None = None) -> TagRule:
    """Keep a rule, switched off: it is tried before it runs, and again after each change. Raises Invalid with the fields."""
    _only_headquarters(staff)
    draft = RuleDraft(
        draft.name, draft.tag_id, draft.event, narrowed(draft.event, draft.match), draft.times,
        draft.days if (draft.times or 1) > 1 else None, draft.expires_days,
    )  # fmt: skip
    problems = draft_problems(draft)
    tag = session.get(Tag, draft.tag_id) if draft.tag_id is not None else None
    if "tag_id" not in problems and (tag is None or tag.removed_at is not None):
        problems["tag_id"] = "这个标签已经删除了，请换一个"
    if problems:
        raise Invalid("规则没有保存，请看标红的地方", problems)
    if rule_id is None:
        rule = TagRule(made_by=staff.id, created_at=clock.now(), revision=0)
        session.add(rule)
    else:
        rule = get_rule(session, rule_id, lock=True)[0]
    rule.name, rule.tag_id, rule.event, rule.match = draft.name, draft.tag_id or 0, draft.event, draft.match
    rule.times, rule.days, rule.expires_days = draft.times or 1, draft.days, draft.expires_days
    rule.enabled_at, rule.revision = None, rule.revision + 1
    session.flush()
    audit.record(
        session, f"staff:{staff.id}", "tag_rule.save", f"tag_rule:{rule.id}", name=rule.name, tag=tag.name if tag else ""
    )
    return rule


def switch_on(session: Session, staff: Staff, rule_id: int, revision: int, *, known_too: bool = False) -> TagRule:
    """Let a rule run as it was tried (`revision`); `known_too` gives the tag also to those who reach it already (up to 50,000).

    Raises Conflict when it was changed since, or its tag is gone, Invalid when too many reach it.
    """
    _only_headquarters(staff)
    rule, tag = get_rule(session, rule_id, lock=True)
    if rule.revision != revision:
        raise Conflict("这条规则刚刚被改过，请看一眼新的试算再启用")
    if tag.removed_at is not None:
        raise Conflict("这个标签已经删除了，请先换一个标签")
    running = select(TagRule.id).where(TagRule.enabled_at.is_not(None), TagRule.archived_at.is_(None)).limit(MOST_RULES)
    if rule.enabled_at is None and len(session.scalars(running).all()) >= MOST_RULES:
        raise Conflict(f"最多同时启用 {MOST_RULES} 条规则，请先停用不用的")
    if rule.enabled_at is None:
        rule.enabled_at = clock.now()
        session.flush()
        count = _put_known(session, rule) if known_too else 0
        audit.record(session, f"staff:{staff.id}", "tag_rule.on", f"tag_rule:{rule.id}", name=rule.name, known=count)
    return rule


def _put_known(session: Session, rule: TagRule) -> int:
    """Those who reach it now are looked at like everybody else, a few hundred at a time."""
    if not EVENTS[rule.event].kind:
        return 0
    found = reached_by(draft_of(rule), clock.now()).subquery()
    chosen = (
        select(Customer.id, literal(rule.event), literal({"rule": rule.id}, TagMoment.facts.type), found.c.last)
        .join(found, found.c.customer_id == Customer.id)
        .where(~has_tag(rule.tag_id), ~refused(rule.tag_id), Customer.merged_into_id.is_(None))
        .limit(MOST_AT_ONCE + 1)
    )
    columns = ["customer_id", "event", "facts", "at"]
    put = session.execute(insert(TagMoment).from_select(columns, chosen).returning(TagMoment.id)).all()
    if len(put) > MOST_AT_ONCE:
        raise Invalid(f"超过 {MOST_AT_ONCE} 人，请先启用规则，再用人群批量打标签", {"known": "人数太多"})
    ring(session, RULES_JOB)
    return len(put)


def switch_off(session: Session, staff: Staff, rule_id: int) -> TagRule:
    """Stop a rule; the tags it gave stay. Off already changes nothing."""
    _only_headquarters(staff)
    rule, _ = get_rule(session, rule_id, lock=True)
    if rule.enabled_at is not None:
        rule.enabled_at = None
        audit.record(session, f"staff:{staff.id}", "tag_rule.off", f"tag_rule:{rule.id}", name=rule.name)
    session.flush()
    return rule


def put_away(session: Session, staff: Staff, rule_id: int) -> None:
    """Take a rule from the list for good; the tags it gave stay."""
    _only_headquarters(staff)
    rule, _ = get_rule(session, rule_id, lock=True)
    rule.enabled_at, rule.archived_at = None, clock.now()
    audit.record(session, f"staff:{staff.id}", "tag_rule.remove", f"tag_rule:{rule.id}", name=rule.name)
    session.flush()


def expiry_of(rule: TagRule, now: datetime) -> datetime | None:
    """When a tag given now is over."""
    return now + timedelta(days=rule.expires_days) if rule.expires_days else None


__all__ = ["expiry_of", "happened", "put_away", "save_rule", "switch_off", "switch_on"]
