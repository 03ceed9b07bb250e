"""All that is stored of one person, read for her own copy (个人信息保护法第四十五条): Chinese headings and sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from customers import person_sql as sql
from customers.models import Consent
from customers.person_registry import PLACES
from customers.profile_rules import answer_text
from customers.purchase_rules import yuan
from customers.respect_models import ContactKind
from customers.respect_rules import KIND_NAMES
from customers.rfm_rules import UNMEASURED, VALUE_NAMES
from customers.tier_models import CustomerRole, Stage
from customers.tier_rules import ROLE_NAMES, STAGE_NAMES
from customers.tiering import step_name
from customers.timeline_rules import CONSENTS, consent_source, sentence
from foundation import clock
from foundation.db import Json
from foundation.sealed import SealedText

# Nobody has so much; a bound keeps a mistake from filling a disk.
MOST_ROWS = 100_000
AT_ONCE = 1_000
GENDERS = {1: "男", 2: "女"}
STATUSES = {
    "half": "等待通过", "active": "跟进中", "ended_by_customer": "客户已删除", "ended_by_guide": "导购已删除",
    "transferred": "已交接",
}  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A sheet of her copy: the statement (asked with :ids), how a row is told, and columns that are sealed in the table."""

    table: str
    title: str
    sql: str
    tell: Callable[[Row], Json] = field(default=dict)
    sealed: Mapping[str, TypeEngine[Any]] = field(default_factory=dict)


def _customer(row: Row) -> Json:
    return {
        "昵称": row["name"], "性别": GENDERS.get(row["gender"], "未知"), "手机": row["phone"], "会员号": row["member_no"],
        "生日": row["birthday"], "省份": row["province"], "城市": row["city"], "单位": row["corp_name"],
        "接收意愿": CONSENTS[Consent(row["consent"])], "归属导购": row["owner"], "头像": row["avatar_url"],
        "微信在本企业的编号": row["external_userid"], "微信开放平台编号": row["unionid"], "记录时间": row["created_at"],
    }  # fmt: skip


def _goods(row: Row) -> Json:
    goods = "、".join(str(one.get("name") or "") for one in row["goods"] or [])
    return {
        "下单时间": row["at"], "订单号": row["order_no"], "来源": row["source"], "商品": goods,
        "实付（元）": yuan(row["paid_fen"]), "退款（元）": yuan(row["refunded_fen"]), "门店": row["store"],
    }  # fmt: skip


def _tier(row: Row) -> Json:
    expected = None if row["expected_fen"] is None else yuan(row["expected_fen"])
    return {
        "身份": ROLE_NAMES[CustomerRole(row["role"])], "阶段": STAGE_NAMES[Stage(row["stage"])], "近度频度额度": row["rfm"],
        "价值分": VALUE_NAMES[UNMEASURED] if row["value"] == UNMEASURED else row["value"],
        "预计一年消费（元）": expected, "提醒": row["warning"], "算出时间": row["computed_at"],
    }  # fmt: skip


def _consent(row: Row) -> Json:
    return {
        "时间": row["at"], "原来": CONSENTS[Consent(row["was"])], "现在": CONSENTS[Consent(row["now"])], "原话": row["words"],
        "来源": consent_source(row["source"]) or row["source"], "记录人": row["by"],
    }  # fmt: skip


def _moment(row: Row) -> Json:
    return {"时间": row["at"], "发生了什么": sentence(row["kind"], row["facts"]), "导购": row["by"]}


def _answer(row: Row) -> Json:
    return {"项目": row["name"], "回答": answer_text(row["value"]), "用途": row["purpose"], "时间": row["at"]}


def _contact(row: Row) -> Json:
    return {"时间": row["at"], "种类": KIND_NAMES[ContactKind(row["kind"])], "途径": row["channel"], "导购": row["by"]}


def _move(row: Row) -> Json:
    was, now = (step_name(row["ladder"], row[side]) for side in ("was", "now"))
    return {"时间": row["at"], "变动": f"{was} → {now}", "原因": row["why"]}


def _follow(row: Row) -> Json:
    return {**row, "状态": STATUSES.get(row["状态"], row["状态"])}


SEALED = {"phone": SealedText("customer.phone"), "unionid": SealedText("customer.unionid")}
SECTIONS = (
    Section("customer", "基本资料", sql.CUSTOMER, _customer, SEALED),
    Section("follow", "跟进的导购", sql.FOLLOW, _follow),
    Section("timeline_entry", "轨迹", sql.TIMELINE, _moment),
    Section("profile_answer", "档案", sql.PROFILE, _answer),
    Section("customer_size", "尺码", sql.SIZES),
    Section("closet_item", "衣橱", sql.CLOSET),
    Section("customer_note", "备注", sql.NOTES),
    Section("next_step", "下一步", sql.STEPS),
    Section("purchase", "订单", sql.ORDERS, _goods),
    Section("customer_tier", "分层与预测", sql.TIER, _tier),
    Section("tier_move", "分层变动", sql.TIER_MOVES, _move),
    Section("tag_mark", "标签来源", sql.TAG_MARKS),
    Section("contact", "联系记录", sql.CONTACTS, _contact),
    Section("consent_change", "接收意愿", sql.CONSENTS, _consent),
    Section("owner_change", "归属变动", sql.OWNERS),
    Section("item_send", "收到的内容", sql.SENDS),
    Section("link_visit", "打开记录", sql.VISITS),
)
# What says nothing of her that is not in a sheet already: queues, copies for computing, the house's own books.
NOT_SHOWN = {place.table for place in PLACES} - {section.table for section in SECTIONS}


def read_person(session: Session, ids: Sequence[int]) -> Iterator[tuple[Section, Iterator[Json]]]:
    """Her sheets one by one, each row as heading → value; a thousand rows at a time are held."""
    for section in SECTIONS:
        yield section, _rows(session, section, ids)


def _rows(session: Session, section: Section, ids: Sequence[int]) -> Iterator[Json]:
    statement: Any = text(section.sql)
    if section.sealed:
        statement = statement.columns(**dict(section.sealed))
    asked = {"ids": list(ids), "most": MOST_ROWS} if ":most" in section.sql else {"ids": list(ids)}
    found = session.execute(statement, asked, execution_options={"yield_per": AT_ONCE})
    for row in found.mappings():
        yield {name: told(value) for name, value in section.tell(dict(row)).items()}


def told(value: object) -> object:
    """A value as a person reads it: moments in Beijing time, nothing as ""."""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
