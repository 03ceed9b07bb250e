"""A figure: what was measured, against what, and whether the goal was met. A wrong answer has no speed."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


class WrongAnswer(Exception):
    """A case whose answers were wrong; it prints no speed."""


@dataclass(frozen=True)
class Figure:
    """One line of the result. `ratio` is value/peer of the same run; `met` says whether `goal` (in words) holds."""

    id: str
    value: float | None
    unit: str
    goal: str
    met: bool
    peer: float | None = None
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Size:
    """How much a case takes on: --quick for CI, --full for claims."""

    rounds: int
    seconds: float
    customers: int
    guides: int
    bulk: int


QUICK = Size(rounds=3, seconds=2.0, customers=30_000, guides=4_000, bulk=4_000)
FULL = Size(rounds=5, seconds=3.0, customers=300_000, guides=20_000, bulk=20_000)

Case = Callable[[Size], list[Figure]]


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie; raises WrongAnswer when there are none."""
    if not values:
        raise WrongAnswer("nothing was measured")
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def paired(ours: list[float], peers: list[float]) -> tuple[float, str]:
    """The median of the ratios round by round, with their spread in words."""
    ratios = [mine / other for mine, other in zip(ours, peers, strict=True)]
    return median(ratios), f"ratio {min(ratios):.2f}..{max(ratios):.2f} in {len(ratios)} rounds"


def show(figures: list[Figure]) -> None:
    """A table for people."""
    print(f"\n{'id':<28}{'value':>12} {'unit':<10}{'peer':>10}{'ratio':>8}  {'goal':<34}met")
    for one in figures:
        value = "-" if one.value is None else f"{one.value:,.2f}"
        peer = "" if one.peer is None else f"{one.peer:,.1f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        print(
            f"{one.id:<28}{value:>12} {one.unit:<10}{peer:>10}{ratio:>8}  {one.goal:<34}{'yes' if one.met else 'NO'}   {one.note}"
        )


def write(figures: list[Figure], path: Path) -> None:
    """The list other tools read: id, value, unit, peer, ratio, goal, met."""
    path.write_text(json.dumps([asdict(one) for one in figures], ensure_ascii=False, indent=1))
