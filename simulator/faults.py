"""Faults somebody asked for: which call they hit and how often; the doing is left to the API entry."""

import random
from dataclasses import dataclass, field
from typing import Any

from simulator.waits import Wait, read_wait

KINDS = ("errcode", "latency", "hang", "reset", "html", "http")
KNOWN = {
    "path", "kind", "errcode", "times", "share", "status", "after",
    "seconds", "distribution", "mean", "deviation", "median", "p99",
}  # fmt: skip
EXAMPLE = '{"path": "message/send", "kind": "errcode", "errcode": 45009, "times": 3}'
HANG = 30.0


@dataclass(slots=True)
class Fault:
    """`times` 0 means until removed; `share` is the part of calls it hits; `after` lets the call do its work first.
    `path` is a call's, `kf/*` for a family, `*` for all; `by` is the scenario that made it."""

    id: int
    path: str
    kind: str
    errcode: int = -1
    times: int = 0
    share: float = 1.0
    wait: Wait = field(default_factory=Wait)
    status: int = 0
    after: bool = False
    hits: int = 0
    by: str = ""

    def spent(self) -> bool:
        return bool(self.times) and self.hits >= self.times

    def meets(self, path: str) -> bool:
        return self.path in ("*", path) or (self.path.endswith("/*") and path.startswith(self.path[:-1]))

    def as_json(self) -> dict[str, Any]:
        row = {
            "id": self.id, "path": self.path, "kind": self.kind, "errcode": self.errcode, "times": self.times,
            "share": self.share, "status": self.status, "after": self.after, "hits": self.hits, "by": self.by,
            "spent": self.spent(),
        }  # fmt: skip
        return row | self.wait.as_json()


class Faults:
    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._last_id = 0
        self._rng = random.Random()

    def seed(self, seed: int) -> None:
        """From here on shares and waits fall the same way for the same calls."""
        self._rng.seed(seed)

    def add(self, wanted: dict[str, Any], by: str = "") -> Fault:
        """Check and keep a fault; ValueError says what is wrong with it."""
        fault = _fault(self._last_id + 1, wanted)
        fault.by = by
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

    def count(self) -> int:
        """Those that may still strike."""
        return sum(not each.spent() for each in self._faults.values())

    def as_json(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._faults.values()]

    def take(self, path: str) -> list[Fault]:
        """Faults that hit this call: any number of latencies, at most one of the others."""
        if not self._faults:
            return []
        taken: list[Fault] = []
        for fault in list(self._faults.values()):
            if not fault.meets(path) or fault.spent():
                continue
            if fault.kind != "latency" and any(each.kind != "latency" for each in taken):
                continue
            if fault.share < 1 and self._rng.random() >= fault.share:
                continue
            fault.hits += 1
            taken.append(fault)
        return taken

    def wait_of(self, fault: Fault) -> float:
        return fault.wait.draw(self._rng)


def _fault(fault_id: int, wanted: dict[str, Any]) -> Fault:
    if not set(wanted) <= KNOWN or not isinstance(wanted.get("path"), str) or wanted.get("kind") not in KINDS:
        raise ValueError(f"a fault has a path and a kind out of {', '.join(KINDS)}; for example {EXAMPLE}")
    kind = str(wanted["kind"])
    if kind == "errcode" and "errcode" not in wanted:
        raise ValueError(f"an errcode fault says which errcode; for example {EXAMPLE}")
    wait = read_wait(wanted, HANG if kind == "hang" else 0.0)
    if kind == "latency" and wait == Wait():
        raise ValueError('a latency says how long; for example {"path": "message/send", "kind": "latency", "seconds": 2}')
    try:
        fault = Fault(
            fault_id, wanted["path"], kind, int(wanted.get("errcode", -1)), int(wanted.get("times") or 0),
            float(wanted.get("share", 1.0)), wait,
            int(wanted.get("status") or (502 if kind == "html" else 503)), bool(wanted.get("after", False)),
        )  # fmt: skip
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"errcode, times and status are whole numbers, share is from 0 to 1; for example {EXAMPLE}") from error
    if fault.times < 0 or not 0 <= fault.share <= 1:
        raise ValueError(f"times is 0 or more and share from 0 to 1; for example {EXAMPLE}")
    if not 100 <= fault.status <= 599 or (kind == "errcode" and fault.errcode == 0):
        raise ValueError(f"status is an HTTP status and errcode anything but 0; for example {EXAMPLE}")
    return fault
