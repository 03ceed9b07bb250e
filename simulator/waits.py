"""How long a slow answer takes: even between two figures, normal, or with a long tail; in seconds."""

import math
import random
from dataclasses import dataclass
from typing import Any

LONGEST = 600.0
# ln of the 99th percentile stands 2.326 deviations above ln of the median
P99 = 2.326
KEYS = {"uniform": ("seconds",), "normal": ("mean", "deviation"), "long-tail": ("median", "p99")}
EXAMPLES = {
    "uniform": '{"path": "message/send", "kind": "latency", "seconds": [0.2, 0.8]}',
    "normal": '{"path": "*", "kind": "latency", "distribution": "normal", "mean": 0.4, "deviation": 0.1}',
    "long-tail": '{"path": "*", "kind": "latency", "distribution": "long-tail", "median": 0.2, "p99": 3}',
}


@dataclass(frozen=True, slots=True)
class Wait:
    """uniform: first to second; normal: mean and deviation, never below 0; long-tail: median and 99th percentile."""

    distribution: str = "uniform"
    first: float = 0.0
    second: float = 0.0

    def draw(self, rng: random.Random) -> float:
        if self.distribution == "normal":
            return min(LONGEST, max(0.0, rng.gauss(self.first, self.second)))
        if self.distribution == "long-tail":
            spread = math.log(self.second / self.first) / P99
            return min(LONGEST, rng.lognormvariate(math.log(self.first), spread))
        return rng.uniform(self.first, self.second)

    def as_json(self) -> dict[str, Any]:
        if self.distribution == "uniform":
            return {"distribution": "uniform", "seconds": (self.first, self.second)}
        return {"distribution": self.distribution, **dict(zip(KEYS[self.distribution], (self.first, self.second), strict=True))}


def read_wait(wanted: dict[str, Any], default: float) -> Wait:
    """The wait a fault asks for; ValueError says in a sentence what is wrong, with an example."""
    name = wanted.get("distribution", "uniform")
    if name not in KEYS:
        raise ValueError(f"distribution is one of {', '.join(KEYS)}; for example {EXAMPLES['long-tail']}")
    foreign = [key for keys in KEYS.values() for key in keys if key in wanted and key not in KEYS[name]]
    if foreign:
        raise ValueError(f"{foreign[0]} does not belong to a {name} wait; for example {EXAMPLES[name]}")
    if name == "uniform":
        return _uniform(wanted.get("seconds"), default)
    return _shaped(name, wanted)


def _uniform(wanted: Any, default: float) -> Wait:
    if wanted is None:
        return Wait("uniform", default, default)
    pair = wanted if isinstance(wanted, list | tuple) and len(wanted) == 2 else (wanted, wanted)
    if not all(map(_seconds, pair)) or pair[0] > pair[1]:
        why = f"seconds is a number from 0 to {LONGEST:.0f} or two, the smaller first"
        raise ValueError(f"{why}; for example {EXAMPLES['uniform']}")
    return Wait("uniform", float(pair[0]), float(pair[1]))


def _shaped(name: str, wanted: dict[str, Any]) -> Wait:
    figures = [wanted.get(key) for key in KEYS[name]]
    if not all(map(_seconds, figures)):
        why = f"a {name} wait has {' and '.join(KEYS[name])}, in seconds up to {LONGEST:.0f}"
        raise ValueError(f"{why}; for example {EXAMPLES[name]}")
    first, second = (float(str(each)) for each in figures)
    if name == "long-tail" and not 0 < first <= second:
        raise ValueError(f"median is above 0 and p99 not below it; for example {EXAMPLES[name]}")
    return Wait(name, first, second)


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST
