"""A brand of millions for segments: facts straight into customer_facts, and the same tags as a tag table for the peer. Seeded."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.bulk import fill_organisation
from foundation import clock
from foundation.db import engine, transaction
from segments import facts

TAGS, GUIDES, REAL = 300, 20_000, 2_000
CHUNK = 250_000
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'customer_facts' AND indexname <> 'pk_customer_facts'"
GROUND_TAGS = """
INSERT INTO tag_group (name, platform_id, "order") VALUES ('bench', 'etg-bench', 0);
INSERT INTO tag (group_id, name, platform_id, "order")
SELECT (SELECT max(id) FROM tag_group), 'bench' || n, 'et-bench' || n, 0 FROM generate_series(1, 301) n
"""
CUSTOMERS = """
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, owner_id, consent, tag_ids, created_at,
                      pulled_at)
SELECT 'wm' || n, '客户' || n, '', 2, 1, '', guide.id, 'all', '{}', :now, :now
FROM generate_series(1, :real) n JOIN staff guide ON guide.userid = 'guide' || (1 + n % :guides)
"""
FOLLOWS = """
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, tag_revision,
                    tags_writing, followed_at, changed_at)
SELECT id, owner_id, 'active', '', 1, '', '', '{}', '{}', 0, false, :now - (id % 400) * interval '1 day', :now FROM customer
"""
# Tags are drawn with a chance of 1/n, as tags of a brand are: the first is on two of three customers, the last on one of fifty.
FACTS = """
INSERT INTO customer_facts (customer_id, owner_id, store_id, path, staff_ids, tag_ids, channel_ids, codes, following, gender,
    consent, role, stage, rfm, value, province, city, birthday_md, added_on, last_contact_on, last_order_on, last_open_on,
    last_reply_on, last_visit_on, orders, spent_yuan, opens_30d, contacts_30d)
SELECT n, guide.id, guide.store_id, guide.path,
    CASE WHEN n % 8 = 0 THEN ARRAY[guide.id, 1 + (n * 7919) % :guides] ELSE ARRAY[guide.id] END::int[],
    drawn.tags, ARRAY[1 + n % 20]::int[], ARRAY[7001 + n % 9]::int[], n % 10 <> 0, n % 3,
    CASE WHEN random() < 0.9 THEN 'all' WHEN random() < 0.8 THEN 'service_only' ELSE 'none' END,
    (ARRAY['fan', 'buyer', 'member', 'koc'])[1 + floor(4 * random() ^ 2)::int],
    (ARRAY['new', 'growing', 'mature', 'dormant', 'lost'])[1 + floor(5 * random())::int],
    CASE WHEN buys.orders > 0 THEN (1 + n % 5)::text || (1 + n / 5 % 5)::text || (1 + n / 25 % 5)::text ELSE '' END,
    n % 6, '省' || n % 31, '市' || n % 340, 100 * (1 + n % 12) + 1 + n % 28,
    DATE '2024-01-01' + floor(1000 * random())::int,
    CASE WHEN random() < 0.7 THEN :today - floor(400 * random())::int END,
    CASE WHEN buys.orders > 0 THEN :today - floor(700 * random() ^ 2)::int END,
    CASE WHEN random() < 0.4 THEN :today - floor(200 * random())::int END,
    CASE WHEN random() < 0.3 THEN :today - floor(300 * random())::int END,
    CASE WHEN random() < 0.2 THEN :today - floor(400 * random())::int END,
    buys.orders, buys.orders * (100 + floor(900 * random())::int), floor(6 * random() ^ 4)::int, floor(8 * random() ^ 3)::int
FROM generate_series(CAST(:low AS bigint), CAST(:high AS bigint)) n
JOIN staff guide ON guide.userid = 'guide' || (1 + (n * 31) % :guides)
CROSS JOIN LATERAL (SELECT floor(12 * random() ^ 3)::int + 0 * n AS orders) buys
CROSS JOIN LATERAL (SELECT array_agg(DISTINCT floor(exp(random() * ln(:tags + 1)))::int) AS tags
                    FROM generate_series(1, 7 + n % 9)) drawn
"""
PEER = """
CREATE TABLE bench_customer_tag (tag_id int NOT NULL, customer_id bigint NOT NULL);
INSERT INTO bench_customer_tag SELECT tag_id, customer_id FROM customer_facts, unnest(tag_ids) AS one (tag_id) ORDER BY 1, 2;
ALTER TABLE bench_customer_tag ADD PRIMARY KEY (tag_id, customer_id);
"""


def lay(customers: int) -> bool:
    """Make the ground unless it is there; whether it was made."""
    with engine().connect() as connection:
        if connection.scalar(text("SELECT to_regclass('bench_customer_tag')")) is not None:
            return False
    now = clock.now()
    fill_organisation(GUIDES, now)
    with transaction() as session:
        for statement in GROUND_TAGS.split(";"):
            session.execute(text(statement))
        session.execute(text(CUSTOMERS), {"now": now, "real": REAL, "guides": GUIDES})
        session.execute(text(FOLLOWS), {"now": now})
        session.execute(text("DELETE FROM facts_wanted"))
        facts.rebuild(session, range(1, REAL + 1))
    fill_facts(customers)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET work_mem = '512MB'"))
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        for statement in PEER.split(";")[:3]:
            connection.execute(text(statement))
        for table in ("customer_facts", "bench_customer_tag"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    return True


def fill_facts(customers: int) -> None:
    """Facts of all but the first REAL, chunk by chunk, each from a seed of its own; indexes are made afterwards."""
    with Session(engine()) as session:
        indexes = session.execute(text(INDEXES)).all()
        for name, _ in indexes:
            session.execute(text(f"DROP INDEX {name}"))
        session.commit()
        for low in range(REAL + 1, customers + 1, CHUNK):
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("SELECT setseed(:seed)"), {"seed": (low % 9973) / 9973})
            high = min(low + CHUNK - 1, customers)
            values = {"low": low, "high": high, "guides": GUIDES, "tags": TAGS, "today": clock.today()}
            session.execute(text(FACTS), values)
            session.commit()
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            session.execute(text(definition))
        session.commit()
