"""Every table that knows a customer, and what becomes of it when she asks to be erased (个人信息保护法第四十七条).

One list for the whole house: a table that names a customer and is missing here fails a test. Erasing is the one deed that
writes tables of other rooms, by these statements alone.
"""

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """Rows are deleted, emptied of what points to her, or kept with a reason."""

    DELETE = "delete"
    EMPTY = "empty"
    KEEP = "keep"


DEED_NAMES = {Deed.DELETE: "删除", Deed.EMPTY: "去掉身份信息", Deed.KEEP: "保留"}


@dataclass(frozen=True, slots=True)
class Place:
    """`where` finds her rows by :ids, :follow_ids, :external_userids, :abouts, :words (name, phone, member number)."""

    table: str
    name: str
    deed: Deed
    where: str = "customer_id = ANY(:ids)"
    values: str = ""
    why: str = ""

    @property
    def statement(self) -> str:
        """The one statement that does it; "" where rows are kept."""
        if self.deed == Deed.KEEP:
            return ""
        if self.deed == Deed.DELETE:
            return f"DELETE FROM {self.table} WHERE {self.where}"  # noqa: S608 from this file alone
        return f"UPDATE {self.table} SET {self.values} WHERE {self.where}"  # noqa: S608 from this file alone

    @property
    def counting(self) -> str:
        """How many rows are hers."""
        return f"SELECT count(*) FROM {self.table} WHERE {self.where}"  # noqa: S608 from this file alone


HERS_BY_FOLLOW = "follow_id = ANY(:follow_ids)"
EMPTY_CUSTOMER = (
    "external_userid = 'erased-' || id, name = '', avatar_url = '', gender = 0, type = 1, corp_name = '', unionid = NULL, "
    "phone = NULL, phone_last4 = NULL, member_no = NULL, birthday = NULL, province = '', city = '', owner_id = NULL, "
    "owner_why = 'first', owner_locked_until = NULL, merged_into_id = id, consent = 'none', tag_ids = '{}', pulled_at = NULL, "
    "pull_wanted_at = NULL"
)
MENTIONED = "EXISTS (SELECT FROM unnest(CAST(:external_userids AS text[])) AS hers (id) WHERE {} LIKE '%' || hers.id || '%')"
MESSAGE_OF_HERS = "(about = ANY(:abouts) OR " + MENTIONED.format("(payload::text || COALESCE(answer::text, ''))") + ")"
# A call about others as well (a takeover of a hundred) goes on without her: she is cut out of its list and of its answer.
OTHERS_LISTED = (
    "CASE WHEN jsonb_typeof(payload->'external_userid') = 'array'"
    " THEN (payload->'external_userid') - CAST(:external_userids AS text[]) <> '[]' ELSE false END"
)
CUT_OUT = (
    "payload = jsonb_set(payload, '{external_userid}', (payload->'external_userid') - CAST(:external_userids AS text[])), "
    "answer = CASE WHEN jsonb_typeof(answer->'customer') = 'array' THEN jsonb_set(answer, '{customer}', COALESCE("
    "(SELECT jsonb_agg(told.one ORDER BY told.place)"
    " FROM jsonb_array_elements(answer->'customer') WITH ORDINALITY AS told (one, place)"
    " WHERE told.one->>'external_userid' <> ALL(CAST(:external_userids AS text[]))), '[]')) ELSE answer END"
)
LAW_OF_TRADE = "《电子商务法》第三十一条：商品和服务信息、交易信息自交易完成之日起至少保存三年；已不再指向任何人"
SO_THAT_OTHERS_ERASE = "只有外部联系人ID，让连着的其他系统也删除她；30 天后删除"
ONLY_A_NUMBER = "只剩一个不再指向任何人的编号，用于内容统计"

# In this order: what refers to another table goes before it, and the changes that triggers note go last.
PLACES = (
    Place("care_done", "关怀完成记录", Deed.DELETE, HERS_BY_FOLLOW),
    Place("tags_wanted", "待写回的标签", Deed.DELETE, HERS_BY_FOLLOW),
    Place("timeline_entry", "客户轨迹", Deed.DELETE),
    Place("customer_note", "备注", Deed.DELETE),
    Place("customer_size", "尺码", Deed.DELETE),
    Place("next_step", "下一步", Deed.DELETE),
    Place("profile_answer", "档案", Deed.DELETE),
    Place("closet_item", "衣橱", Deed.DELETE),
    Place("tag_mark", "标签来源", Deed.DELETE),
    Place("tag_moment", "等自动标签看的时刻", Deed.DELETE),
    Place("customer_tier", "分层", Deed.DELETE),
    Place("tier_move", "分层变动", Deed.DELETE),
    Place("contact", "触达记录", Deed.DELETE),
    Place("consent_change", "接收意愿记录", Deed.DELETE),
    Place("owner_change", "归属变动", Deed.DELETE),
    Place("merge_candidate", "疑似同一人", Deed.DELETE, "first_id = ANY(:ids) OR second_id = ANY(:ids)"),
    Place("customer_merge", "合并记录", Deed.DELETE, "kept_id = ANY(:ids) OR gone_id = ANY(:ids)"),
    Place("loss", "流失记录", Deed.DELETE),
    Place("handover_customer", "交接记录", Deed.DELETE),
    Place("import_row", "导入中的行", Deed.DELETE),
    Place("import_problem", "导入时的问题行", Deed.DELETE, "value = ANY(:words)"),
    Place("segment_member", "人群名单", Deed.DELETE, "run_id IN (SELECT id FROM segment_run) AND customer_id = ANY(:ids)"),
    Place("link_visit", "打开记录", Deed.EMPTY, "link_id IN (SELECT id FROM tracked_link WHERE customer_id = ANY(:ids))",
          "visitor = 'erased', agent = ''"),
    Place("tracked_link", "发出的链接", Deed.KEEP, why=ONLY_A_NUMBER),
    Place("item_send", "发送的内容", Deed.KEEP, why=ONLY_A_NUMBER),
    Place("purchase", "订单", Deed.KEEP, why=LAW_OF_TRADE),
    Place("data_request", "个人信息请求", Deed.EMPTY,
          values="identified_by = '已核验（方式随资料一起删除）', proof = proof - 'closed'"),
    Place("inbound_event", "企业微信的通知", Deed.DELETE, "body->>'ExternalUserID' = ANY(:external_userids)"),
    Place("outgoing_message", "发件箱", Deed.EMPTY, OTHERS_LISTED + " AND " + MESSAGE_OF_HERS, CUT_OUT),
    Place("outgoing_message", "发件箱", Deed.DELETE, MESSAGE_OF_HERS),
    Place("webhook_call", "给其他系统的通知", Deed.DELETE,
          "kind <> 'customer.erased' AND " + MENTIONED.format("body::text")),
    Place("api_call", "其他系统的请求", Deed.DELETE, MENTIONED.format("answer::text")),
    Place("customer_batch", "批量操作", Deed.KEEP,
          "EXISTS (SELECT FROM unnest(CAST(:ids AS bigint[])) AS hers (id) WHERE who->'customers' @> to_jsonb(hers.id))",
          why="只剩一个不再指向任何人的编号"),
    # Before what makes triggers fill it anew: that last row tells the counter to drop her, and is gone in a second.
    Place("facts_wanted", "待更新的资料", Deed.DELETE),
    Place("follow", "跟进关系", Deed.DELETE, "id = ANY(:follow_ids)"),
    Place("customer", "客户资料", Deed.EMPTY, "id = ANY(:ids)", EMPTY_CUSTOMER),
    Place("customer_facts", "人群计算用的资料", Deed.DELETE),
    Place("customer_change", "变更通知", Deed.DELETE, "customer_id = ANY(:ids) AND kind <> 'customer.erased'"),
    # Written by the trigger when her row was emptied.
    Place("customer_change", "删除通知", Deed.KEEP, "customer_id = ANY(:ids) AND kind = 'customer.erased'",
          why=SO_THAT_OTHERS_ERASE),
    Place("webhook_call", "给其他系统的删除通知", Deed.KEEP, "kind = 'customer.erased' AND " + MENTIONED.format("body::text"),
          why=SO_THAT_OTHERS_ERASE),
)  # fmt: skip
# A table with several deeds stands here with its deletion.
BY_TABLE = {place.table: place for place in sorted(PLACES, key=lambda place: place.deed == Deed.DELETE)}
