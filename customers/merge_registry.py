"""What goes over when two rows are found to be one person, table by table; the rest stays, each with its reason.

Together with customers.person_registry it names every table that knows a customer: one missing in both lists fails a test.
"""

# Rows with an id of their own change hands one by one, and go back one by one.
BY_ID = (
    "timeline_entry", "customer_note", "next_step", "closet_item", "tag_mark", "tier_move", "contact", "consent_change",
    "tag_moment", "owner_change", "loss", "purchase", "tracked_link", "item_send", "data_request",
)  # fmt: skip
# A link of the same version from the same guide stands on the kept row already: hers stays where it is. Marks of tags stay with
# a relation that stays: by customer and guide alone nobody could tell them from those of the guide's other relation with her.
STAYING = {
    "tag_mark": "NOT EXISTS (SELECT FROM follow WHERE follow.customer_id = :gone AND follow.staff_id = one.staff_id)",
    "tracked_link": "NOT EXISTS (SELECT FROM tracked_link AS same WHERE same.customer_id = :kept"
    " AND same.version_id = one.version_id AND same.staff_id IS NOT DISTINCT FROM one.staff_id AND same.once = one.once)",
}
# One row for each key: of two the newer counts, the older is kept in the merge.
BY_KEY = {"customer_size": "kind", "profile_answer": "field_id"}
# Written by other rules or read by nobody afterwards.
LEFT = {
    "follow": "customers.merging 逐条移动，并记住平台上的账号",
    "care_done": "跟着跟进关系走",
    "tags_wanted": "跟着跟进关系走",
    "customer": "只补空白项，另一份原样留着",
    "customer_tier": "合并后重新计算",
    "customer_merge": "合并自己的记录",
    "merge_candidate": "合并自己的记录",
    "handover_customer": "交接按平台上的账号进行",
    "import_row": "导入按写的那个账号进行",
    "import_problem": "只是文件里的一行字",
    "segment_member": "冻结的名单不再改",
    "link_visit": "跟着链接走",
    "inbound_event": "平台说过的话，按账号记",
    "outgoing_message": "已写好的消息，按账号发",
    "webhook_call": "已告诉其他系统的话",
    "api_call": "其他系统问过的话",
    "customer_batch": "批量操作记的是编号，查找时会走到保留的档案",
    "customer_facts": "由触发器重新计算",
    "customer_change": "变更通知按发生时的编号",
    "facts_wanted": "队列",
}
# What the kept row takes over where it has nothing; "" and 0 are nothing too.
FILLED = (
    "unionid", "phone", "phone_last4", "member_no", "birthday", "province", "city", "corp_name", "name", "avatar_url", "gender",
)  # fmt: skip
