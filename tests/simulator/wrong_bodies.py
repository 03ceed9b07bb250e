"""Finds out which keys a handler reads and makes bodies that are right in all of them but one."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
WRONG: list[Any] = [
    True, 5, -1, 0, 1.5, 10**30, "x", "", "长" * 3000, [], [5], [None], [[]], [{}], ["x"], {}, {"a": 1}, None,
]  # fmt: skip
ROUNDS = 8


class Asked(dict[str, Any]):
    """A body that remembers which of its keys somebody wanted, there or not."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__({key: _watched(value) for key, value in body.items()})
        self.keys_read: dict[str, None] = {}

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_read[key] = None
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.keys_read[key] = None
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.keys_read[str(key)] = None
        return super().__contains__(key)


def _watched(value: Any) -> Any:
    if isinstance(value, dict):
        return Asked(value)
    return [_watched(each) for each in value] if isinstance(value, list) else value


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body: its keys, the first item of its lists, and what is inside those."""
    if where:
        yield where
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*where, key))


def with_wrong(body: Json, where: tuple[Any, ...], wrong: Any) -> Json:
    """A copy of the body with something else at one place."""
    changed = copy.deepcopy(body)
    target: Any = changed
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = wrong
    return changed


def another_kind(body: Json, where: tuple[Any, ...], wrong: Any) -> bool:
    """Is `wrong` of another JSON type than what stands there now? null and what is empty may pass for absent."""
    value: Any = body
    for key in where:
        value = value[key]
    if wrong is None or wrong in ("", [], {}):
        return False
    if isinstance(wrong, list) and isinstance(value, list):
        return bool(value) and _kind(wrong[0]) != _kind(value[0])
    return _kind(wrong) != _kind(value)


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def body_for(ask: Callable[[Asked], object], valid: Mapping[str, Any]) -> Json:
    """A body with a valid value for every key that `ask` makes somebody read, as far as valid values get it."""
    body: Json = {}
    for _ in range(ROUNDS):
        asked = Asked(body)
        ask(asked)
        wanted = {key: valid.get(key, "x") for key in asked.keys_read if key not in body}
        if not wanted:
            break
        body |= wanted
    return body
