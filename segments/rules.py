"""A rule (人群规则): read from JSON with every mistake named at its place, and written back. Pure: no database, no clock."""

from collections.abc import Iterator
from typing import Any

from foundation.db import Json
from foundation.errors import Invalid
from segments.fields import field_of
from segments.nodes import EVERYBODY, All, AnyOf, Condition, Frozen, Node, Not, Rule, Within
from segments.values import Wrong, read_value, whole, write_value

MOST_CONDITIONS = 60
MOST_NESTING = 5
MOST_EXPANDED = 500
# Segments in segments: four deep, each five groups deep.
MOST_EXPANDED_NESTING = 30


class _Reader:
    """Reads one tree; mistakes are kept by place ("all.0.any.1") so that a page shows them all at once."""

    def __init__(self, expanded: bool) -> None:
        self.problems: dict[str, str] = {}
        self._expanded = expanded
        self._left = self._most = MOST_EXPANDED if expanded else MOST_CONDITIONS
        self._deepest = MOST_EXPANDED_NESTING if expanded else MOST_NESTING

    def read(self, body: Any, place: str, depth: int) -> Rule:
        """The node at a place; everybody where something is wrong, which is noted."""
        try:
            return self._node(body, place, depth)
        except Wrong as wrong:
            self.problems.setdefault(place or "rule", str(wrong))
            return EVERYBODY

    def _node(self, body: Any, place: str, depth: int) -> Rule:
        if not isinstance(body, dict):
            raise Wrong("这里应该是一个条件或一组条件")
        if not body and (not depth or self._expanded):
            return EVERYBODY
        if depth > self._deepest:
            raise Wrong(f"条件最多套 {self._deepest} 层")
        for word, make in (("all", All), ("any", AnyOf)):
            if set(body) == {word}:
                return make(self._parts(body[word], f"{place}.{word}".lstrip("."), depth, word))
        if set(body) == {"not"}:
            return Not(self.read(body["not"], f"{place}.not".lstrip("."), depth + 1))
        return self._single(body)

    def _parts(self, parts: Any, place: str, depth: int, word: str) -> tuple[Rule, ...]:
        if not isinstance(parts, list) or (not parts and (depth or word == "any")):
            raise Wrong("这一组还没有条件，请添加或删掉这一组")
        if len(parts) > self._left:
            raise Wrong(f"一个人群最多 {self._most} 个条件")
        return tuple(self.read(part, f"{place}.{number}", depth + 1) for number, part in enumerate(parts))

    def _single(self, body: Json) -> Rule:
        self._left -= 1
        if self._left < 0:
            raise Wrong(f"一个人群最多 {self._most} 个条件")
        if set(body) == {"segment"}:
            return Within(whole(body["segment"], 1, 2**62, "人群编号"))
        if set(body) == {"frozen"} and self._expanded:
            return Frozen(whole(body["frozen"], 0, 2**62, "批次"))
        if not {"field", "op"} <= set(body) or set(body) - {"field", "op", "value"}:
            raise Wrong("这个条件不完整，请重新选择")
        return _condition(body)


def _condition(body: Json) -> Condition:
    field = field_of(body["field"]) if isinstance(body["field"], str) else None
    if field is None:
        raise Wrong("没有这个字段，可能已被删除")
    op = body["op"]
    if not isinstance(op, str) or op not in field.operators:
        raise Wrong(f"“{field.label}”不能这样比较")
    return Condition(field.name, op, read_value(field, op, body.get("value")))


def parse(body: Json, *, expanded: bool = False) -> Rule:
    """The rule of a JSON tree; {} is everybody. Raises Invalid whose `fields` name each wrong place, as "all.0.any.2".

    `expanded` is for rules whose segments were put in already: they are larger and may name frozen runs.
    """
    reader = _Reader(expanded)
    rule = reader.read(body, "", 0)
    if reader.problems:
        raise Invalid("；".join(dict.fromkeys(reader.problems.values())), reader.problems)
    return rule


def written(rule: Node) -> Json:
    """The rule as JSON, which `parse` reads back to the same rule."""
    match rule:
        case All(parts):
            return {"all": [written(part) for part in parts]} if parts else {}
        case AnyOf(parts):
            return {"any": [written(part) for part in parts]}
        case Not(part):
            return {"not": written(part)}
        case Within(segment_id):
            return {"segment": segment_id}
        case Frozen(run_id):
            return {"frozen": run_id}
        case Condition(name, op, value):
            field = field_of(name)
            if field is None:
                raise ValueError(f"no such field: {name}")
            told = write_value(field, op, value)
            return {"field": name, "op": op} | ({} if told is None else {"value": told})
        case _:
            raise ValueError("a plain question is never written")


def segments_in(rule: Node, place: str = "") -> Iterator[tuple[str, int]]:
    """Each segment a rule names, with the place where it stands."""
    match rule:
        case All(parts) | AnyOf(parts):
            word = "all" if isinstance(rule, All) else "any"
            for number, part in enumerate(parts):
                yield from segments_in(part, f"{place}.{word}.{number}".lstrip("."))
        case Not(part):
            yield from segments_in(part, f"{place}.not".lstrip("."))
        case Within(segment_id):
            yield place or "rule", segment_id
        case _:
            return


__all__ = ["EVERYBODY", "MOST_CONDITIONS", "Rule", "parse", "segments_in", "written"]
