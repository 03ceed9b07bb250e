"""When customers were added: three years that grow, with winter, the shopping festivals and the weekends in them."""

import random
from bisect import bisect
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import accumulate

DAYS = 3 * 365
SHANGHAI = timezone(timedelta(hours=8))
# A down jacket brand's year, January first.
MONTHS = (1.5, 1.0, 0.8, 0.6, 0.5, 0.6, 0.5, 0.6, 0.9, 1.4, 2.0, 2.1)
FESTIVALS = {
    (11, 10): 2.5,
    (11, 11): 3.5,
    (12, 12): 1.7,
    (6, 18): 1.8,
    (10, 1): 1.6,
    (10, 2): 1.6,
    (1, 1): 1.5,
    (5, 1): 1.4,
    (3, 8): 1.6,
}
OPENS, OPEN_FOR = 10 * 3600, 11.5 * 3600


class Seasons:
    """Moments in shop hours of the `DAYS` days before `as_of`, which is the first day that is not in them."""

    def __init__(self, as_of: date) -> None:
        self._begin = (
            int(datetime(as_of.year, as_of.month, as_of.day, tzinfo=SHANGHAI).astimezone(UTC).timestamp()) - DAYS * 86400
        )
        self._sums = [0.0, *accumulate(_weight(as_of - timedelta(days=DAYS - day), day) for day in range(DAYS))]

    def moments(self, rng: random.Random, count: int, since: int) -> list[int]:
        """`count` unix seconds from day `since` on, not sorted."""
        low, sums, begin, draw = self._sums[since], self._sums, self._begin + OPENS, rng.random
        span = sums[-1] - low
        return [begin + 86400 * (bisect(sums, low + draw() * span) - 1) + int(draw() * OPEN_FOR) for _ in range(count)]


def _weight(day: date, number: int) -> float:
    growth = 0.5 + number / DAYS
    weekend = 1.4 if day.weekday() >= 5 else 1.0
    return growth * weekend * MONTHS[day.month - 1] * FESTIVALS.get((day.month, day.day), 1.0)
