"""The nightly counts behind the charts of customers: growth, sources, provinces, who stays. No page ever scans."""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import clock

DAYS, SOURCE_DAYS, COHORTS = 90, 90, 12
# Counts of a place hold all below it: each path is spread over the paths above it before it is summed.
_SPREAD = """
INSERT INTO customer_count (path, kind, key, customers)
SELECT above.path, :kind, counted.key, sum(counted.customers) FROM ({counted}) AS counted
CROSS JOIN LATERAL (
    SELECT array_to_string(parts[1:depth], '.') || '.' AS path
    FROM (SELECT string_to_array(rtrim(counted.path, '.'), '.') AS parts) AS split,
         generate_series(1, cardinality(parts)) AS depth
) AS above
WHERE counted.path <> '' GROUP BY above.path, counted.key
"""
ADDED = """
SELECT staff.path, to_char(follow.followed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS key, count(*) AS customers
FROM follow JOIN staff ON staff.id = follow.staff_id
WHERE follow.followed_at >= :since AND follow.followed_at < :until GROUP BY 1, 2
"""
LOST = """
SELECT staff.path, to_char(follow.ended_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS key, count(*) AS customers
FROM follow JOIN staff ON staff.id = follow.staff_id
WHERE follow.ended_at >= :since AND follow.ended_at < :until AND follow.status <> 'transferred' GROUP BY 1, 2
"""
SOURCES = """
SELECT staff.path, COALESCE(channel_code.channel, 'way:' || follow.add_way) AS key, count(*) AS customers
FROM follow JOIN staff ON staff.id = follow.staff_id LEFT JOIN channel_code ON channel_code.state = NULLIF(follow.state, '')
WHERE follow.followed_at >= :since AND follow.followed_at < :until GROUP BY 1, 2
"""
PROVINCES = "SELECT path, province AS key, count(*) AS customers FROM customer_facts WHERE province <> '' GROUP BY 1, 2"
# <a moment> stands for the number of its month.
_MONTH = re.compile(r"<(.+?)>")
_NUMBER = r"(extract(year FROM \1 AT TIME ZONE 'Asia/Shanghai') * 12 + extract(month FROM \1 AT TIME ZONE 'Asia/Shanghai'))::int"
# Who was still a friend n months after the month she was added in; 0 is everybody who was added.
STAYED = """
SELECT began.path, began.month || ':' || later AS key, sum(began.many) AS customers
FROM (
    SELECT staff.path, to_char(follow.followed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
           <CAST(:until AS timestamptz)> - <follow.followed_at> AS age, count(*) AS many,
           CASE WHEN follow.ended_at IS NULL OR follow.status IN ('active', 'half', 'transferred') THEN NULL
                ELSE <follow.ended_at> - <follow.followed_at> END AS kept
    FROM follow JOIN staff ON staff.id = follow.staff_id
    WHERE follow.followed_at >= :since AND follow.followed_at < :until GROUP BY 1, 2, 3, 5
) AS began CROSS JOIN LATERAL generate_series(0, LEAST(began.age, GREATEST(COALESCE(began.kept - 1, began.age), 0))) AS later
GROUP BY 1, 2
"""


def count_growth(session: Session, today: date) -> int:
    """Count anew as of the beginning of `today`; rows written. In one transaction: a page sees the old night or the new one."""
    session.execute(text("SET LOCAL statement_timeout = '900s'"))
    session.execute(text("DELETE FROM customer_count"))
    until, first = clock.start_of(today), _month_before(today, COHORTS - 1)
    days, lately = clock.start_of(today - timedelta(days=DAYS)), clock.start_of(today - timedelta(days=SOURCE_DAYS))
    parts: tuple[tuple[str, str, dict[str, datetime]], ...] = (
        ("added", ADDED, {"since": days, "until": until}),
        ("lost", LOST, {"since": days, "until": until}),
        ("source", SOURCES, {"since": lately, "until": until}),
        ("province", PROVINCES, {}),
        ("cohort", _MONTH.sub(_NUMBER, STAYED), {"since": clock.start_of(first), "until": until}),
    )
    written = 0
    for kind, counted, moments in parts:
        result = session.execute(text(_SPREAD.format(counted=counted)), {"kind": kind, **moments})
        written += int(getattr(result, "rowcount", 0))
    return written


def _month_before(day: date, months: int) -> date:
    """The first day of the month so many months before the day's."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)
