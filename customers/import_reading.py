"""One row of a file as values of our fields, with what is wrong in which cell. Pure: what names mean is handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial

from customers import import_rules as rules
from customers.import_sheets import Record
from customers.place_rules import place_problem, place_told
from customers.purchase_rules import MAX_GOODS, title_of, yuan
from customers.service_rules import SIZE_KINDS, size_problem
from foundation.text import cut

NOBODY = "认不出是谁：外部联系人ID、UnionID、会员号、手机号都是空的"
IDENTITY = frozenset(rules.IDENTITY)
FORMULA = "单元格里是公式，请改成文字或数字"
MAX_SOURCE, DEFAULT_SOURCE = 20, "pos"
# Birthdays of a long life.
DAYS_KEPT = 30_000


@dataclass(frozen=True)
class Names:
    """What names in a file may mean: stores by code or name, guides by userid or name, tags by name or 组/标签; None: two such.

    `exclusive` gives each tag of an exclusive group its group.
    """

    stores: Mapping[str, int | None] = field(default_factory=dict)
    guides: Mapping[str, int | None] = field(default_factory=dict)
    tags: Mapping[str, int | None] = field(default_factory=dict)
    exclusive: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one row: our field ("" for the whole row), what stood there, why."""

    row: int
    field: str
    value: str
    why: str


@dataclass(slots=True)
class Line:
    """A row read: its values by our fields; `who` by kind of identity."""

    row: int
    values: rules.Values
    problems: list[Problem]


class Reader:
    """Reads rows of one file; `places` says which cell is which field."""

    def __init__(self, kind: str, places: Mapping[str, int], names: Names, today: date, latest: datetime) -> None:
        self.kind = kind
        self.labels = {one.name: one.label for one in rules.FIELDS[kind]}
        self._needed = [one.name for one in rules.FIELDS[kind] if one.needed]
        self._finish = {"members": _finish_member, "orders": _finish_order, "sizes": _finish_sizes}.get(kind)
        cells = self._cells(names, today, latest)
        self._places = [(name, place, cells[name]) for name, place in places.items()]

    def _cells(self, names: Names, today: date, latest: datetime) -> dict[str, Callable[[str], object]]:
        moment = rules.read_visit if self.kind == "visits" else rules.read_moment
        birthday = lru_cache(DAYS_KEPT)(partial(rules.read_day, today=today))
        cells: dict[str, Callable[[str], object]] = {
            "external_userid": rules.read_short(64), "unionid": rules.read_short(64), "member_no": rules.read_short(40),
            "phone": rules.read_phone, "birthday": birthday, "province": rules.read_province,
            "city": rules.read_city, "order_no": rules.read_short(64), "at": partial(moment, latest=latest),
            "paid": rules.read_money, "refunded": rules.read_money, "source": rules.read_short(MAX_SOURCE),
            "goods": rules.split_words, "store": partial(_named, names.stores, "门店"),
            "guide": partial(_named, names.guides, "导购"), "tags": partial(_tags, names),
        }  # fmt: skip
        return cells | {kind: partial(_size, kind) for kind in SIZE_KINDS}

    def read(self, record: Record) -> Line:
        """One row; a row with any problem is not taken."""
        line, cells = Line(record.number, {}, []), record.cells
        if record.broken:
            line.problems.append(Problem(record.number, "", "", record.broken))
            return line
        values, width = line.values, len(cells)
        for name, place, read in self._places:
            text = cells[place] if place < width else ""
            if not text:
                continue
            try:
                if text[0] in "=@+-" and rules.is_formula(text):
                    raise ValueError(FORMULA)
                values[name] = read(text)
            except ValueError as problem:
                line.problems.append(Problem(line.row, name, text, str(problem)))
        if not line.problems:
            self._complete(line)
        return line

    def _complete(self, line: Line) -> None:
        values = line.values
        for name in self._needed:
            if name not in values:
                line.problems.append(Problem(line.row, name, "", "这一格不能空"))
        if IDENTITY.isdisjoint(values):
            line.problems.append(Problem(line.row, "", "", NOBODY))
        if self._finish is not None and not line.problems:
            self._finish(line)


def _named(names: Mapping[str, int | None], what: str, text: str) -> int:
    found = names.get(text, 0)
    if found is None:
        raise ValueError(f"有多个{what}叫「{text[:20]}」，请改用编码或账号")
    if not found:
        raise ValueError(f"没有「{text[:20]}」这个{what}")
    return found


def _tags(names: Names, text: str) -> list[int]:
    found = [_named(names.tags, "标签", word.replace("／", "/")) for word in rules.split_words(text)]
    groups = [names.exclusive[tag] for tag in found if tag in names.exclusive]
    if len(set(groups)) < len(groups):
        raise ValueError("同一个互斥标签组里只能选一个")
    return found


def _size(kind: str, text: str) -> str:
    if problem := size_problem(kind, text):
        raise ValueError(problem)
    return text


def _finish_member(line: Line) -> None:
    province, city = line.values.get("province"), line.values.get("city")
    if problem := place_problem(province, city):
        line.problems.append(Problem(line.row, "city", str(city), problem))
    elif city:
        line.values["province"], _ = place_told(province, city)


def _finish_order(line: Line) -> None:
    values = line.values
    paid, refunded = values["paid"], values.get("refunded", 0)
    if refunded > paid:
        line.problems.append(Problem(line.row, "refunded", yuan(refunded), "退款不能多于实付"))
    names = [cut(name, 100) for name in values.get("goods", [])[:MAX_GOODS]]
    goods = [{"name": name, "colour": "", "size": ""} for name in names]
    values["source"] = values.get("source", DEFAULT_SOURCE)
    values["facts"] = {"goods": goods, "title": title_of(names, paid), "paid_yuan": yuan(paid)}


def _finish_sizes(line: Line) -> None:
    sizes = {kind: line.values[kind] for kind in SIZE_KINDS if kind in line.values}
    if not sizes:
        line.problems.append(Problem(line.row, "", "", "这一行没有填尺码"))
    line.values["facts"] = sizes


def places_of(columns: Mapping[str, str], headings: Sequence[str]) -> dict[str, int]:
    """Where each chosen column stands in the file."""
    return {name: headings.index(heading) for name, heading in columns.items()}
