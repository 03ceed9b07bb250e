"""Saves state and clock as a JSON file and reads them back; walks the dataclasses by their types, so nothing is listed twice."""

import base64
import dataclasses
import functools
import json
import os
import typing
import uuid
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any

from simulator.crowd.fill import attach_saved
from simulator.world.state import State
from simulator.world.world import World

VERSION = 1
# What JSON takes as it is; the bodies of messages (Any) are never walked.
PLAIN = (Any, str, int, float, bool)


def save(world: World, file: Path) -> None:
    """Write the snapshot beside `file` and put it in its place in one step; who comes later has the newer state."""
    waiting = file.with_name(f"{file.name}.{uuid.uuid4().hex}.new")
    with world.saving:
        try:
            waiting.write_text(_dumped(world), "utf-8")
            os.replace(waiting, file)
        finally:
            waiting.unlink(missing_ok=True)


def _dumped(world: World) -> str:
    # Text before the lock is let go: what encode gives is in part the world's own lists and dicts.
    with world.lock:
        clock = {"clock_offset": world.clock.offset, "clock_stopped_at": world.clock.stopped_at}
        return json.dumps({"version": VERSION, **clock, "state": encode(State, world.state)}, ensure_ascii=False)


def load(world: World, file: Path) -> None:
    """Put a saved state in place of the present one; ValueError when the file is not one of ours, or its brand file is gone."""
    content = json.loads(file.read_text("utf-8"))
    if content.get("version") != VERSION:
        raise ValueError(f"{file} is a snapshot of another version: {content.get('version')}")
    state = decode(State, content["state"])
    attach_saved(state, world.base_url)
    world.replace(state)
    world.home = (state.brand or world.settings.brand, state.seed)
    world.clock.restore(content["clock_offset"], content.get("clock_stopped_at"))


def encode(kind: Any, value: Any) -> Any:
    """Plain JSON of dataclasses, dicts, lists, bytes; fields with a leading underscore are indexes and left out."""
    if dataclasses.is_dataclass(kind):
        stored = _stored(typing.cast(type, kind))
        return {name: encode(each, getattr(value, name)) for name, each in stored.items()}
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict and inside[1] not in PLAIN:
        return {str(key): encode(inside[1], each) for key, each in value.items()}
    if origin is list and inside[0] not in PLAIN:
        return [encode(inside[0], each) for each in value]
    if kind is bytes:
        return base64.b64encode(value).decode()
    return value


def decode(kind: Any, value: Any) -> Any:
    """The opposite of encode, led by the type."""
    if dataclasses.is_dataclass(kind):
        stored = _stored(typing.cast(type, kind))
        return typing.cast(Any, kind)(**{name: decode(stored[name], each) for name, each in value.items()})
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict and (inside[0] is not str or inside[1] not in PLAIN):
        return {inside[0](key): decode(inside[1], each) for key, each in value.items()}
    if origin is list and inside[0] not in PLAIN:
        return [decode(inside[0], each) for each in value]
    if origin is UnionType:
        return None if value is None else decode(inside[0], value)
    if kind is bytes:
        return base64.b64decode(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    return value


@functools.cache
def _stored(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if not field.name.startswith("_")}
