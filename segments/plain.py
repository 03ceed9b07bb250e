"""What conditions come down to on one Beijing day: ranges, lists and sets, the same for SQL and for bitmaps. Pure."""

import calendar
from datetime import date, timedelta

from segments.fields import ANSWER, Kind, field_of
from segments.nodes import (
    All,
    AnyOf,
    Condition,
    Frozen,
    Has,
    Missing,
    Node,
    Not,
    OneOf,
    Plain,
    Scores,
    Span,
    Under,
    Values,
    Within,
)

LAST_DAY = date(2089, 1, 1).toordinal()
FIRST_DAY = date(1910, 1, 1).toordinal()
MOST = 2**31 - 1
# What is asked of her owner; it may be told only of owners in the viewer's scope.
OF_OWNERS = frozenset({"owner", "store", "region"})
COLUMNS = {"tags": "tag_ids", "channel": "channel_ids", "owner": "owner_id", "store": "store_id", "birthday": "birthday_md"}


def plain(rule: Node, today: date, told: Plain | None) -> Plain:
    """The rule as plain questions. Raises ValueError while it still names other segments: put them in first.

    `told`: whose owner the viewer may be told (segments.scopes.told_owners); all others have none for her.
    """
    match rule:
        case All(parts):
            return All(tuple(plain(part, today, told) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(plain(part, today, told) for part in parts))
        case Not(part):
            return Not(plain(part, today, told))
        case Condition(op="none_of"):
            return Not(plain(Condition(rule.field, "any_of", rule.value), today, told))
        case Condition():
            question = _question(rule, today)
            return All((question, told)) if told is not None and rule.field in OF_OWNERS else question
        case Frozen():
            return rule
        case _:
            raise ValueError("segments.resolving.resolve comes first" if isinstance(rule, Within) else "plain already")


def _question(one: Condition, today: date) -> Plain:
    field = field_of(one.field)
    if field is None:
        raise ValueError(f"no such field: {one.field}")
    column = "codes" if one.field.startswith(ANSWER) else COLUMNS.get(one.field, one.field)
    if one.op == "never":
        return Missing(column)
    numbers = tuple(value for value in one.value if isinstance(value, int))
    match field.kind:
        case Kind.SET:
            return Has(column, numbers, every=one.op == "all_of")
        case Kind.REGION:
            return Under(numbers)
        case Kind.DAY:
            return _days(column, one.op, one.value, today)
        case Kind.NUMBER:
            return Span(column, numbers[0] if one.op != "at_most" else -MOST, numbers[-1] if one.op != "at_least" else MOST)
        case Kind.RFM:
            return Scores(numbers)
        case Kind.BIRTHDAY:
            return OneOf(column, birthdays(today, numbers[0]) if one.op == "within" else _months(numbers))
        case _:
            return OneOf(column, one.value)


def _days(column: str, op: str, value: Values, today: date) -> Span | Not:
    """`within` n: the last n days with today as one of them; `ago` n: before those; both together are everybody with a day.

    `not_within` n is everybody but those of `within`: who has no day is among them.
    """
    if op == "between":
        first, last = (date.fromisoformat(str(each)) for each in value)
        return Span(column, first.toordinal(), last.toordinal())
    edge = today.toordinal() - int(value[0])
    if op == "ago":
        return Span(column, FIRST_DAY, edge)
    recent = Span(column, edge + 1, LAST_DAY)
    return recent if op == "within" else Not(recent)


def birthdays(today: date, count: int) -> tuple[int, ...]:
    """The birthdays (month * 100 + day) of the next `count` days, today first; 29 February counts as 28 in a common year."""
    found = set()
    for day in (today + timedelta(days=each) for each in range(count)):
        found.add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            found.add(229)
    return tuple(sorted(found))


def _months(months: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(month * 100 + day for month in months for day in range(1, 32))
