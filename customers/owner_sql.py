"""The statements of owners and tag unions: the rules of customers.owner_rules worked out for many customers at once."""

from sqlalchemy import text

# Rows merged into hers are the same person: a guide who knows both keeps a relation there. Asked with the row she lives on.
PERSON_IDS = "ARRAY(SELECT same.id FROM customer AS same WHERE same.merged_into_id = customer.id) || customer.id"
TAGS_OF_PERSON = """
SELECT COALESCE(array_agg(DISTINCT tag_id ORDER BY tag_id), '{}') AS tag_ids
FROM follow, unnest(follow.tag_ids) AS one (tag_id)
WHERE follow.customer_id = ANY(person.ids) AND follow.status = 'active'
"""

# What the brand set over what it begins with; :body takes its place for a dry run.
_RULE = """
rule AS MATERIALIZED (
    SELECT ARRAY(SELECT jsonb_array_elements_text(held.body->'order')) AS sources,
           (held.body->>'lock_days')::int * interval '1 day' AS lock, (held.body->>'lock_days')::int > 0 AS locks,
           CAST(:now AS timestamptz) - (held.body->>'order_days')::int * interval '1 day' AS orders_since,
           CAST(:now AS timestamptz) - (held.body->>'service_days')::int * interval '1 day' AS contacts_since
    FROM (SELECT CAST(:default AS jsonb) || COALESCE(CAST(:body AS jsonb),
                 (SELECT body FROM customer_policy WHERE topic = 'owner'), '{}') AS body) AS held
)"""

# Each source gives at most one row.
_FOUND = f"""
found AS MATERIALIZED (
    SELECT customer.id, customer.owner_id AS was_id, customer.owner_why AS was_why, picked.staff_id AS owner_id,
           COALESCE(picked.why, 'first') AS why, picked.locked_until, tagged.tag_ids
    FROM customer CROSS JOIN rule
    CROSS JOIN LATERAL (
        SELECT {PERSON_IDS} AS ids,
               customer.owner_id IS NOT NULL AND COALESCE(customer.owner_locked_until > :now, false) AS locked
        OFFSET 0
    ) AS person
    CROSS JOIN LATERAL ({TAGS_OF_PERSON}) AS tagged
    LEFT JOIN LATERAL (
        SELECT * FROM (
            SELECT customer.owner_id AS staff_id, customer.owner_why AS why, customer.owner_locked_until AS locked_until,
                   0 AS place
            WHERE person.locked AND (customer.owner_why IN ('hand', 'handover')
              OR customer.owner_why IN ('order', 'service') AND (
                EXISTS (SELECT FROM follow WHERE follow.customer_id = ANY(person.ids) AND follow.status = 'active'
                        AND follow.staff_id = customer.owner_id)
                OR NOT EXISTS (SELECT FROM follow WHERE follow.customer_id = ANY(person.ids) AND follow.status = 'active')))
            UNION ALL
            SELECT customer.owner_id, customer.owner_why, NULL, array_position(rule.sources, 'hand')
            WHERE 'hand' = ANY(rule.sources) AND customer.owner_id IS NOT NULL AND customer.owner_why IN ('hand', 'handover')
              AND customer.owner_locked_until IS NULL
            UNION ALL
            (SELECT follow.staff_id, 'order', CASE WHEN rule.locks THEN max(purchase.at) + rule.lock END,
                    array_position(rule.sources, 'order')
             FROM follow JOIN purchase ON purchase.customer_id = ANY(person.ids) AND purchase.staff_id = follow.staff_id
             WHERE 'order' = ANY(rule.sources) AND NOT (person.locked AND customer.owner_why = 'first')
               AND follow.customer_id = ANY(person.ids) AND follow.status = 'active'
               AND purchase.at >= rule.orders_since AND purchase.refunded_fen < greatest(purchase.paid_fen, 1)
             GROUP BY follow.staff_id ORDER BY max(purchase.at) DESC, follow.staff_id LIMIT 1)
            UNION ALL
            (SELECT follow.staff_id, 'service', CASE WHEN rule.locks THEN follow.last_contact_at + rule.lock END,
                    array_position(rule.sources, 'service')
             FROM follow
             WHERE 'service' = ANY(rule.sources) AND NOT (person.locked AND customer.owner_why = 'first')
               AND follow.customer_id = ANY(person.ids) AND follow.status = 'active'
               AND follow.last_contact_at >= rule.contacts_since
             ORDER BY follow.last_contact_at DESC, follow.staff_id LIMIT 1)
            UNION ALL
            (SELECT follow.staff_id, 'first', CASE WHEN rule.locks THEN follow.followed_at + rule.lock END, 9
             FROM follow WHERE follow.customer_id = ANY(person.ids)
             ORDER BY follow.status <> 'active', follow.followed_at = 'epoch', follow.followed_at, follow.staff_id LIMIT 1)
        ) AS candidate ORDER BY place LIMIT 1
    ) AS picked ON true
    WHERE customer.id = ANY(:ids) AND customer.merged_into_id IS NULL
)"""  # noqa: S608 from this file alone

# A first owner is no move; nor is an earlier friend heard of late, while the one thought the first is still there.
REFRESH = text(f"""
WITH {_RULE}, {_FOUND},
changed AS (
    UPDATE customer SET tag_ids = found.tag_ids, owner_id = found.owner_id, owner_why = found.why,
           owner_locked_until = found.locked_until
    FROM found WHERE customer.id = found.id
      AND (customer.tag_ids, customer.owner_id, customer.owner_why, customer.owner_locked_until)
          IS DISTINCT FROM (found.tag_ids, found.owner_id, found.why::varchar, found.locked_until)
    RETURNING customer.id
),
moved AS (
    INSERT INTO owner_change (customer_id, was_id, now_id, why, by, note, at)
    SELECT found.id, found.was_id, found.owner_id, found.why, 'rule', '', :now
    FROM found JOIN changed USING (id)
    WHERE found.was_id IS NOT NULL AND found.was_id IS DISTINCT FROM found.owner_id
      AND NOT (found.was_why = 'first' AND found.why = 'first' AND EXISTS (
          SELECT FROM follow WHERE follow.customer_id = found.id AND follow.staff_id = found.was_id AND follow.status = 'active'))
    RETURNING id, customer_id, was_id, now_id, why
)
INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
SELECT moved.customer_id, moved.now_id, 'owner', :now,
       jsonb_build_object('title', COALESCE('转给' || COALESCE(NULLIF(staff.name, ''), staff.userid), '暂时没有归属'),
                          'reason', CAST(:words AS jsonb)->>moved.why, 'was', moved.was_id, 'change', moved.id),
       'owner:' || moved.id
FROM moved LEFT JOIN staff ON staff.id = moved.now_id
""")  # noqa: S608  from this file alone

# What a body would make of some customers, changing nothing.
TRY = text(f"WITH {_RULE}, {_FOUND} SELECT id, was_id, owner_id, why FROM found ORDER BY id")  # noqa: S608 from this file alone
