"""The hours of a demo's cards: soon after it is filled, at whatever second and hour it begins."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from demo.__main__ import BOARD_AFTER, MORNING_AFTER, soon
from foundation import clock
from jobs.tick import newest_slot

DAY = date(2026, 3, 9)
SECONDS = ((12, 0, 0), (12, 0, 1), (12, 0, 59), (23, 55, 30), (23, 57, 1), (23, 58, 30), (23, 59, 59), (0, 0, 0))
BEGINNINGS = [clock.at(DAY, hour, minute) + timedelta(seconds=second) for hour, minute, second in SECONDS]


@pytest.mark.parametrize("began", BEGINNINGS, ids=lambda moment: f"{moment.astimezone(clock.SHANGHAI):%H.%M.%S}")
@pytest.mark.parametrize("after", [MORNING_AFTER, BOARD_AFTER])
def test_no_card_is_due_before_the_brand_is_filled_and_each_within_a_minute_after(began: datetime, after: int) -> None:
    with time_machine.travel(began, tick=False):
        at = soon(after)
    filled = began + timedelta(seconds=after)
    assert newest_slot(at, filled - timedelta(seconds=1)) < began, "it would not come until the next day"
    assert filled <= newest_slot(at, filled + timedelta(minutes=1))
