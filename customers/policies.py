"""The brand's own rules of customers, topic by topic: what holds, and how headquarters changes it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers import loss_rules, owner_rules, respect_rules, rfm_rules, tier_rules
from customers.tier_models import CustomerPolicy
from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Invalid, NotAllowed, NotFound
from org.models import Role, Staff


@dataclass(frozen=True)
class Topic:
    """What a rules module knows of its topic: the body brands begin with, and what is wrong with one, field by field."""

    default: Callable[[], Json]
    problems: Callable[[Json], dict[str, str]]


TOPICS = {
    "loss": Topic(loss_rules.default_body, loss_rules.body_problems),
    "owner": Topic(owner_rules.default_body, owner_rules.body_problems),
    "contact": Topic(respect_rules.default_body, respect_rules.body_problems),
    "stages": Topic(tier_rules.default_body, tier_rules.body_problems),
    "rfm": Topic(rfm_rules.default_body, rfm_rules.body_problems),
}


def _topic(name: str) -> Topic:
    if name not in TOPICS:
        raise NotFound("没有这一项规则")
    return TOPICS[name]


def policy(session: Session, topic: str) -> Json:
    """What holds now: what the brand set over what it begins with. Raises NotFound for an unknown topic."""
    default = _topic(topic).default()
    kept = session.scalar(select(CustomerPolicy.body).where(CustomerPolicy.topic == topic))
    return default | (kept or {})


def find_policy(session: Session, topic: str) -> CustomerPolicy | None:
    """Who set a topic and when; None while it stands as it began."""
    return session.get(CustomerPolicy, topic, populate_existing=True)


def set_policy(session: Session, staff: Staff, topic: str, body: Json) -> Json:
    """Set the brand's rules of a topic whole; the body as it now holds. Raises NotAllowed, NotFound, Invalid with the fields."""
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以修改客户规则")
    known = _topic(topic)
    if problems := known.problems(body):
        raise Invalid("规则没有保存，请看标红的地方", problems)
    before = policy(session, topic)
    values = {"body": body, "staff_id": staff.id, "changed_at": clock.now()}
    row = insert(CustomerPolicy).values(topic=topic, revision=1, **values)
    again = row.on_conflict_do_update(index_elements=["topic"], set_=values | {"revision": CustomerPolicy.revision + 1})
    session.execute(again)
    after = known.default() | body
    changed = {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}
    audit.record(session, f"staff:{staff.id}", "policy.save", f"policy:{topic}", changed=changed)
    return after


def note_measured(session: Session, topic: str, body: Json) -> None:
    """Keep what was measured for a topic (quantile cuts), which nobody edits: no revision, no audit."""
    values = {"body": body, "staff_id": None, "changed_at": clock.now()}
    row = insert(CustomerPolicy).values(topic=topic, revision=1, **values)
    session.execute(row.on_conflict_do_update(index_elements=["topic"], set_=values))
