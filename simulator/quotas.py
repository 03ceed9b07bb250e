"""Quotas counted by the natural day, the month or the caller (DOC 90312): figures anybody may change, counters behind them."""

from typing import Any

from simulator.days import DAY, midnight

MINUTE, HOUR, MONTH = 60, 3600, 30 * DAY
KEEP = 100_000
# The account limit (账号上限) and how many wrong secrets are "many" are each corp's and nobody's: chosen here.
FIGURES = {
    "ip_per_minute": 20_000, "ip_per_hour": 600_000, "debug_per_minute": 5, "wrong_secrets_per_hour": 50,
    "account_limit": 20_000, "messages_per_account": 200, "missed_mobiles_percent": 20, "uploadimg_per_day": 1_000,
    "uploadimg_per_month": 3_000, "appchats_per_day": 1_000, "appchat_changes_per_hour": 1_000,
    "appchat_per_minute": 20_000, "appchat_per_hour": 300_000, "appchat_member_per_minute": 200,
    "appchat_member_per_day": 10_000,
    # 企业群发: a month's 0 is the number of its days; a figure for the week or the day takes the month's place.
    "group_send_dispatch_seconds": 2, "group_sends_per_month": 0, "group_sends_per_week": 0, "group_sends_per_day": 0,
    "moment_job_seconds": 2, "moment_jobs_per_minute": 10, "moments_per_month": 100_000,
    # A group that is full; a resigned owner's group is with its heir at once, or so many seconds later.
    "group_size": 200, "group_inherit_seconds": 0,
}  # fmt: skip


class Quotas:
    """`figures` by name; a counter belongs to a rule, whom it counts and a window in seconds."""

    def __init__(self) -> None:
        self.figures = dict(FIGURES)
        self.forget()

    def forget(self) -> None:
        """Start every counter again and lift every block."""
        self._counted: dict[tuple[str, str, int], tuple[float, int]] = {}

    def take(self, rule: str, who: str, now: float, window: int, limit: int, amount: int = 1) -> bool:
        """Count `amount`; False once more than `limit` came inside the window. A day is the natural day."""
        key = rule, who, window
        begun, count = self._running(key, now)
        self._counted[key] = begun, count + amount
        if len(self._counted) > KEEP:
            self._make_room(now)
        return count + amount <= limit

    def _make_room(self, now: float) -> None:
        """Drop the windows that have ended; when all still run, the tenth that ends first."""
        ended = [key for key, (begun, _) in self._counted.items() if not 0 <= now - begun < key[2]]
        soonest = sorted(self._counted, key=lambda key: self._counted[key][0] + key[2])
        for key in ended or soonest[: KEEP // 10]:
            del self._counted[key]

    def fits(self, rule: str, who: str, now: float, window: int, limit: int, amount: int = 1) -> bool:
        """Like take, but nothing is counted when it would be too much."""
        if self.used(rule, who, now, window) + amount > limit:
            return False
        return self.take(rule, who, now, window, limit, amount)

    def used(self, rule: str, who: str, now: float, window: int) -> int:
        return self._running((rule, who, window), now)[1]

    def _running(self, key: tuple[str, str, int], now: float) -> tuple[float, int]:
        """When the window that runs now began, and what it holds."""
        begun, count = self._counted.get(key, (float("-inf"), 0))
        if 0 <= now - begun < key[2]:
            return begun, count
        return (float(midnight(now)) if key[2] == DAY else now), 0

    def change(self, name: str, value: Any) -> None:
        self.figures[name] = int(value)
