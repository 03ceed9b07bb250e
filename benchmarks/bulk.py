"""Many rows quickly: staff, stores and customers for a case, by set-based SQL."""

from sqlalchemy import text

from foundation.db import transaction

DEPARTMENTS = """
INSERT INTO department (id, parent_id, name, "order", path, kind)
SELECT 1, NULL, '总部', 0, '1.', 'headquarters'
UNION ALL SELECT 2, 1, '华东大区', 0, '1.2.', 'region'
UNION ALL SELECT 3, 2, '上海分公司', 0, '1.2.3.', 'branch'
UNION ALL SELECT 100 + n, 3, '门店' || n, n, '1.2.3.' || (100 + n) || '.', 'store' FROM generate_series(1, :stores) n
"""
STORES = """
INSERT INTO store (department_id, path, code, name, city, opening_hours)
SELECT id, path, 'S' || id, name, '上海', '' FROM department WHERE kind = 'store'
"""
GUIDES = """
INSERT INTO staff (userid, name, avatar_url, position, department_id, store_id, path, role,
                   role_set_by_hand, status, epoch, created_at)
SELECT 'guide' || n, '导购' || n, '', '', s.department_id, s.id, s.path, 'guide', false, 'active', 1, :now
FROM generate_series(1, :guides) n JOIN store s ON s.department_id = 101 + (n - 1) % :stores
"""
HEADQUARTERS = """
INSERT INTO staff (userid, name, avatar_url, position, department_id, path, role,
                   role_set_by_hand, status, epoch, created_at)
VALUES ('hq', '总部', '', '', 1, '1.', 'headquarters', false, 'active', 1, :now)
"""
CUSTOMERS = """
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, owner_id, consent,
                      tag_ids, created_at, pulled_at)
SELECT 'wm' || lpad(n::text, 30, '0'), '客户' || n, '', n % 3, 1, '',
       (SELECT min(id) FROM staff WHERE role = 'guide') + n % :guides, 'all', '{}', :now, :now
FROM generate_series(1, :customers) n
"""
FOLLOWS = """
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, tag_revision,
                    tags_writing, followed_at, changed_at)
SELECT id, owner_id, 'active', '', 1, '', '', '{}', '{}', 0, false, :now - (id % 400) * interval '1 day', :now FROM customer
"""
TIMELINE = """
INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
SELECT id, owner_id, 'added', :now - (id % 400) * interval '1 day', '{}', 'bench:' || id FROM customer
"""


def fill_organisation(guides: int, now: object) -> None:
    """A region with `guides` guides, four to a store, plus one person of headquarters with userid "hq"."""
    stores = max(1, guides // 4)
    with transaction() as session:
        session.execute(text(DEPARTMENTS), {"stores": stores})
        session.execute(text(STORES))
        session.execute(text(GUIDES), {"guides": guides, "stores": stores, "now": now})
        session.execute(text(HEADQUARTERS), {"now": now})


def fill_customers(customers: int, guides: int, now: object) -> None:
    """Customers spread evenly over the guides, one timeline entry each; then statistics for the planner."""
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in (CUSTOMERS, FOLLOWS, TIMELINE):
            session.execute(text(statement), {"customers": customers, "guides": guides, "now": now})
        session.execute(text("ANALYZE"))
