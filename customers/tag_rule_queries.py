"""What is read of tag rules: the list, one rule, what it would do (试算) and what it did (记录)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from customers.models import Customer, Tag, TimelineEntry
from customers.tag_marks import BY_HAND
from customers.tag_models import TagMark, TagRule
from customers.tag_rule_sql import has_tag, matching, reached_by, refused
from customers.tag_rules import EVENTS, LOOK_BACK_DAYS, RuleDraft
from foundation import clock
from foundation.errors import Invalid, NotFound
from org.models import Staff

SAMPLE = 10
MOST_COUNTED = 100_000


def draft_of(rule: TagRule) -> RuleDraft:
    """A kept rule as it was typed."""
    return RuleDraft(rule.name, rule.tag_id, rule.event, rule.match, rule.times, rule.days, rule.expires_days)


def get_rule(session: Session, rule_id: int, *, lock: bool = False) -> tuple[TagRule, Tag]:
    """A rule that is not put away, with its tag. Raises NotFound."""
    chosen = select(TagRule, Tag).join(Tag, Tag.id == TagRule.tag_id).where(TagRule.id == rule_id, TagRule.archived_at.is_(None))
    if lock:
        chosen = chosen.with_for_update(of=TagRule)
    row = session.execute(chosen.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("没有这条规则")
    return row[0], row[1]


@dataclass(frozen=True)
class Listed:
    """A rule in the list; `given` counts its marks and `refused` those a person took away, both up to 100,000."""

    rule: TagRule
    tag: Tag
    given: int
    refused: int


def list_rules(session: Session, limit: int = 200) -> list[Listed]:
    """The rules, those that run first, with what they did, in two statements."""
    chosen = select(TagRule, Tag).join(Tag, Tag.id == TagRule.tag_id).where(TagRule.archived_at.is_(None))
    rows = session.execute(chosen.order_by(TagRule.enabled_at.is_(None), TagRule.id.desc()).limit(limit)).all()
    counted = counts_of(session, [rule.id for rule, _ in rows])
    return [Listed(rule, tag, *counted.get(rule.id, (0, 0))) for rule, tag in rows]


def counts_of(session: Session, rule_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many marks each rule gave and how many of them a person took away; at most 100,000 are looked at for each."""
    if not rule_ids:
        return {}
    told = select(func.unnest(list(rule_ids)).label("id")).subquery()
    by_hand = func.split_part(TagMark.ended_by, ":", 1).in_(BY_HAND)
    newest = select(case((by_hand, 1), else_=0).label("refused")).where(TagMark.rule_id == told.c.id)
    marks = newest.limit(MOST_COUNTED).lateral()
    counted = select(told.c.id, func.count(), func.sum(marks.c.refused)).select_from(told).join(marks, marks.c.refused >= 0)
    return {id_: (count, taken) for id_, count, taken in session.execute(counted.group_by(told.c.id))}


@dataclass(frozen=True)
class Trial:
    """What a rule would do to what is known today; `examples` are (external_userid, name, why), at most ten."""

    reached: int
    have: int
    refused: int
    examples: list[tuple[str, str, str]]
    days: int

    @property
    def would(self) -> int:
        """How many would get the tag."""
        return self.reached - self.have - self.refused


def try_rule(session: Session, draft: RuleDraft, now: datetime | None = None) -> Trial:
    """A dry run over the timeline; changes nothing. Raises Invalid for words, which are not kept and cannot be looked back at."""
    now = now or clock.now()
    if not EVENTS[draft.event].kind or draft.tag_id is None:
        raise Invalid("客户的原话不保存，关键词规则没法回看；启用后，从新收到的消息开始算", {})
    found = reached_by(draft, now).subquery()
    state = case((has_tag(draft.tag_id), 1), (refused(draft.tag_id), 2), else_=0)
    joined = select(state.label("state"), found.c.times, found.c.last, Customer.id, Customer.external_userid, Customer.name)
    each = joined.join(found, found.c.customer_id == Customer.id).where(Customer.merged_into_id.is_(None)).subquery()
    counts = {key: count for key, count in session.execute(select(each.c.state, func.count()).group_by(each.c.state))}
    newest = select(each).where(each.c.state == 0).order_by(each.c.last.desc(), each.c.id).limit(SAMPLE)
    rows = session.execute(newest).all()
    last = _last_titles(session, draft, [row.id for row in rows], now)
    examples = [(row.external_userid, row.name or "微信客户", _why(draft, row.times, last.get(row.id, ""))) for row in rows]
    return Trial(sum(counts.values()), counts.get(1, 0), counts.get(2, 0), examples, draft.days or LOOK_BACK_DAYS)


def _last_titles(session: Session, draft: RuleDraft, ids: Sequence[int], now: datetime) -> dict[int, str]:
    if not ids:
        return {}
    newest = select(func.max(TimelineEntry.id)).where(
        TimelineEntry.customer_id.in_(ids), matching(draft), TimelineEntry.at <= now
    )
    kept = select(TimelineEntry.customer_id, TimelineEntry.facts)
    rows = session.execute(kept.where(TimelineEntry.id.in_(newest.group_by(TimelineEntry.customer_id))))
    return {id_: str(facts.get("title") or facts.get("channel") or "") for id_, facts in rows}


def _why(draft: RuleDraft, times: int, title: str) -> str:
    said = f"，最近一次「{title[:30]}」" if title else ""
    return f"{draft.days or LOOK_BACK_DAYS} 天内{EVENTS[draft.event].name} {times} 次{said}"


def page_done(
    session: Session, rule_id: int, before: int | None = None, limit: int = 30
) -> list[tuple[TagMark, Customer, Staff]]:
    """What a rule gave, the newest first, with whom and on whose relation."""
    chosen = (
        select(TagMark, Customer, Staff)
        .join(Customer, Customer.id == TagMark.customer_id)
        .join(Staff, Staff.id == TagMark.staff_id)
        .where(TagMark.rule_id == rule_id)
    )
    if before is not None:
        chosen = chosen.where(TagMark.id < before)
    rows = session.execute(chosen.order_by(TagMark.id.desc()).limit(limit))
    return [(mark, customer, guide) for mark, customer, guide in rows]
