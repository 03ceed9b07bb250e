"""Standings: 100,000 customers worked out anew in batches, right against one by one; the night's counts; a dry run."""

import time

from sqlalchemy import text

from benchmarks.bulk import fill_customers, fill_organisation
from benchmarks.figures import FULL, Figure, Size, WrongAnswer
from benchmarks.stage import stage
from customers.forecast_rules import NoFit
from customers.forecasting import fit_forecast
from customers.measuring import count_standings, measure_cuts
from customers.tier_models import Forecast
from customers.tier_rules import StageRules
from customers.tier_trial import try_rules
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction

BATCH = 2_000
GUIDES = 400
PUBLISHED = {
    "buying": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "spending": {"p": 6.25, "q": 3.74, "gamma": 15.44},
}
# A third of the customers buys, one to nine times over two years.
ORDERS = """
INSERT INTO purchase (source, order_no, customer_id, at, paid_fen, refunded_fen, goods)
SELECT 'bench', id || '-' || n, id, :now - ((id * 37 + n * n * 53 + n * 11) % 720 + 1) * interval '1 day',
       20000 + (id * 7919 + n * 104729) % 180000, 0, '[]'
FROM customer, generate_series(1, 1 + (id / 3 % 9)::int) n WHERE id % 3 = 0
"""
OPENINGS = """
INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
SELECT id, owner_id, 'opened', :now - (id * 31 % 300 + n) * interval '1 day', '{}', 'open:' || id || ':' || n
FROM customer, generate_series(1, 4) n WHERE id % 2 = 0
"""
STANDINGS = (
    "SELECT customer_id, role, stage, rfm, value, warning, due_on FROM customer_tier WHERE customer_id = ANY(:ids) ORDER BY 1"
)


def run(size: Size) -> list[Figure]:
    """tiers.retier, tiers.retier_again, tiers.count and tiers.dry_run."""
    customers = 100_000 if size is FULL else 20_000
    with stage("tiers"):
        now = clock.now()
        fill_organisation(GUIDES, now)
        fill_customers(customers, GUIDES, now)
        with transaction() as session:
            for statement in (ORDERS, OPENINGS, "ANALYZE"):
                session.execute(text(statement), {"now": now} if ":now" in statement else {})
        fitted = _fit()
        with transaction() as session:
            measure_cuts(session, now)
        first, again = _work_out(customers), _work_out(customers)
        _check(customers)
        counted = _timed(lambda session: count_standings(session, clock.today()))
        tried = _timed(lambda session: try_rules(session, StageRules(new_days=7), now))
    rate, per = customers / first, f"{customers:,} customers in batches of {BATCH:,}"
    return [
        Figure("tiers.retier", rate, "rows/s", ">= 5,000/s", rate >= 5_000, note=f"{per}: {first:.1f} s; {fitted}"),
        Figure(
            "tiers.retier_again", customers / again, "rows/s", ">= 5,000/s", customers / again >= 5_000, note=f"{again:.1f} s"
        ),
        Figure("tiers.count", counted, "s", "< 5 s", counted < 5, note="five ladders by place"),
        Figure("tiers.dry_run", tried, "s", "< 2 s", tried < 2, note="a sample of 5,000"),
    ]


def _fit() -> str:
    """Fit on these buyers; made-up orders need not follow the model, then the published parameters are worked with."""
    began = time.perf_counter()
    try:
        with transaction() as session:
            fitted = fit_forecast(session, clock.now())
    except NoFit as why:
        with transaction() as session:
            session.add(Forecast(parameters=PUBLISHED, customers=2_357, fitted_at=clock.now()))
        return f"no fit after {time.perf_counter() - began:.1f} s ({why}), CDNOW's parameters instead"
    return f"forecast of {fitted.customers:,} buyers in {time.perf_counter() - began:.1f} s"


def _work_out(customers: int) -> float:
    began = time.perf_counter()
    for start in range(1, customers + 1, BATCH):
        with transaction() as session:
            retier(session, range(start, min(start + BATCH, customers + 1)), clock.now())
    return time.perf_counter() - began


def _check(customers: int) -> None:
    """Two hundred, one by one, stand where the batches put them."""
    ids = list(range(1, customers + 1, customers // 200))
    with transaction() as session:
        before = session.execute(text(STANDINGS), {"ids": ids}).all()
        for id_ in ids:
            retier(session, [id_], clock.now())
        if session.execute(text(STANDINGS), {"ids": ids}).all() != before or len(before) != len(ids):
            raise WrongAnswer("one by one, customers stand elsewhere than in batches")


def _timed(act) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    with transaction() as session:
        act(session)
    return time.perf_counter() - began
