"""What a person types (昵称, 备注, 手机号或后四位, 会员号) as conditions: by the indexes, or row by row among known ids."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CompoundSelect,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Text,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from customers.models import Customer, Follow
from customers.phones import normal_phone, spellings
from org.models import Staff
from org.queries import inside

INDEXED, LAST = 40, 4
# Ids that lie so close together are read as one stretch of the table, which costs a fifth of looking each up.
CLOSE = 3

Clause = SQLColumnExpression[bool]


def grams(words: str) -> list[str]:
    """The pieces `name_grams` of migration 0005 keeps of a name, as far as they are needed to find the words."""
    told = words.lower()[:INDEXED]
    return list(dict.fromkeys(told[place : place + 2] for place in range(len(told) - 1))) or [told]


def looked_up(viewer: Staff, words: str, most: int) -> Select[list[int], list[int | None], list[int]]:
    """Ids by name, by remark (None where the viewer may not read it) and by number: from the indexes, each at most `most`."""
    pieces = cast(grams(words), ARRAY(Text))
    named = func.name_grams(cast(Customer.name, Text)).op("@>")(pieces) & _holds(Customer.name, words)
    remarked = (
        select(Follow.customer_id, Follow.staff_id)
        .where(Follow.remark != "", func.name_grams(cast(Follow.remark, Text)).op("@>")(pieces), _holds(Follow.remark, words))
        .limit(most)
        .cte("remarked")
        .prefix_with("MATERIALIZED")
    )
    readable = select(case((inside(Staff.path, viewer.path), remarked.c.customer_id))).select_from(remarked)
    numbered = [select(select(Customer.id).where(key).limit(most).subquery().c.id) for key in _keys(words)]
    return select(
        _array(select(Customer.id).where(named).limit(most)),
        _array(readable.join(Staff, Staff.id == remarked.c.staff_id)),
        _array(union_all(*numbered)) if numbered else cast([], ARRAY(BigInteger)),
    )


def _array(ids: Select[int | None] | CompoundSelect[int]) -> Any:
    """In one row: ten thousand rows of one id cost fifty milliseconds to read."""
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def called(viewer: Staff, words: str, ids: Sequence[int]) -> CompoundSelect[int]:
    """Who of these (descending) is called so or has this number, row by row; where they lie close, others of between too."""
    names = select(Customer.id).where(_among(Customer.id, ids), or_(_holds(Customer.name, words), *_keys(words)))
    # Nothing here may imply what ix_follow_remark_grams is limited to: the planner would read all of that index for it.
    remarks = (
        select(Follow.customer_id)
        .join(Staff, Staff.id == Follow.staff_id)
        .where(_among(Follow.customer_id, ids), _holds(Follow.remark, words), inside(Staff.path, viewer.path))
    )
    return union_all(names, remarks)


def newest_called(words: str, newest: int) -> ScalarSelect[int]:
    """How many of the newest names and of the newest customers' remarks hold the words."""
    names = select(Customer.name.label("told")).order_by(Customer.id.desc()).limit(newest)
    remarks = select(Follow.remark).order_by(Follow.customer_id.desc(), Follow.staff_id.desc()).limit(newest)
    told = union_all(names.subquery().select(), remarks.subquery().select()).subquery()
    return select(func.count()).where(_holds(told.c.told, words)).scalar_subquery()


def _holds(column: SQLColumnExpression[str], words: str) -> Clause:
    """As far as the index knows a name: both roads must mean the same."""
    return func.lower(func.left(column, INDEXED)).contains(words.lower(), autoescape=True)


def _keys(words: str) -> list[Clause]:
    """Each is answered by an index of its own."""
    keys: list[Clause] = []
    if words.isascii():
        keys += [Customer.external_userid == words, Customer.member_no == words]
    if len(words) == LAST and words.isascii() and words.isdecimal():
        keys.append(Customer.phone_last4 == words)
    phone = normal_phone(words)
    if phone is not None:
        keys.append(Customer.phone.in_([phone, *spellings(phone)]))
    return keys


def _among(column: InstrumentedAttribute[int], ids: Sequence[int]) -> Clause:
    if ids[0] - ids[-1] < CLOSE * len(ids):
        return column.between(literal(ids[-1]), literal(ids[0]))
    return column == any_(cast(list(ids), ARRAY(BigInteger)))
