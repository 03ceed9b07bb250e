"""Jobs of standings: those due within a minute, everybody stale and the counts in the night, the forecast once a week."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.forecast_rules import NoFit
from customers.forecasting import current_forecast, fit_forecast
from customers.measuring import count_standings, measure_cuts
from customers.tier_queries import list_due, list_stale, measured_cuts, rules_changed_at
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from foundation.log import logger
from jobs.owner_jobs import follow_orders

log = logger(__name__)
BATCH, AT_ONCE = 2_000, 10_000
MONDAY = 0
# What the night changes is told to segments behind what people do meanwhile.
BEHIND = text("SELECT set_config('guidedesk.bulk', 'on', true)")


def retier_due(limit: int = AT_ONCE) -> int:
    """Work out the standings that are due; how many customers were looked at. Short transactions, safe to repeat."""
    looked = 0
    while looked < limit:
        with transaction() as session:
            ids = list_due(session, clock.today(), min(BATCH, limit - looked))
            if not ids:
                break
            _retier(session, ids)
        follow_orders(ids)
        looked += len(ids)
    return looked


def _retier(session: Session, ids: Sequence[int]) -> None:
    if len(ids) > 100:
        session.execute(BEHIND)
    retier(session, ids, clock.now())


def retier_stale(*, everybody: bool = False) -> int:
    """Standings older than the rules or the forecast, and customers without one; how many were looked at."""
    looked = after = 0
    with transaction() as session:
        ruled_at, forecast = clock.now() if everybody else rules_changed_at(session), current_forecast(session)
    while True:
        with transaction() as session:
            ids = list_stale(session, after, ruled_at, forecast.fitted_at if forecast else None, BATCH)
            if not ids:
                return looked
            _retier(session, ids)
        after, looked = ids[-1], looked + len(ids)


def work_night(on: date) -> int:
    """Measure the quantiles, look at everybody due or stale, then count who stands where for the boards of day `on`."""
    with transaction() as session:
        first = not measured_cuts(session)
        unfitted = current_forecast(session) is None
    if first and unfitted and fit_weekly(on):
        # Worth is measured with what is expected of each: the first cuts are not to be those of the past alone.
        retier_stale()
    with transaction() as session:
        measure_cuts(session, clock.now())
    # The very first standings were worked out before anything could be measured against.
    looked = retier_stale(everybody=first)
    while (some := retier_due()) > 0:
        looked += some
    with transaction() as session:
        count_standings(session, on)
    return looked


def fit_weekly(on: date) -> str:
    """Fit the forecast on Mondays, and on any day until there is one; what was found, or why not."""
    with transaction() as session:
        if on.weekday() != MONDAY and current_forecast(session) is not None:
            return ""
        try:
            fitted = fit_forecast(session, clock.now())
        except NoFit as reason:
            log.info("no forecast fitted", why=str(reason))
            return ""
        return f"{fitted.customers} buyers"
