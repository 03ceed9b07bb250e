"""The forecast as it is kept: fitted on a bounded sample of buyers, applied to any batch of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers.forecast_rules import (
    Buying,
    Floats,
    NoFit,
    Spending,
    alive,
    expected_orders,
    expected_spending,
    fit_buying,
    fit_spending,
)
from customers.lives import lives_of
from customers.measuring import sample_step
from customers.tier_models import Forecast
from customers.tier_rules import Life
from foundation import clock

SAMPLE, READ_AT_ONCE = 20_000, 5_000
FEWEST_REPEATING = 200
ORDERS_AHEAD, MONEY_AHEAD = 90 / 7, 365 / 7
# Spread over all numbers, so that the sample is not the oldest customers alone; the same every week, so that fits compare.
BUYERS = text("""
SELECT DISTINCT customer_id FROM purchase
WHERE customer_id % :step = 0 AND customer_id > :after ORDER BY customer_id LIMIT :limit
""")


@dataclass(frozen=True)
class Outlook:
    """What is expected of one buyer: still alive (0..1), order days in 90 days, fen in 365 days."""

    alive: float
    orders: float
    fen: int


def current_forecast(session: Session) -> Forecast | None:
    """The newest fit; None before there was one."""
    return session.scalars(select(Forecast).order_by(Forecast.id.desc()).limit(1)).first()


def fit_forecast(session: Session, now: datetime) -> Forecast:
    """Fit both models on at most 20,000 buyers and keep what was found. Raises NoFit; the older fit then stays in use."""
    lives = _sample(session, now)
    x, t_x, t, mean = _arrays(lives, clock.day_of(now))
    if int(np.sum(x > 0)) < FEWEST_REPEATING:
        raise NoFit(f"only {int(np.sum(x > 0))} customers bought twice, {FEWEST_REPEATING} are needed")
    buying, spending = fit_buying(x, t_x, t), fit_spending(x, mean)
    parameters = {"buying": asdict(buying), "spending": asdict(spending), "unit": "yuan and weeks"}
    kept = Forecast(parameters=parameters, customers=len(lives), fitted_at=now)
    session.add(kept)
    session.flush()
    return kept


def _sample(session: Session, now: datetime) -> list[Life]:
    step, after, found = sample_step(session, SAMPLE), 0, list[Life]()
    while len(found) < SAMPLE:
        ids = session.scalars(BUYERS, {"step": step, "after": after, "limit": READ_AT_ONCE}).all()
        if not ids:
            return found
        after = ids[-1]
        known = lives_of(session, ids, now, window_days=1, koc_tag=None)
        found += [life for life in known.values() if life.orders]
    return found[:SAMPLE]


def _arrays(lives: Sequence[Life], today: date) -> tuple[Floats, Floats, Floats, Floats]:
    """(x, t_x, t, mean) in weeks and yuan, as the papers name them; every life has an order."""

    def weeks(since: date | None, until: date | None) -> float:
        return (until - since).days / 7 if since and until else 0.0

    x = np.array([life.orders - 1 for life in lives], dtype=np.float64)
    t_x = np.array([weeks(life.first_order_on, life.last_order_on) for life in lives])
    t = np.array([max(weeks(life.first_order_on, today), weeks(life.first_order_on, life.last_order_on)) for life in lives])
    mean = np.array([(life.repeat_fen or 0.0) / 100 for life in lives])
    return x, t_x, t, mean


def outlooks(forecast: Forecast | None, lives: Mapping[int, Life], today: date) -> dict[int, Outlook]:
    """What is expected of those among `lives` who ordered, all worked out at once; empty without a fit."""
    buyers = [id_ for id_, life in lives.items() if life.orders]
    if forecast is None or not buyers:
        return {}
    buying, spending = Buying(**forecast.parameters["buying"]), Spending(**forecast.parameters["spending"])
    x, t_x, t, mean = _arrays([lives[id_] for id_ in buyers], today)
    living = alive(buying, x, t_x, t)
    orders = expected_orders(buying, ORDERS_AHEAD, x, t_x, t)
    money = expected_orders(buying, MONEY_AHEAD, x, t_x, t) * expected_spending(spending, x, mean) * 100
    return {
        id_: Outlook(round(float(living[place]), 4), round(float(orders[place]), 4), int(money[place]))
        for place, id_ in enumerate(buyers)
    }
