"""Jobs of standings: the minute's and the night's work, repeated without harm; the forecast waits for enough buyers."""

import pytest
from sqlalchemy import func, select

from customers.policies import policy, set_policy
from customers.tier_models import CustomerTier, Forecast, Stage, TierDay, TierMove
from foundation import clock
from foundation.db import transaction
from jobs.tier_jobs import fit_weekly, retier_due, work_night
from tests.builders.sop import Brand, make_brand, make_follow
from tests.builders.tiers import make_order


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        for number in range(5):
            make_follow(session, made.ai, f"wm{number}", days_ago=10)
        return made


def _stages() -> dict[int, str]:
    with transaction() as session:
        return {tier.customer_id: tier.stage for tier in session.scalars(select(CustomerTier))}


def test_newcomers_and_orders_are_looked_at_within_a_minute_and_once(brand: Brand) -> None:
    assert retier_due() == 5
    assert retier_due() == 0
    with transaction() as session:
        make_order(session, 1)
    assert retier_due() == 1
    assert _stages()[1] == Stage.GROWING


def test_the_night_gives_digits_follows_new_rules_and_counts_once(brand: Brand) -> None:
    with transaction() as session:
        make_order(session, 1)
    # Worked out before anything was measured: no digits yet.
    retier_due()
    for _ in range(2):
        work_night(clock.today())
    with transaction() as session:
        assert session.get_one(CustomerTier, 1).rfm != ""
        set_policy(session, brand.headquarters, "stages", policy(session, "stages") | {"new_days": 7})
    work_night(clock.today())
    assert set(_stages().values()) == {Stage.GROWING}
    with transaction() as session:
        moves = session.scalar(select(func.count()).select_from(TierMove).where(TierMove.ladder == "stage"))
        counted = session.scalar(select(func.sum(TierDay.customers)).where(TierDay.ladder == "stage", TierDay.was == ""))
    assert (moves, counted) == (4, 5)


def test_without_enough_buyers_there_is_no_forecast_and_no_trouble(brand: Brand) -> None:
    assert fit_weekly(clock.today()) == ""
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Forecast)) == 0
