"""The log of API calls: the last 50,000 or 32 MB, with short copies of question and answer, and counts per path."""

import itertools
from collections import deque
from dataclasses import dataclass
from typing import Any

KEEP = 50_000
BODY_LIMIT = 4096
KEEP_BYTES = 32 * 1024 * 1024
# What a record takes beside the two copies, roughly.
OVERHEAD = 400


@dataclass(frozen=True, slots=True)
class CallRecord:
    id: int
    path: str
    agentid: int
    errcode: int
    at: float
    elapsed_ms: float
    request: bytes
    response: bytes

    @property
    def size(self) -> int:
        return len(self.request) + len(self.response) + OVERHEAD

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "path": self.path, "agentid": self.agentid, "errcode": self.errcode, "at": self.at,
            "elapsed_ms": round(self.elapsed_ms, 2), "request": self.request.decode("utf-8", "replace"),
            "response": self.response.decode("utf-8", "replace"),
        }  # fmt: skip


class Calls:
    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self.crashes = 0
        self.records: deque[CallRecord] = deque()
        self._bytes = 0
        self.by_path: dict[str, list[int]] = {}
        self.in_flight: dict[str, int] = {}
        self.in_flight_max: dict[str, int] = {}
        self.unknown: list[dict[str, Any]] = []

    def enter(self, path: str) -> int:
        """One more call of this path is running; how many run now."""
        running = self.in_flight.get(path, 0) + 1
        self.in_flight[path] = running
        if running > self.in_flight_max.get(path, 0):
            self.in_flight_max[path] = running
        return running

    def leave(self, path: str) -> None:
        self.in_flight[path] -= 1

    def record(
        self, path: str, agentid: int, errcode: int, at: float, elapsed_ms: float, request: bytes, response: bytes
    ) -> None:
        """errcode 0 counts as ok; HTTP faults are recorded with errcode -2, a call that broke the simulator with -1."""
        counts = self.by_path.setdefault(path, [0, 0, 0])
        counts[0] += 1
        counts[2 if errcode else 1] += 1
        short = request[:BODY_LIMIT], response[:BODY_LIMIT]
        self.records.append(CallRecord(next(self._ids), path, agentid, errcode, at, elapsed_ms, *short))
        self._bytes += self.records[-1].size
        while self._bytes > KEEP_BYTES or len(self.records) > KEEP:
            self._bytes -= self.records.popleft().size

    def clear(self) -> None:
        self.records.clear()
        self._bytes = 0
        self.by_path.clear()
        self.in_flight_max.clear()
        self.unknown.clear()
