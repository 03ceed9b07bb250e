"""The nightly measures all tiers are read against: quantile cuts of buyers, and how many customers stand where."""

from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.policies import note_measured, policy
from customers.rfm_rules import FIFTHS, VALUE_SHARES
from foundation import clock

CUTS = "rfm_cuts"
MEASURED = 200_000
COUNT_BUYERS = text("SELECT count(DISTINCT customer_id) * 64 FROM purchase WHERE customer_id % 64 = 0")
SOME_ORDERS = text("SELECT count(*) FROM (SELECT FROM purchase LIMIT :limit) AS few")
MEASURE = text("""
WITH days AS (
    SELECT customer_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, sum(paid_fen - refunded_fen) AS fen FROM purchase
    WHERE customer_id % :step = 0 AND at >= :since AND refunded_fen < paid_fen GROUP BY 1, 2
), buyers AS (
    SELECT customer_id, CAST(:today AS date) - max(day) AS recency, count(*) AS orders, sum(fen)::bigint AS fen
    FROM days GROUP BY customer_id
)
SELECT count(*) AS buyers, percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY recency) AS recency,
    percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY orders) AS orders,
    percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY fen) AS fen,
    percentile_disc(CAST(:shares AS float8[])) WITHIN GROUP (ORDER BY fen + coalesce(expected_fen, 0)) AS worth
FROM buyers LEFT JOIN customer_tier USING (customer_id)
""")
LONG_STATEMENT = text("SET LOCAL statement_timeout = '15min'")


def sample_step(session: Session, wanted: int) -> int:
    """Every how-many-th customer number to take so that about `wanted` buyers are met; 1 takes them all."""
    orders = session.scalar(SOME_ORDERS, {"limit": wanted}) or 0
    return 1 if orders < wanted else max(1, (session.scalar(COUNT_BUYERS) or 0) // wanted)


def measure_cuts(session: Session, now: datetime) -> int:
    """Measure the quantiles of buyers (all, or 200,000 spread over all numbers) and keep them; how many were measured."""
    session.execute(LONG_STATEMENT)
    today = clock.day_of(now)
    since = clock.start_of(today - timedelta(days=policy(session, "rfm")["window_days"]))
    asked = {"step": sample_step(session, MEASURED), "since": since, "today": today}
    row = session.execute(MEASURE, asked | {"fifths": list(FIFTHS), "shares": list(VALUE_SHARES)}).one()
    if row.buyers:
        measured = {name: list(getattr(row, name)) for name in ("recency", "orders", "fen", "worth")}
        note_measured(session, CUTS, measured | {"buyers": row.buyers})
    return int(row.buyers)


FORGET = text("""DELETE FROM tier_day WHERE (was = '') OR "on" = :yesterday""")
STANDINGS = text("""
INSERT INTO tier_day ("on", ladder, path, was, now, customers)
SELECT :today, CASE
        WHEN grouping(role) = 0 THEN 'role' WHEN grouping(stage) = 0 THEN 'stage' WHEN grouping(value) = 0 THEN 'value'
        WHEN grouping(rf) = 0 THEN 'rf' ELSE 'warned' END,
    path, '', CASE
        WHEN grouping(role) = 0 THEN role WHEN grouping(stage) = 0 THEN stage WHEN grouping(value) = 0 THEN value
        WHEN grouping(rf) = 0 THEN rf ELSE warned END, count(*)
FROM (
    SELECT coalesce(staff.path, '0.') AS path, tier.role, tier.stage, tier.value::text AS value, left(tier.rfm, 2) AS rf,
        CASE WHEN tier.warned_at IS NULL THEN 'no' ELSE 'yes' END AS warned
    FROM customer_tier AS tier JOIN customer ON customer.id = tier.customer_id LEFT JOIN staff ON staff.id = customer.owner_id
    WHERE customer.merged_into_id IS NULL
) AS stood
GROUP BY GROUPING SETS ((path, role), (path, stage), (path, value), (path, rf), (path, warned))
""")
MOVES = text("""
INSERT INTO tier_day ("on", ladder, path, was, now, customers)
SELECT :yesterday, move.ladder, coalesce(staff.path, '0.'), move.was, move.now, count(*)
FROM tier_move AS move JOIN customer ON customer.id = move.customer_id LEFT JOIN staff ON staff.id = customer.owner_id
WHERE move.at >= :begins AND move.at < :ends GROUP BY 2, 3, 4, 5
""")


def count_standings(session: Session, today: date) -> None:
    """Count who stands where, and yesterday's moves, place by place; the counts of an earlier run are replaced."""
    session.execute(LONG_STATEMENT)
    yesterday = today - timedelta(days=1)
    session.execute(FORGET, {"yesterday": yesterday})
    session.execute(STANDINGS, {"today": today})
    bounds = {"begins": clock.start_of(yesterday), "ends": clock.start_of(today)}
    session.execute(MOVES, {"yesterday": yesterday, **bounds})
