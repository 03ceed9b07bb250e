"""What changed between two versions, told character by character. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# A single character that stayed between two changes only makes the reader stumble.
TOO_SHORT = 2
LONGEST = 2000


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `kind` is same, gone or new."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that differs, with its text in pieces."""

    name: str
    pieces: tuple[Piece, ...]


def pieces_of(old: str, new: str) -> tuple[Piece, ...]:
    """The way from the old text to the new one; texts over 2000 characters are shown as wholly replaced."""
    if max(len(old), len(new)) > LONGEST:
        steps = [("replace", 0, len(old), 0, len(new))]
    else:
        steps = _calmed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), len(old) + len(new))
    pieces: list[Piece] = []
    for kind, i, j, k, m in steps:
        if kind == "equal":
            pieces.append(Piece("same", old[i:j]))
            continue
        pieces += [Piece("gone", old[i:j])] if i < j else []
        pieces += [Piece("new", new[k:m])] if k < m else []
    return tuple(pieces)


def _calmed(steps: Sequence[tuple[str, int, int, int, int]], total: int) -> list[tuple[str, int, int, int, int]]:
    """Changes with almost nothing between them become one."""
    calm: list[tuple[str, int, int, int, int]] = []
    for number, step in enumerate(steps):
        kind, i, j, k, m = step
        inner = 0 < number < len(steps) - 1
        if kind == "equal" and inner and j - i < TOO_SHORT and total > 2 * TOO_SHORT:
            kind = "replace"
        if calm and kind != "equal" and calm[-1][0] != "equal":
            calm[-1] = ("replace", calm[-1][1], j, calm[-1][3], m)
        else:
            calm.append((kind, i, j, k, m))
    return calm


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    """The fields that differ, in the new one's order, then those that went."""
    names = [*new, *(name for name in old if name not in new)]
    return [
        Difference(name, pieces_of(old.get(name, ""), new.get(name, "")))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]
