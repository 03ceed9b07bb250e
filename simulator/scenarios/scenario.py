"""What a scenario is: a name for people, and a plan of timed steps that the same seed makes the same."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.actions.request import ImpossibleError
from simulator.scenarios.stage import Stage

LONGEST_MINUTES = 240
FASTEST = 200.0


@dataclass(frozen=True, slots=True)
class Options:
    """`rate` means what the scenario says it means, above 0 up to its `rate_most`; `minutes` are real ones."""

    rate: float
    minutes: float
    seed: int

    @property
    def seconds(self) -> float:
        return self.minutes * 60


@dataclass(frozen=True, slots=True)
class Step:
    """`at` seconds of real time after the start; `title` is what the page shows meanwhile."""

    at: float
    title: str
    act: Callable[[Stage], None]


Plan = Callable[[Options, random.Random], list[Step]]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    description: str
    outline: tuple[str, ...]
    rate: float
    rate_means: str
    minutes: float
    plan: Plan
    needs_people: bool = False
    rate_most: float = FASTEST

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "title": self.title, "description": self.description, "steps": list(self.outline),
            "minutes": self.minutes, "rate": self.rate, "rate_means": self.rate_means,
            "rate_most": self.rate_most,
        }  # fmt: skip

    def options(self, wanted: dict[str, Any], seed: int) -> Options:
        """The options of one run; ImpossibleError says what is wrong with them."""
        example = f'{{"rate": {self.rate:g}, "minutes": {self.minutes:g}, "seed": {seed}}}'
        chosen = {"rate": self.rate, "minutes": self.minutes, "seed": seed} | wanted
        if len(chosen) > 3 or not _number(chosen["rate"], self.rate_most) or not _number(chosen["minutes"], LONGEST_MINUTES):
            why = f"rate is above 0 up to {self.rate_most:g} ({self.rate_means}) and minutes above 0 up to {LONGEST_MINUTES}"
            raise ImpossibleError(f"{why}; for example {example}", 400)
        if isinstance(chosen["seed"], bool) or not isinstance(chosen["seed"], int):
            raise ImpossibleError(f"seed is a whole number; for example {example}", 400)
        return Options(float(chosen["rate"]), float(chosen["minutes"]), chosen["seed"])


def _number(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most
