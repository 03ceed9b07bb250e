"""What standings are decided from, read for many customers in one statement: relations, orders, openings."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.tier_rules import Life
from foundation import clock

# Four looks by index and customer, never a scan: a batch costs what its customers have, not what the brand has.
LIVES = text("""
WITH friends AS (
    SELECT customer_id, min(followed_at) FILTER (WHERE followed_at <> 'epoch') AS added_at,
        bool_or(status IN ('active', 'half')) AS following, max(ended_at) AS ended_at,
        max(ended_at) FILTER (WHERE status = 'ended_by_customer') AS deleted_at
    FROM follow WHERE customer_id = ANY(:ids) GROUP BY customer_id
), days AS (
    SELECT customer_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, sum(paid_fen - refunded_fen) AS fen
    FROM purchase WHERE customer_id = ANY(:ids) AND refunded_fen < paid_fen GROUP BY 1, 2
), gaps AS (
    SELECT *, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM days
), orders AS (
    SELECT customer_id, count(*) AS orders, min(day) AS first_on, max(day) AS last_on,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS gap, count(*) FILTER (WHERE day >= :window) AS recent_orders,
        coalesce(sum(fen) FILTER (WHERE day >= :window), 0)::bigint AS recent_fen,
        (avg(fen) FILTER (WHERE gap IS NOT NULL))::float8 AS repeat_fen
    FROM gaps GROUP BY customer_id
), signs AS (
    SELECT customer_id, max(at) AS sign_at, count(*) FILTER (WHERE kind = 'opened' AND at >= :month) AS opens_now,
        count(*) FILTER (WHERE kind = 'opened' AND at >= :two_months AND at < :month) AS opens_before
    FROM timeline_entry WHERE customer_id = ANY(:ids) AND kind IN ('opened', 'replied', 'visited') GROUP BY customer_id
)
SELECT customer.id, customer.created_at, customer.member_no IS NOT NULL AS member,
    CAST(:koc_tag AS integer) IS NOT NULL AND :koc_tag = ANY(customer.tag_ids) AS koc,
    friends.added_at, coalesce(friends.following, false) AS following, friends.ended_at, friends.deleted_at,
    coalesce(orders.orders, 0) AS orders, orders.first_on, orders.last_on, orders.gap, orders.recent_orders, orders.recent_fen,
    orders.repeat_fen, signs.sign_at, coalesce(signs.opens_now, 0) AS opens_now, coalesce(signs.opens_before, 0) AS opens_before
FROM customer
LEFT JOIN friends ON friends.customer_id = customer.id
LEFT JOIN orders ON orders.customer_id = customer.id
LEFT JOIN signs ON signs.customer_id = customer.id
WHERE customer.id = ANY(:ids) AND customer.merged_into_id IS NULL
""")


def lives_of(
    session: Session, customer_ids: Sequence[int], now: datetime, *, window_days: int, koc_tag: int | None
) -> dict[int, Life]:
    """What is known of each customer by her id; those merged into another, or unknown, are absent."""
    today = clock.day_of(now)
    asked = {
        "ids": list(customer_ids), "window": today - timedelta(days=window_days), "koc_tag": koc_tag,
        "month": now - timedelta(days=30), "two_months": now - timedelta(days=60),
    }  # fmt: skip
    return {row.id: _life(row, today) for row in session.execute(LIVES, asked)}


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else clock.day_of(moment)


def _life(row, today: date) -> Life:  # type: ignore[no-untyped-def]
    """A day in the future (a clock astray) counts as today."""
    added_on = min(_day(row.added_at) or clock.day_of(row.created_at), today)
    signs = [added_on, _day(row.sign_at), row.last_on]
    return Life(
        added_on=added_on,
        sign_on=min(max(sign for sign in signs if sign is not None), today),
        following=row.following,
        ended_on=None if row.following else _day(row.ended_at),
        deleted_on=_day(row.deleted_at) if row.following else None,
        member=row.member,
        koc=row.koc,
        orders=row.orders,
        first_order_on=row.first_on,
        last_order_on=row.last_on,
        gap=row.gap,
        recent_orders=row.recent_orders or 0,
        recent_fen=row.recent_fen or 0,
        repeat_fen=row.repeat_fen,
        opens_now=row.opens_now,
        opens_before=row.opens_before,
    )
