"""The one set-based statement that works out the facts of some customers from the true tables."""

from sqlalchemy import text

OPENED, REPLIED = "opened", "replied"
MOST_IN_A_MONTH = 32_767

_COLUMNS = (
    "customer_id", "owner_id", "store_id", "path", "staff_ids", "tag_ids", "channel_ids", "codes", "following", "gender",
    "consent", "role", "stage", "rfm", "value", "province", "city", "birthday_md", "added_on", "last_contact_on",
    "last_order_on", "last_visit_on", "last_open_on", "last_reply_on", "orders", "spent_yuan", "opens_30d", "contacts_30d",
)  # fmt: skip

# Days are Beijing dates. Orders given back whole are none. :month is the first moment of the last thirty Beijing days.
_WORKED_OUT = """
SELECT customer.id, customer.owner_id, owner.store_id, COALESCE(owner.path, '0.'), COALESCE(friends.staff_ids, '{}'),
       customer.tag_ids, COALESCE(arrivals.channel_ids, '{}'), COALESCE(answers.codes, '{}'),
       COALESCE(friends.following, false), CASE WHEN customer.gender IN (1, 2) THEN customer.gender ELSE 0 END,
       customer.consent, COALESCE(tier.role, 'fan'), COALESCE(tier.stage, 'new'), COALESCE(tier.rfm, ''),
       COALESCE(tier.value, -1), customer.province, customer.city,
       EXTRACT(MONTH FROM customer.birthday) * 100 + EXTRACT(DAY FROM customer.birthday),
       (friends.added_at AT TIME ZONE 'Asia/Shanghai')::date,
       (GREATEST(friends.contact_at, touches.at) AT TIME ZONE 'Asia/Shanghai')::date,
       (sales.at AT TIME ZONE 'Asia/Shanghai')::date,
       (heard.visited_at AT TIME ZONE 'Asia/Shanghai')::date,
       (heard.opened_at AT TIME ZONE 'Asia/Shanghai')::date, (heard.replied_at AT TIME ZONE 'Asia/Shanghai')::date,
       COALESCE(sales.orders, 0), COALESCE(sales.yuan, 0), COALESCE(heard.opens, 0), COALESCE(touches.contacts, 0)
FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
JOIN customer ON customer.id = wanted.id AND customer.merged_into_id IS NULL
LEFT JOIN staff AS owner ON owner.id = customer.owner_id
LEFT JOIN customer_tier AS tier ON tier.customer_id = customer.id
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT follow.staff_id::int ORDER BY follow.staff_id::int) FILTER (WHERE follow.status = 'active')
               AS staff_ids,
           bool_or(follow.status = 'active') AS following,
           min(follow.followed_at) FILTER (WHERE follow.followed_at > 'epoch') AS added_at,
           max(follow.last_contact_at) AS contact_at
    FROM follow WHERE follow.customer_id = customer.id
) AS friends ON true
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT first.id ORDER BY first.id) AS channel_ids
    FROM follow JOIN channel_code ON channel_code.state = follow.state
    CROSS JOIN LATERAL (SELECT min(same.id)::int AS id FROM channel_code AS same
                        WHERE same.channel = channel_code.channel) AS first
    WHERE follow.customer_id = customer.id AND follow.state <> ''
) AS arrivals ON true
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT code ORDER BY code) FILTER (WHERE code IS NOT NULL) AS codes
    FROM profile_answer JOIN profile_field ON profile_field.id = profile_answer.field_id
    CROSS JOIN LATERAL jsonb_path_query(profile_answer.value, '$.value[*]') AS chosen (word)
    CROSS JOIN LATERAL (SELECT (profile_field.id * 1000
                                + array_position(profile_field.choices, (chosen.word #>> '{}')::varchar))::int) AS coded (code)
    WHERE profile_answer.customer_id = customer.id AND profile_field.kind IN ('choice', 'choices')
      AND profile_field.removed_at IS NULL
) AS answers ON true
LEFT JOIN LATERAL (
    SELECT max(contact.at) AS at, LEAST(count(*) FILTER (WHERE contact.at >= :month), :most) AS contacts
    FROM contact WHERE contact.customer_id = customer.id
) AS touches ON true
LEFT JOIN LATERAL (
    SELECT max(purchase.at) AS at, LEAST(count(*), :most) AS orders,
           LEAST(COALESCE(div(sum(purchase.paid_fen - purchase.refunded_fen), 100), 0), 2147483647)::int AS yuan
    FROM purchase WHERE purchase.customer_id = customer.id AND purchase.paid_fen > purchase.refunded_fen
) AS sales ON true
LEFT JOIN LATERAL (
    SELECT max(entry.at) FILTER (WHERE entry.kind = 'opened') AS opened_at,
           max(entry.at) FILTER (WHERE entry.kind = 'replied') AS replied_at,
           max(entry.at) FILTER (WHERE entry.kind = 'visited') AS visited_at,
           LEAST(count(*) FILTER (WHERE entry.kind = 'opened' AND entry.at >= :month), :most) AS opens
    FROM timeline_entry AS entry WHERE entry.customer_id = customer.id AND entry.kind IN ('opened', 'replied', 'visited')
) AS heard ON true
ORDER BY customer.id
"""

# A row that stays as it was is not written again: a pull of six million unchanged customers leaves the table alone.
REBUILD = text(
    f"INSERT INTO customer_facts ({', '.join(_COLUMNS)}) {_WORKED_OUT} ON CONFLICT (customer_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    + f" WHERE ({', '.join('customer_facts.' + name for name in _COLUMNS[1:])}) IS DISTINCT FROM "
    + f"({', '.join('excluded.' + name for name in _COLUMNS[1:])})"
)

# Merged into another row, or erased.
FORGET = text("""
DELETE FROM customer_facts WHERE customer_id = ANY(CAST(:ids AS bigint[]))
AND NOT EXISTS (SELECT FROM customer WHERE customer.id = customer_facts.customer_id AND customer.merged_into_id IS NULL)
""")

TAKE = text("""
DELETE FROM facts_wanted WHERE id = ANY(ARRAY(SELECT id FROM facts_wanted ORDER BY bulk, id LIMIT :limit)) RETURNING customer_id
""")

# What happened in these days leaves the thirty-day counts, although nothing was written today.
WANT_FADED = text("""
INSERT INTO facts_wanted (customer_id, bulk)
SELECT customer_id, true FROM contact WHERE at >= :since AND at < :until
UNION SELECT customer_id, true FROM timeline_entry WHERE kind = 'opened' AND at >= :since AND at < :until
""")
