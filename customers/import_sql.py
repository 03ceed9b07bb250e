"""The set-based statements of an import: a stretch of staged rows applied in one go each. Decides nothing."""

import json

from sqlalchemy import text

from customers.place_rules import PROVINCES_OF

# Who was merged into another since the check is that other one now. A subquery: joined, six million customers would be hashed.
PART = """SELECT row,
    COALESCE((SELECT merged_into_id FROM customer WHERE id = import_row.customer_id), customer_id) AS customer_id, member_no,
    phone, phone_last4, birthday, province, city, tag_ids, source, order_no, at, paid_fen, refunded_fen, store_id,
    staff_id, facts
FROM import_row WHERE import_id = :import_id AND row > :after AND row <= :until"""
# The customers' rows are locked first, in the one order everybody locks many of them in.
LOCK = text(f"""
SELECT 1 FROM customer WHERE id IN (SELECT customer_id FROM ({PART}) AS part)
ORDER BY external_userid FOR NO KEY UPDATE
""")  # noqa: S608  made of our own words
# Of orders and lists nothing in her row changes: what an order's foreign key takes anyway, but before the rows are read, so that
# those an erasing under way deletes are not among them. It locks all rows of hers, so the ones named in the file are enough.
LOCK_LIGHTLY = text("""
SELECT 1 FROM customer
WHERE id IN (SELECT customer_id FROM import_row WHERE import_id = :import_id AND row > :after AND row <= :until)
ORDER BY external_userid FOR KEY SHARE
""")
# Likewise, in the statement that changes them; whom a row lives on in is locked in its place of the order (row 0: nothing told).
# What is read of a row after the wait for it is what the other one committed. A subquery finds the home, for the reason above.
ASKED = """SELECT row, customer_id, (SELECT merged_into_id FROM customer WHERE id = import_row.customer_id) AS home_id, member_no,
    phone, phone_last4, birthday, province, city
FROM import_row WHERE import_id = :import_id AND row > :after AND row <= :until"""
HOMES = "SELECT 0, home_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM asked WHERE home_id IS NOT NULL"
LOCKED = f"""SELECT row, COALESCE(known.merged_into_id, known.id) AS customer_id, part.member_no, part.phone, part.phone_last4,
    part.birthday, part.province, part.city
FROM (SELECT * FROM asked UNION ALL {HOMES}) AS part JOIN customer AS known ON known.id = part.customer_id
ORDER BY known.external_userid FOR NO KEY UPDATE OF known"""  # noqa: S608
# So two rows may mean the same one, and the last one counts.
LAST_OF_EACH = "SELECT DISTINCT ON (customer_id) * FROM locked WHERE row > 0 ORDER BY customer_id, row DESC"
# Some thousands of rows among millions: the planner has no figures yet of rows just put aside, and would read every customer.
ONE_BY_ONE = text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)")
# A city told without a province we know of empties the province (''), unless she lived there before.
NEW_PROVINCE = """CASE WHEN part.province = '' AND part.city = customer.city THEN customer.province
    ELSE COALESCE(part.province, customer.province) END"""
# A province told alone empties a city that is known to lie elsewhere.
NEW_CITY = f"""CASE WHEN part.city IS NULL AND part.province <> ''
        AND NOT COALESCE(CAST('{json.dumps(PROVINCES_OF, ensure_ascii=False)}' AS jsonb)->customer.city ? part.province, true)
    THEN '' ELSE COALESCE(part.city, customer.city) END"""
NEW_FACTS = f"""(COALESCE(part.member_no, customer.member_no), COALESCE(part.phone, customer.phone),
    COALESCE(part.phone_last4, customer.phone_last4), COALESCE(part.birthday, customer.birthday),
    {NEW_PROVINCE}, {NEW_CITY})"""
OLD_FACTS = "(customer.member_no, customer.phone, customer.phone_last4, customer.birthday, customer.province, customer.city)"
TOLD = """SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:member_nos AS text[]), CAST(:phones AS bytea[]),
    CAST(:last4s AS text[]), CAST(:birthdays AS date[]), CAST(:provinces AS text[]), CAST(:cities AS text[]))
    AS told (customer_id, member_no, phone, phone_last4, birthday, province, city)"""


def _update_members(before: str, part: str) -> str:
    # Who was erased while this waited for her row says so by merged_into_id: nothing is written into it any more.
    return f"""
WITH {before}part AS MATERIALIZED ({part})
UPDATE customer SET (member_no, phone, phone_last4, birthday, province, city) = ROW{NEW_FACTS}
FROM part WHERE customer.id = part.customer_id AND customer.merged_into_id IS NULL AND {OLD_FACTS} IS DISTINCT FROM {NEW_FACTS}
RETURNING customer.id
"""  # noqa: S608


MEMBERS = text(_update_members(f"asked AS MATERIALIZED ({ASKED}), locked AS MATERIALIZED ({LOCKED}), ", LAST_OF_EACH))
TOLD_MEMBERS = text(_update_members("", TOLD))

# The planner cannot know how many rows come out of an insert; comparing each with each took most of the time.
NO_LOOP = text("SET LOCAL enable_nestloop = off")
ORDERS = text(f"""
WITH part AS MATERIALIZED ({PART}), kept AS (
    INSERT INTO purchase (source, order_no, customer_id, store_id, staff_id, at, paid_fen, refunded_fen, goods)
    SELECT source, order_no, customer_id, store_id, staff_id, at, paid_fen, COALESCE(refunded_fen, 0), facts->'goods'
    FROM part ORDER BY source, order_no
    ON CONFLICT (source, order_no) DO UPDATE SET refunded_fen = excluded.refunded_fen
        WHERE excluded.refunded_fen > purchase.refunded_fen
    RETURNING source, order_no, customer_id, staff_id, at, refunded_fen, (xmax = 0) AS fresh
), told AS (
    SELECT kept.*, part.facts, kept.source || ':' || kept.order_no AS key,
           jsonb_build_object('source', kept.source, 'order_no', kept.order_no, 'paid_yuan', part.facts->>'paid_yuan') AS said
    FROM kept JOIN part USING (source, order_no)
), moments AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT customer_id, staff_id, 'ordered', at, said || jsonb_build_object('title', facts->>'title'), 'ordered:' || key
    FROM told WHERE fresh
    UNION ALL
    SELECT customer_id, staff_id, 'refunded', :now, said || jsonb_build_object('title', facts->>'refund_title'),
           'refunded:' || key || ':' || refunded_fen
    FROM told WHERE refunded_fen > 0
    ON CONFLICT (once) DO NOTHING
), closet AS (
    INSERT INTO closet_item (customer_id, wished, name, colour, size, source, staff_id, at, once)
    SELECT customer_id, false, left(goods.one->>'name', 100), '', '', 'order', staff_id, at,
           'order:' || key || ':' || (goods.place - 1)
    FROM told CROSS JOIN LATERAL jsonb_array_elements(facts->'goods') WITH ORDINALITY AS goods (one, place)
    WHERE fresh
    ON CONFLICT (once) DO NOTHING
)
SELECT customer_id FROM told
""")  # noqa: S608

SIZES = text(f"""
WITH part AS MATERIALIZED ({PART})
INSERT INTO customer_size AS kept (customer_id, kind, value, staff_id, at)
SELECT DISTINCT ON (customer_id, one.kind) customer_id, one.kind, one.value, :by_id, :now
FROM part CROSS JOIN LATERAL jsonb_each_text(facts) AS one (kind, value)
ORDER BY customer_id, one.kind, row DESC
ON CONFLICT (customer_id, kind) DO UPDATE SET value = excluded.value, staff_id = excluded.staff_id, at = excluded.at
    WHERE kept.value <> excluded.value
RETURNING customer_id
""")  # noqa: S608

# A tag goes to the owner's follow relation, or to the oldest living one. Of an exclusive group the file's last word counts and
# takes the place of what she had.
TAGS = text(f"""
WITH part AS MATERIALIZED ({PART}), said AS (
    SELECT part.customer_id, part.row, tag.id, CASE WHEN tag_group.exclusive THEN tag.group_id END AS only_one,
           row_number() OVER (PARTITION BY part.customer_id, CASE WHEN tag_group.exclusive THEN tag.group_id ELSE -tag.id END
                              ORDER BY part.row DESC) AS place
    FROM part CROSS JOIN LATERAL unnest(part.tag_ids) AS one (tag_id) JOIN tag ON tag.id = one.tag_id
    JOIN tag_group ON tag_group.id = tag.group_id
), wanted AS (
    SELECT customer_id, array_agg(id) AS give, array_remove(array_agg(only_one), NULL) AS groups
    FROM said WHERE place = 1 GROUP BY customer_id
), chosen AS MATERIALIZED (
    SELECT DISTINCT ON (follow.customer_id) follow.id, follow.tag_ids AS was, wanted.give, wanted.groups
    FROM wanted JOIN customer ON customer.id = wanted.customer_id
    JOIN follow ON follow.customer_id = wanted.customer_id AND follow.status = 'active'
    ORDER BY follow.customer_id, follow.staff_id IS DISTINCT FROM customer.owner_id, follow.followed_at, follow.id
), next AS (
    SELECT id, was, (
        SELECT array_agg(one ORDER BY one) FROM (
            SELECT one FROM unnest(was) AS one LEFT JOIN tag ON tag.id = one
            WHERE one = ANY(give) OR tag.group_id IS NULL OR tag.group_id <> ALL(groups)
            UNION SELECT unnest(give) AS one) AS both_of_them) AS tags
    FROM chosen
), changed AS (
    UPDATE follow SET tag_ids = next.tags, tag_revision = follow.tag_revision + 1 FROM next
    WHERE follow.id = next.id AND follow.tag_ids <> next.tags
    RETURNING follow.id, follow.customer_id, follow.staff_id, follow.tag_revision, next.was, next.tags
), later AS (
    INSERT INTO tags_wanted (follow_id, at) SELECT id, :now FROM changed ON CONFLICT (follow_id) DO NOTHING
), ended AS (
    UPDATE tag_mark SET ended_at = :now, ended_by = :by FROM changed
    WHERE tag_mark.customer_id = changed.customer_id AND tag_mark.staff_id = changed.staff_id AND tag_mark.ended_at IS NULL
      AND tag_mark.tag_id = ANY(changed.was) AND tag_mark.tag_id <> ALL(changed.tags)
), marks AS (
    INSERT INTO tag_mark (customer_id, staff_id, tag_id, source, by, why, at, ended_by)
    SELECT customer_id, staff_id, one, 'import', :by, :why, :now, '' FROM changed CROSS JOIN LATERAL unnest(tags) AS one
    WHERE one <> ALL(was)
), moments AS (
    INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
    SELECT customer_id, staff_id, 'auto_tagged', :now, jsonb_build_object('by', CAST(:by AS text), 'why', CAST(:why AS text),
        'add', (SELECT COALESCE(jsonb_agg(name ORDER BY id), '[]') FROM tag WHERE id = ANY(tags) AND id <> ALL(was)),
        'remove', (SELECT COALESCE(jsonb_agg(name ORDER BY id), '[]') FROM tag WHERE id = ANY(was) AND id <> ALL(tags))),
        'tags:' || id || ':' || tag_revision
    FROM changed ON CONFLICT (once) DO NOTHING
)
SELECT customer_id FROM changed
""")  # noqa: S608

LIST = text(f"SELECT customer_id FROM ({PART}) AS part ORDER BY row")  # noqa: S608
APPLY = {"members": MEMBERS, "orders": ORDERS, "sizes": SIZES, "tags": TAGS, "list": LIST}

DAY = "CAST({} AT TIME ZONE 'Asia/Shanghai' AS date)"
# Of rows that mean the same (customer, order, a customer's day in a store) the last one counts; the others are told. They are
# taken out by their places, joined with nothing: what the planner knows may be of the file before, and for a row it expects it
# would walk a million twice.
DOUBLES = {
    kind: text(f"""
WITH doubled AS MATERIALIZED (
    SELECT place, row, last FROM (
        SELECT ctid AS place, row, max(row) OVER (PARTITION BY {same}) AS last FROM import_row WHERE import_id = :import_id
    ) AS one WHERE last > row
), gone AS (
    DELETE FROM import_row WHERE ctid = ANY(ARRAY(SELECT place FROM doubled)) RETURNING 1
), told AS (
    INSERT INTO import_problem (import_id, row, field, value, why)
    SELECT :import_id, row, '', '', '和第 ' || last || ' 行说的是同一{what}，以那一行为准' FROM doubled ORDER BY row LIMIT :most
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM gone
""")  # noqa: S608
    for kind, same, what in (
        ("members", "customer_id", "位客户"), ("sizes", "customer_id", "位客户"), ("list", "customer_id", "位客户"),
        ("orders", "source, order_no", "张订单"), ("visits", f"customer_id, store_id, {DAY.format('at')}", "次到店"),
    )
}  # fmt: skip

ALL = "SELECT * FROM import_row WHERE import_id = :import_id"
# How many rows would bring news if the file were run now; of members: customers.import_changes.
NEWS = {
    "orders": text(f"""SELECT count(*) FROM ({ALL}) AS part WHERE NOT EXISTS (SELECT FROM purchase
        WHERE purchase.source = part.source AND purchase.order_no = part.order_no
          AND purchase.refunded_fen >= COALESCE(part.refunded_fen, 0))"""),  # noqa: S608
    "visits": text(f"""SELECT count(*) FROM ({ALL}) AS part WHERE NOT EXISTS (SELECT FROM timeline_entry AS known
        WHERE known.customer_id = part.customer_id AND known.kind = 'visited' AND known.facts->>'source' <> 'guide'
          AND known.facts->>'store' = CAST(part.store_id AS text) AND {DAY.format("known.at")} = {DAY.format("part.at")})"""),  # noqa: S608
    "tags": text(f"""SELECT count(*) FROM ({ALL}) AS part JOIN customer ON customer.id = part.customer_id
        WHERE NOT customer.tag_ids @> part.tag_ids"""),  # noqa: S608
    "sizes": text(f"""SELECT count(*) FROM ({ALL}) AS part
        WHERE EXISTS (SELECT FROM jsonb_each_text(part.facts) AS one (kind, value)
        WHERE NOT EXISTS (SELECT FROM customer_size AS kept WHERE kept.customer_id = part.customer_id
            AND kept.kind = one.kind AND kept.value = one.value))"""),  # noqa: S608
    "list": text(f"SELECT count(*) FROM ({ALL}) AS part"),  # noqa: S608
}
