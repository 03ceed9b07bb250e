"""Faults somebody asked for: which call they hit and how often; the doing is left to the API entry."""

import random
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("errcode", "latency", "hang", "reset", "html", "http")
EXAMPLE = '{"path": "message/send", "kind": "errcode", "errcode": 45009, "times": 3}'


@dataclass(slots=True)
class Fault:
    """`times` 0 means until removed; `share` is the part of calls it hits; `after` lets the call do its work first."""

    id: int
    path: str
    kind: str
    errcode: int = -1
    times: int = 0
    share: float = 1.0
    seconds: tuple[float, float] = (0.0, 0.0)
    status: int = 0
    after: bool = False
    hits: int = 0

    def spent(self) -> bool:
        return bool(self.times) and self.hits >= self.times


class Faults:
    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._last_id = 0
        self._rng = random.Random()

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Check and keep a fault; ValueError says what is wrong with it."""
        fault = _fault(self._last_id + 1, wanted)
        self._last_id += 1
        self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: int | None = None) -> int:
        """Remove one fault or all; how many went."""
        if fault_id is not None:
            return 1 if self._faults.pop(fault_id, None) else 0
        count = len(self._faults)
        self._faults.clear()
        return count

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults.values()]

    def take(self, path: str) -> list[Fault]:
        """Faults that hit this call: any number of latencies, at most one of the others."""
        if not self._faults:
            return []
        taken: list[Fault] = []
        for fault in list(self._faults.values()):
            if fault.path not in ("*", path) or fault.spent():
                continue
            if fault.kind != "latency" and any(each.kind != "latency" for each in taken):
                continue
            if fault.share < 1 and self._rng.random() >= fault.share:
                continue
            fault.hits += 1
            taken.append(fault)
        return taken

    def wait_of(self, fault: Fault) -> float:
        return self._rng.uniform(*fault.seconds)


def _fault(fault_id: int, wanted: dict[str, Any]) -> Fault:
    known = {"path", "kind", "errcode", "times", "share", "seconds", "status", "after"}
    if not set(wanted) <= known or not isinstance(wanted.get("path"), str) or wanted.get("kind") not in KINDS:
        raise ValueError(f"a fault has a path and a kind out of {', '.join(KINDS)}; for example {EXAMPLE}")
    kind = str(wanted["kind"])
    try:
        fault = Fault(
            fault_id, wanted["path"], kind, int(wanted.get("errcode", -1)), int(wanted.get("times") or 0),
            float(wanted.get("share", 1.0)), _seconds(kind, wanted.get("seconds")),
            int(wanted.get("status") or (502 if kind == "html" else 503)), bool(wanted.get("after", False)),
        )  # fmt: skip
    except (TypeError, ValueError) as error:
        raise ValueError(f"{error}; for example {EXAMPLE}") from error
    if fault.times < 0 or not 0 <= fault.share <= 1:
        raise ValueError(f"times is 0 or more and share from 0 to 1; for example {EXAMPLE}")
    return fault


def _seconds(kind: str, wanted: Any) -> tuple[float, float]:
    if wanted is None:
        return (30.0, 30.0) if kind == "hang" else (0.0, 0.0)
    low, high = (wanted, wanted) if isinstance(wanted, int | float) else wanted
    return float(low), float(high)
