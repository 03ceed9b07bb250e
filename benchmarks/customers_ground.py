"""A brand of millions as the console sees it: people and relations beside the facts of segments_ground."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.bulk import fill_organisation
from benchmarks.segments_ground import GROUND_TAGS, GUIDES, REAL, fill_facts
from foundation import clock
from foundation.db import engine, transaction
from segments import facts

CHUNK = 500_000
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红玲婷雪梅建国志文辉鑫宇浩然子轩梓涵欣怡雨诗琪"
# Four of ten under their full name, the others as people call themselves: 陈女士, 林小梅mm, Amy 0427.
PEOPLE = """
INSERT INTO customer (id, external_userid, name, avatar_url, gender, type, corp_name, member_no, phone_last4, owner_id, consent,
                      tag_ids, created_at, pulled_at)
SELECT n, 'wm' || lpad(n::text, 30, '0'),
    CASE n % 10
        WHEN 0 THEN substr(:surnames, 1 + (n * 17 % :surname_count)::int, 1) || '女士'
        WHEN 1 THEN substr(:surnames, 1 + (n * 17 % :surname_count)::int, 1) || '小'
             || substr(:given, 1 + (n * 7 % :given_count)::int, 1) || 'mm'
        WHEN 2 THEN (ARRAY['Amy', 'Lucy', 'Coco', 'Tina', 'Vivi', 'Momo', 'Echo'])[1 + n / 10 % 7]
             || ' ' || lpad((n / 70 % 1232)::text, 4, '0')
        WHEN 3 THEN '' ELSE substr(:surnames, 1 + (n * 17 % :surname_count)::int, 1)
             || substr(:given, 1 + (n / 13 % :given_count)::int, 1) || substr(:given, 1 + (n / 691 % :given_count)::int, 1)
    END, '', 2, 1, '', CASE WHEN n % 3 = 0 THEN 'M' || lpad(n::text, 9, '0') END,
    CASE WHEN n % 60 = 7 THEN lpad((n / 60 % 10000)::text, 4, '0') END, guide.id, 'all', '{}', :now, :now
FROM generate_series(CAST(:low AS bigint), CAST(:high AS bigint)) n
JOIN staff guide ON guide.userid = 'guide' || (1 + (n * 31) % :guides)
ORDER BY n
"""
RELATIONS = """
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, tag_revision,
                    tags_writing, followed_at, changed_at)
SELECT id, owner_id, 'active', '', 1,
    CASE WHEN id % 5 = 0 THEN substr(:given, 1 + (id / 5 % :given_count)::int, 1) || '姐 ' || (150 + id % 30) ELSE '' END,
    '', '{}', '{}', 0, false, :now - (id % 400) * interval '1 day', :now
FROM customer WHERE id BETWEEN :low AND :high ORDER BY id
"""
OTHER_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON pg_class.relname = indexname
WHERE tablename IN ('customer', 'follow') AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)
"""
REST = """
SELECT setval(pg_get_serial_sequence('customer', 'id'), max(id)) FROM customer;
VACUUM ANALYZE customer; VACUUM ANALYZE follow; VACUUM ANALYZE customer_facts; ANALYZE staff
"""


def lay(customers: int) -> bool:
    """Make the ground unless it is there; whether it was made."""
    with engine().connect() as connection:
        if connection.scalar(text("SELECT to_regclass('bench_ready')")) is not None:
            return False
    fill_organisation(GUIDES, clock.now())
    with transaction() as session:
        for statement in GROUND_TAGS.split(";"):
            session.execute(text(statement))
    _fill_people(customers)
    with transaction() as session:
        facts.rebuild(session, range(1, REAL + 1))
    fill_facts(customers)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for statement in REST.split(";"):
            connection.execute(text(statement))
        connection.execute(text("CREATE TABLE bench_ready (at timestamptz)"))
    return True


def _fill_people(customers: int) -> None:
    """Customers and relations, without triggers; indexes that hold no constraint are made afterwards."""
    told = {"surnames": SURNAMES, "given": GIVEN, "surname_count": len(SURNAMES), "given_count": len(GIVEN)}
    told |= {"now": clock.now(), "guides": GUIDES}
    with Session(engine()) as session:
        indexes = session.execute(text(OTHER_INDEXES)).all()
        for name, _ in indexes:
            session.execute(text(f"DROP INDEX {name}"))
        session.commit()
        for low in range(1, customers + 1, CHUNK):
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in (PEOPLE, RELATIONS):
                wanted = {name: value for name, value in told.items() if f":{name}" in statement}
                session.execute(text(statement), {**wanted, "low": low, "high": min(low + CHUNK - 1, customers)})
            session.commit()
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            session.execute(text(definition))
        session.commit()
