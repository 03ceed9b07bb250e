"""Customers found by what a person types (昵称, 备注, 手机号或后四位, 会员号) among those a rule holds for; bounded."""

from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Select, Text, cast, func, select, text, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from customers.models import Customer, Follow
from customers.phones import normal_phone, spellings
from foundation import clock
from org.models import Staff
from org.queries import inside
from segments.compiling import clause
from segments.models import CustomerFacts
from segments.nodes import Rule
from segments.plain import plain
from segments.queries import resolve
from segments.scopes import scope_of, seen

# A surname of a million people is not worth a second's wait: so many of a name are looked through, and among the newest
# customers all of them.
MOST_NAMED, NEWEST = 3_000, 30_000
INDEXED, LAST = 40, 4
WITHOUT_JIT = text("SET LOCAL jit = off")


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, the newest customer first; `cut` when more people are called so than were looked through."""

    ids: list[int]
    cut: bool


def grams(words: str) -> list[str]:
    """The pieces `name_grams` of migration 0005 keeps of a name, as far as they are needed to find the words."""
    told = words.lower()[:INDEXED]
    return list(dict.fromkeys(told[place : place + 2] for place in range(len(told) - 1))) or [told]


def find(session: Session, viewer: Staff, rule: Rule, words: str, after: int | None = None, limit: int = 50) -> Found:
    """People the viewer may see, called so or known by this number, below the id `after`. Three statements, four when cut."""
    words = words.strip()[:INDEXED]
    if not words:
        return Found([], False)
    # The high cost of name_grams would have the planner compile what runs for milliseconds.
    session.execute(WITHOUT_JIT)
    # Statements of their own: the planner then knows how many there are before it looks at facts and scopes.
    near = set(session.scalars(_candidates(viewer, words)))
    cut = len(near) >= MOST_NAMED
    if cut:
        near |= set(session.scalars(_newest(words)))
    below = sorted((id_ for id_ in near if after is None or id_ < after), reverse=True)
    held = clause(plain(resolve(session, rule, viewer), clock.today())) & seen(scope_of(viewer))
    chosen = select(CustomerFacts.customer_id).where(CustomerFacts.customer_id.in_(below), held)
    return Found(list(session.scalars(chosen.order_by(CustomerFacts.customer_id.desc()).limit(limit))) if below else [], cut)


def _holds(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    return func.lower(column).contains(words.lower(), autoescape=True)


def _candidates(viewer: Staff, words: str) -> Select[int]:
    """Without an order: whoever the index of names gives first, so that a frequent name costs no more than a rare one."""
    pieces = cast(grams(words), ARRAY(Text))
    named = select(Customer.id).where(func.name_grams(cast(Customer.name, Text)).op("@>")(pieces), _holds(Customer.name, words))
    remarked = (
        select(Follow.customer_id.label("id"), Follow.staff_id)
        .where(Follow.remark != "", func.name_grams(cast(Follow.remark, Text)).op("@>")(pieces), _holds(Follow.remark, words))
        .limit(MOST_NAMED)
        .cte("remarked")
        .prefix_with("MATERIALIZED")
    )
    hers = select(remarked.c.id).join(Staff, Staff.id == remarked.c.staff_id).where(inside(Staff.path, viewer.path))
    parts = [select(named.limit(MOST_NAMED).subquery().c.id), hers]
    if words.isascii():
        parts += [select(Customer.id).where(key == words) for key in (Customer.external_userid, Customer.member_no)]
    if len(words) == LAST and words.isascii() and words.isdecimal():
        ended = select(Customer.id).where(Customer.phone_last4 == words).order_by(Customer.id.desc()).limit(MOST_NAMED)
        parts.append(select(ended.subquery().c.id))
    phone = normal_phone(words)
    if phone is not None:
        parts.append(select(Customer.id).where(Customer.phone.in_([phone, *spellings(phone)])))
    return select(union(*parts).subquery().c.id)


def _newest(words: str) -> Select[int]:
    since = select(func.max(Customer.id) - NEWEST).scalar_subquery()
    return (
        select(Customer.id)
        .where(Customer.id > since, _holds(Customer.name, words))
        .order_by(Customer.id.desc())
        .limit(MOST_NAMED)
    )
