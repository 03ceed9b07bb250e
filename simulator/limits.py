"""Frequency rules as counters on the virtual clock (DOC 90312); never sleeps, only says yes or no."""

from dataclasses import dataclass, field
from typing import Any

from simulator.quotas import FIGURES, Quotas

MINUTE, HOUR = 60, 3600


@dataclass(slots=True)
class Window:
    """Counts in windows that begin with the first call after the last one ended. With `blocks`, who takes too much is
    refused for a whole window from that moment (DOC 90312); without, only what is too much is lost."""

    seconds: int
    blocks: bool = True
    started: float = float("-inf")
    count: int = 0
    blocked_until: float = float("-inf")

    def take(self, now: float, limit: int) -> bool:
        """Count one; False once more than `limit` came inside the window, and while that is punished."""
        if not self._runs(now):
            self.started, self.count = now, 0
        self.count += 1
        if self.count <= limit:
            return True
        if self.blocks and not self._is_blocked(now):
            self.blocked_until = now + self.seconds
        return False

    def used(self, now: float) -> int:
        """What stands in the window that runs now; 0 once it has ended."""
        return self.count if self._runs(now) else 0

    def _runs(self, now: float) -> bool:
        return 0 <= now - self.started < self.seconds or self._is_blocked(now)

    def _is_blocked(self, now: float) -> bool:
        # A block set before the clock was put back is none.
        return 0 < self.blocked_until - now <= self.seconds


@dataclass(slots=True)
class Pair:
    minute: Window = field(default_factory=lambda: Window(MINUTE))
    hour: Window = field(default_factory=lambda: Window(HOUR))

    @classmethod
    def dropping(cls) -> "Pair":
        """For what is dropped without a word: nobody is punished."""
        return cls(Window(MINUTE, blocks=False), Window(HOUR, blocks=False))

    def take(self, now: float, per_minute: int, per_hour: int) -> bool:
        inside_minute = self.minute.take(now, per_minute)
        return self.hour.take(now, per_hour) and inside_minute


NUMBERS = ("per_minute", "per_hour", "member_per_minute", "member_per_hour", "ticket_per_hour", "corp_ticket_per_hour")


class Limits:
    """The figures (changeable) and the counters. `paths` overrides per API, `in_flight` caps parallel calls."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.per_minute, self.per_hour = 10_000, 150_000
        self.member_per_minute, self.member_per_hour = 30, 1_000
        self.ticket_per_hour, self.corp_ticket_per_hour = 100, 400
        self.paths: dict[str, dict[str, int]] = {}
        self.in_flight: dict[str, int] = {}
        self.strict_text = True
        self.quotas = Quotas()
        self.forget()

    def forget(self) -> None:
        """Start every counter again."""
        self._apis: dict[str, Pair] = {}
        self._members: dict[tuple[int, str], Pair] = {}
        self._tickets: dict[str, Window] = {}
        self.quotas.forget()

    def allow_call(self, path: str, now: float) -> bool:
        minute, hour = self._allowed(path)
        pair = self._apis.get(path)
        if pair is None:
            pair = self._apis[path] = Pair()
        return pair.take(now, minute, hour)

    def allow_message(self, agentid: int, userid: str, now: float) -> bool:
        """False: this app's message to this member is dropped without a word."""
        pair = self._members.get((agentid, userid))
        if pair is None:
            pair = self._members[agentid, userid] = Pair.dropping()
        return pair.take(now, self.member_per_minute, self.member_per_hour)

    def allow_ticket(self, owner: int | None, now: float) -> bool:
        window = self._tickets.setdefault(str(owner), Window(HOUR))
        return window.take(now, self.corp_ticket_per_hour if owner is None else self.ticket_per_hour)

    def use(self, now: float, members: bool = True) -> list[dict[str, Any]]:
        """How full each window is, fullest first: {what, path | agentid + userid, window, count, limit, percent}."""
        rows: list[dict[str, Any]] = []
        for path, pair in self._apis.items():
            rows += _filling({"what": "call", "path": path}, pair, now, *self._allowed(path))
        for (agentid, userid), pair in self._members.items() if members else ():
            named = {"what": "member", "agentid": agentid, "userid": userid}
            rows += _filling(named, pair, now, self.member_per_minute, self.member_per_hour)
        return sorted(rows, key=lambda row: -float(row["percent"]))

    def as_json(self, now: float) -> dict[str, Any]:
        usage = {path: {"minute": pair.minute.used(now), "hour": pair.hour.used(now)} for path, pair in self._apis.items()}
        figures = {name: getattr(self, name) for name in NUMBERS} | self.quotas.figures
        rest = {"paths": self.paths, "in_flight": self.in_flight, "strict_text": self.strict_text, "usage": usage}
        return figures | rest

    def settings(self) -> dict[str, Any]:
        """What `change` takes: to put everything back later."""
        figures = {name: getattr(self, name) for name in NUMBERS} | self.quotas.figures
        return figures | {"paths": dict(self.paths), "in_flight": dict(self.in_flight), "strict_text": self.strict_text}

    def _allowed(self, path: str) -> tuple[int, int]:
        """Calls a minute and an hour."""
        own = self.paths.get(path, {})
        return own.get("per_minute", self.per_minute), own.get("per_hour", self.per_hour)

    def check(self, wanted: dict[str, Any]) -> None:
        """ValueError names the first key that cannot be set so."""
        for key, value in wanted.items():
            if not _acceptable(key, value):
                raise ValueError(f'cannot set {key}; for example {{"per_minute": 5, "in_flight": {{"user/get": 2}}}}')

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over the given keys; ValueError names the wrong one and nothing is changed."""
        self.check(wanted)
        for key, value in wanted.items():
            if key in FIGURES:
                self.quotas.change(key, value)
            else:
                setattr(self, key, value)


def _filling(named: dict[str, Any], pair: Pair, now: float, per_minute: int, per_hour: int) -> list[dict[str, Any]]:
    rows = []
    for window, counted, limit in (("minute", pair.minute, per_minute), ("hour", pair.hour, per_hour)):
        if count := counted.used(now):
            percent = round(100 * count / limit, 1) if limit else 100.0
            rows.append(named | {"window": window, "count": count, "limit": limit, "percent": percent})
    return rows


def _acceptable(key: str, value: Any) -> bool:
    if key == "strict_text":
        return isinstance(value, bool)
    if key in NUMBERS or key in FIGURES:
        return _count(value)
    if not isinstance(value, dict):
        return False
    if key == "in_flight":
        return all(_count(each) for each in value.values())
    return key == "paths" and all(
        isinstance(own, dict) and set(own) <= {"per_minute", "per_hour"} and all(map(_count, own.values()))
        for own in value.values()
    )


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
