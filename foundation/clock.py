"""The one clock. UTC in tables, Asia/Shanghai for "today"; nobody else asks what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The business day in Shanghai."""
    return now().astimezone(SHANGHAI).date()


def day_of(moment: datetime) -> date:
    """The Shanghai business day a moment falls on."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The first moment (UTC) of a Shanghai business day; `start_of(day + 1 day)` is its end."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall-clock moment of a Shanghai day, in UTC."""
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


def from_unix(seconds: int | str) -> datetime:
    """The platform's `CreateTime`: unix seconds, as number or text."""
    return datetime.fromtimestamp(int(seconds), UTC)


def days(count: float) -> timedelta:
    """Shorthand that reads well in rules: `days(3)`."""
    return timedelta(days=count)
