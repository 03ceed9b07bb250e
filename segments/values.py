"""The value of one condition: read from JSON with a Chinese reason when it is wrong, and written back. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Any

from customers.place_rules import short_city, short_province
from segments.fields import ANSWER, CODES_PER_FIELD, Field, Kind
from segments.nodes import Values

MOST_VALUES = 500
MOST_DAYS = 3660
MOST_NUMBER = 1_000_000_000
SCORES = ("recency", "frequency", "money")


class Wrong(Exception):
    """A value that cannot be; the text says why, in Chinese."""


def whole(value: Any, low: int, high: int, what: str = "这里") -> int:
    """A whole number in a range; text of digits counts as one. Raises Wrong."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) <= 18:
        value = int(value.strip())
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Wrong(f"{what}要填 {low} 到 {high} 的整数")
    return value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Wrong("请至少选一项")
    if len(value) > MOST_VALUES:
        raise Wrong(f"一个条件最多选 {MOST_VALUES} 项，请分成几个条件")
    return value


def _ids(field: Field, _op: str, value: Any) -> Values:
    found = {whole(one, 1, 2**31 - 1, "每一项") for one in _listed(value)}
    if field.name.startswith(ANSWER):
        own = int(field.name.removeprefix(ANSWER))
        if any(code // CODES_PER_FIELD != own for code in found):
            raise Wrong("选项不属于这个档案字段，请重新选择")
    return tuple(sorted(found))


def _choices(field: Field, _op: str, value: Any) -> Values:
    known = {str(stored): stored for stored, _ in field.choices}
    chosen = [str(one) for one in _listed(value)]
    if any(one not in known for one in chosen):
        raise Wrong("有一个选项不存在，请重新选择")
    return tuple(known[one] for one in sorted(set(chosen)))


def _texts(field: Field, _op: str, value: Any) -> Values:
    chosen = _listed(value)
    if not all(isinstance(one, str) and 0 < len(one.strip()) <= 40 and "\x00" not in one for one in chosen):
        raise Wrong("每一项要填 1 到 40 个字")
    return tuple(sorted({SPELT[field.name](one.strip()) for one in chosen}))


# As customers' places are kept: 上海市 and 上海 are one.
SPELT: dict[str, Callable[[str], str]] = {"province": lambda told: short_province(told) or told, "city": short_city}


def _pair(value: Any, read: Callable[[Any], Any]) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong("请填起止两个值")
    low, high = read(value[0]), read(value[1])
    if low > high:
        raise Wrong("起始不能大于结束")
    return low, high


def _day(value: Any) -> str:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year <= 2080:
        raise Wrong("日期要写成 2026-01-31 这样")
    return found.isoformat()


def _days(_field: Field, op: str, value: Any) -> Values:
    if op == "never":
        return ()
    if op == "between":
        return _pair(value, _day)
    return (whole(value, 1, MOST_DAYS, "天数"),)


def _numbers(_field: Field, op: str, value: Any) -> Values:
    if op == "between":
        return _pair(value, lambda one: whole(one, 0, MOST_NUMBER, "数字"))
    return (whole(value, 0, MOST_NUMBER, "数字"),)


def _scores(_field: Field, op: str, value: Any) -> Values:
    if op == "never":
        return ()
    if not isinstance(value, dict) or set(value) - set(SCORES):
        raise Wrong("请填 R、F、M 的得分范围")
    found: list[int] = []
    for name in SCORES:
        found += _pair(value.get(name, [1, 5]), lambda one: whole(one, 1, 5, "得分"))
    return tuple(found)


def _birthday(_field: Field, op: str, value: Any) -> Values:
    if op == "within":
        return (whole(value, 1, 366, "天数"),)
    return tuple(sorted({whole(one, 1, 12, "月份") for one in _listed(value)}))


def _switch(_field: Field, _op: str, value: Any) -> Values:
    if not isinstance(value, bool):
        raise Wrong("请选“是”或“否”")
    return (int(value),)


READERS: dict[Kind, Callable[[Field, str, Any], Values]] = {
    Kind.SET: _ids, Kind.IDS: _ids, Kind.REGION: _ids, Kind.CHOICE: _choices, Kind.TEXT: _texts, Kind.DAY: _days,
    Kind.NUMBER: _numbers, Kind.RFM: _scores, Kind.BIRTHDAY: _birthday, Kind.SWITCH: _switch,
}  # fmt: skip


def read_value(field: Field, op: str, value: Any) -> Values:
    """The value as rules keep it. Raises Wrong."""
    return READERS[field.kind](field, op, value)


def write_value(field: Field, op: str, value: Values) -> Any:
    """The value as JSON; `read_value` reads it back to the same."""
    if not value:
        return None
    if field.kind == Kind.SWITCH:
        return bool(value[0])
    if field.kind == Kind.RFM:
        return {name: [value[2 * place], value[2 * place + 1]] for place, name in enumerate(SCORES)}
    return value[0] if op in {"within", "ago", "not_within", "at_least", "at_most"} else list(value)
