"""The statements of a person's own copy, one a sheet, asked with :ids. Columns with Chinese names are shown as they come."""

CUSTOMER = """
SELECT customer.*, coalesce(nullif(staff.name, ''), staff.userid) AS owner
FROM customer LEFT JOIN staff ON staff.id = customer.owner_id WHERE customer.id = ANY(:ids) ORDER BY customer.id
"""
FOLLOW = """
SELECT coalesce(nullif(staff.name, ''), staff.userid) AS "导购", store.name AS "门店", follow.status AS "状态",
    remark AS "备注名", description AS "描述", nullif(followed_at, 'epoch') AS "添加时间", ended_at AS "结束时间",
    last_contact_at AS "最近联系",
    (SELECT string_agg(tag.name, '、' ORDER BY tag.id) FROM tag WHERE tag.id = ANY(follow.tag_ids)) AS "标签"
FROM follow JOIN staff ON staff.id = follow.staff_id LEFT JOIN store ON store.id = staff.store_id
WHERE customer_id = ANY(:ids) ORDER BY followed_at LIMIT :most
"""
TIMELINE = """
SELECT at, kind, facts, coalesce(nullif(staff.name, ''), staff.userid) AS by
FROM timeline_entry LEFT JOIN staff ON staff.id = timeline_entry.staff_id
WHERE customer_id = ANY(:ids) ORDER BY at, timeline_entry.id LIMIT :most
"""
PROFILE = """
SELECT profile_field.name, profile_field.purpose, value, at FROM profile_answer JOIN profile_field ON profile_field.id = field_id
WHERE customer_id = ANY(:ids) ORDER BY profile_field."order" LIMIT :most
"""
SIZES = """
SELECT kind AS "项目", value AS "尺码", at AS "时间" FROM customer_size WHERE customer_id = ANY(:ids) ORDER BY kind LIMIT :most
"""
CLOSET = """
SELECT CASE WHEN wished THEN '心愿' ELSE '已有' END AS "种类", name AS "名称", colour AS "颜色", size AS "尺码", at AS "时间",
    removed_at AS "拿掉时间" FROM closet_item WHERE customer_id = ANY(:ids) ORDER BY id LIMIT :most
"""
NOTES = """
SELECT at AS "时间", text AS "内容", coalesce(nullif(staff.name, ''), staff.userid) AS "记录人"
FROM customer_note JOIN staff ON staff.id = staff_id WHERE customer_id = ANY(:ids) ORDER BY customer_note.id LIMIT :most
"""
STEPS = """
SELECT text AS "内容", due_at AS "约定时间", done_at AS "完成时间", coalesce(nullif(staff.name, ''), staff.userid) AS "导购"
FROM next_step JOIN staff ON staff.id = staff_id WHERE customer_id = ANY(:ids) ORDER BY next_step.id LIMIT :most
"""
ORDERS = """
SELECT purchase.*, store.name AS store FROM purchase LEFT JOIN store ON store.id = purchase.store_id
WHERE customer_id = ANY(:ids) ORDER BY at LIMIT :most
"""
TIER = "SELECT * FROM customer_tier WHERE customer_id = ANY(:ids) LIMIT :most"
TIER_MOVES = "SELECT * FROM tier_move WHERE customer_id = ANY(:ids) ORDER BY at LIMIT :most"
TAG_MARKS = """
SELECT tag.name AS "标签", why AS "原因", at AS "时间", expires_at AS "到期", ended_at AS "结束时间"
FROM tag_mark JOIN tag ON tag.id = tag_id WHERE customer_id = ANY(:ids) ORDER BY tag_mark.id LIMIT :most
"""
CONTACTS = """
SELECT at, contact.kind, channel, coalesce(nullif(staff.name, ''), staff.userid) AS by
FROM contact LEFT JOIN staff ON staff.id = contact.staff_id WHERE customer_id = ANY(:ids) ORDER BY at LIMIT :most
"""
CONSENTS = """
SELECT consent_change.*, coalesce(nullif(staff.name, ''), staff.userid) AS by
FROM consent_change LEFT JOIN staff ON staff.id = staff_id WHERE customer_id = ANY(:ids) ORDER BY at LIMIT :most
"""
OWNERS = """
SELECT at AS "时间", coalesce(nullif(staff.name, ''), staff.userid) AS "现在的导购", note AS "说明"
FROM owner_change LEFT JOIN staff ON staff.id = now_id WHERE customer_id = ANY(:ids) ORDER BY at LIMIT :most
"""
SENDS = """
SELECT sent_at AS "时间", item.title AS "标题", coalesce(nullif(staff.name, ''), staff.userid) AS "导购"
FROM item_send JOIN item ON item.id = item_id JOIN staff ON staff.id = item_send.staff_id
WHERE customer_id = ANY(:ids) ORDER BY sent_at LIMIT :most
"""
VISITS = """
SELECT first_at AS "打开时间", seconds AS "停留（秒）", item.title AS "标题", agent AS "设备"
FROM link_visit JOIN tracked_link ON tracked_link.id = link_id JOIN item ON item.id = tracked_link.item_id
WHERE tracked_link.customer_id = ANY(:ids) AND reader = 'hers' ORDER BY first_at LIMIT :most
"""
