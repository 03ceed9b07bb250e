"""What a file's columns and cells mean: headings to fields, text to dates, money, phones. Pure; raises ValueError in Chinese."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from customers.phones import is_rounded, normal_phone
from customers.place_rules import short_city, short_province
from customers.purchase_rules import MAX_FEN
from customers.service_rules import SIZE_KINDS
from customers.visit_rules import visit_problem
from foundation.clock import SHANGHAI

KINDS = {
    "members": "会员资料", "orders": "历史订单", "visits": "到店", "tags": "客户标签", "sizes": "尺码", "list": "静态人群",
}  # fmt: skip
IDENTITY = ("external_userid", "unionid", "member_no", "phone")
# Excel counts days from here (and believes 1900 was a leap year).
EXCEL_DAY_ZERO = date(1899, 12, 30)
EARLIEST_BIRTH, EARLIEST_ORDER = date(1900, 1, 1), 1990
NO_MONEY = "不是金额，请写成 1299.00"
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MOMENT = re.compile(_DAY.pattern + r"(?:[\sT]*(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_SIGNED = re.compile(r"[+-][\d\s().,-]*")
_SPLIT = re.compile(r"[、,，;；|\n]+")


@dataclass(frozen=True)
class Field:
    """A field a column may be: its Chinese label, other headings it goes by, and whether a row needs it."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    needed: bool = False


WHO = (
    Field("external_userid", "外部联系人ID", ("external_userid", "externaluserid", "客户id", "外部联系人userid", "企微客户id")),
    Field("unionid", "微信UnionID", ("unionid", "union_id", "微信unionid")),
    Field("member_no", "会员号", ("会员编号", "会员卡号", "卡号", "会员id", "member_no", "memberno", "member_id")),
    Field(
        "phone", "手机号", ("手机", "手机号码", "电话", "联系电话", "联系方式", "移动电话", "会员手机", "mobile", "phone", "tel")
    ),
)
FIELDS: dict[str, tuple[Field, ...]] = {
    "members": (
        *WHO,
        Field("birthday", "生日", ("出生日期", "出生年月日", "birthday", "birth_date")),
        Field("province", "省份", ("省", "所在省", "province")),
        Field("city", "城市", ("市", "所在城市", "所在市", "city")),
    ),
    "orders": (
        *WHO,
        Field("order_no", "订单号", ("订单编号", "单号", "小票号", "order_no", "orderno", "order_id"), needed=True),
        Field("at", "下单时间", ("下单日期", "订单时间", "消费时间", "消费日期", "交易时间", "日期", "时间", "at"), needed=True),
        Field("paid", "实付金额", ("金额", "实付", "消费金额", "订单金额", "支付金额", "成交金额", "paid"), needed=True),
        Field("refunded", "退款金额", ("退款", "已退金额", "refunded", "refund")),
        Field("store", "门店", ("店铺", "门店编码", "门店编号", "门店名称", "store")),
        Field("guide", "导购", ("导购账号", "销售", "店员", "guide", "userid")),
        Field("goods", "商品", ("商品名称", "货品", "商品明细", "goods", "product")),
        Field("source", "来源系统", ("来源", "渠道", "source")),
    ),
    "visits": (
        *WHO,
        Field("at", "到店时间", ("到店日期", "进店时间", "来店时间", "来店日期", "日期", "时间", "at"), needed=True),
        Field("store", "门店编码", ("门店", "店铺", "门店编号", "门店名称", "store", "store_code"), needed=True),
        Field("guide", "导购", ("导购账号", "接待导购", "销售", "店员", "guide", "guide_userid", "userid")),
    ),
    "tags": (*WHO, Field("tags", "标签", ("标签名", "标签名称", "tag", "tags"), needed=True)),
    "sizes": (*WHO, *(Field(kind, kind, ()) for kind in SIZE_KINDS)),
    "list": WHO,
}  # fmt: skip
SIZE_ALIASES = {
    "上装": "上衣",
    "上衣尺码": "上衣",
    "下装": "裤子",
    "裤长": "裤子",
    "鞋子": "鞋码",
    "鞋": "鞋码",
    "身高cm": "身高",
    "体重kg": "体重",
}


def guess_columns(kind: str, headings: Sequence[str]) -> dict[str, str]:
    """{our field: the file's heading} for the headings that name themselves; each heading is used once."""
    found: dict[str, str] = {}
    for heading in headings:
        plain = _plain(heading)
        for field in FIELDS[kind]:
            names = {_plain(field.label), field.name, *map(_plain, field.aliases)}
            is_it = plain in names or (kind == "sizes" and SIZE_ALIASES.get(plain) == field.name)
            if plain and is_it and field.name not in found:
                found[field.name] = heading
                break
    return found


def _plain(heading: str) -> str:
    return re.sub(r"[\s*＊:：()（）_-]", "", heading).lower().replace("必填", "")


def column_problems(kind: str, columns: Mapping[str, str], headings: Sequence[str]) -> dict[str, str]:
    """What is wrong with a choice of columns, by field ("who" for the missing identity), in Chinese."""
    problems = {}
    known = {field.name: field for field in FIELDS[kind]}
    for name, heading in columns.items():
        if name not in known or heading not in headings:
            problems[name] = "文件里没有这一列，请重新选择"
    if not set(columns) & set(IDENTITY):
        problems["who"] = "至少选一列用来认出客户：外部联系人ID、UnionID、会员号或手机号"
    for field in known.values():
        if field.needed and field.name not in columns:
            problems[field.name] = f"请选出哪一列是「{field.label}」"
    if kind == "sizes" and not set(columns) & set(SIZE_KINDS):
        problems["sizes"] = "请至少选一列尺码"
    if kind == "members" and not set(columns) - {"external_userid", "unionid"}:
        problems["facts"] = "除了认出客户的列，请至少再选一列要更新的资料"
    if len(set(columns.values())) < len(columns):
        problems["double"] = "同一列不能当两个字段用"
    return problems


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute this cell; +86… and -5 are no formulas."""
    if text[0] in "=@":
        return True
    return text[0] in "+-" and _SIGNED.fullmatch(text) is None


def unwrapped(text: str) -> str:
    """="13800138000" is how exports keep a number as text."""
    return text[2:-1] if text.startswith('="') and text.endswith('"') and '"' not in text[2:-1] else text


def read_phone(text: str) -> str:
    """A phone, normal."""
    phone = normal_phone(text)
    if phone is None and is_rounded(text):
        raise ValueError("Excel 把号码变成了科学计数，末几位已丢失，请把这一列设为文本后重新导出")
    if phone is None:
        raise ValueError("不像手机号：请写 11 位手机号，境外号码写 + 和国家代码")
    return phone


def read_day(text: str, today: date) -> date:
    """A birthday with its year: 1990-03-25, 1990/3/25, 1990年3月25日, 19900325, or Excel's number of days."""
    try:
        if text.isdecimal() and len(text) == 5:
            day = EXCEL_DAY_ZERO + timedelta(days=int(text))
        elif len(text) in (8, 10) and text.replace("-", "").isdecimal():
            day = date.fromisoformat(text)
        else:
            found = _DAY.match(text)
            day = date(int(found[1]), int(found[2]), int(found[3])) if found else date.min
    except ValueError:
        raise ValueError("没有这一天，请写成 1990-03-25") from None
    if not EARLIEST_BIRTH <= day <= today:
        raise ValueError("请写年月日，如 1990-03-25，不能在将来")
    return day


def read_moment(text: str, latest: datetime) -> datetime:
    """A moment, in Shanghai where no zone is told: 2026-11-01 12:30[:05], 2026/11/1, 2026年11月1日 12:30, or Excel's number."""
    moment = _read_moment(text)
    if moment.year < EARLIEST_ORDER or moment > latest:
        raise ValueError("下单时间不能早于 1990 年，也不能在将来")
    return moment


def read_visit(text: str, latest: datetime) -> datetime:
    """The moment of a visit, written in the same ways; a day alone is its midnight."""
    moment = _read_moment(text)
    if problem := visit_problem(moment, latest):
        raise ValueError(problem)
    return moment


def _read_moment(text: str) -> datetime:
    try:
        return _moment(text)
    except (ValueError, OverflowError):
        raise ValueError("时间不对，请写成 2026-11-01 12:30") from None


def _moment(text: str) -> datetime:
    if len(text) >= 10 and text[4] == "-" and text[7] == "-":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if found := _MOMENT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        midnight = datetime.combine(EXCEL_DAY_ZERO, time.min, SHANGHAI)
        return midnight + timedelta(seconds=round(float(text) * 86_400))
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=SHANGHAI)


def read_money(text: str) -> int:
    """Yuan as people write them, in fen: 1299, 1,299.00, ￥1299, 1299元."""
    plain = text.strip("￥¥元 ").replace(",", "").replace("，", "")
    try:
        fen = Decimal(plain) * 100
    # 1E+999999 is a number, but a hundred times as much is none.
    except ArithmeticError:
        raise ValueError(NO_MONEY) from None
    if not fen.is_finite():
        raise ValueError(NO_MONEY)
    if fen < 0:
        raise ValueError("不能是负数；退款请填在「退款金额」列")
    if fen > MAX_FEN or fen != int(fen):
        raise ValueError("金额最多两位小数，不超过 1 亿元")
    return int(fen)


def read_short(most: int) -> Callable[[str], str]:
    """A text of at most `most` characters."""

    def read(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"最多 {most} 个字")
        return text

    return read


SHORT_40 = read_short(40)


def read_province(text: str) -> str:
    """One of the 34 provinces, short."""
    province = short_province(text)
    if province is None:
        raise ValueError("没有这个省份，请写成 江苏省 或 江苏")
    return province


def read_city(text: str) -> str:
    """A city, short: 苏州市 is 苏州."""
    return short_city(SHORT_40(text))


def split_words(text: str) -> list[str]:
    """高客单、羽绒服 → both, each once."""
    return list(dict.fromkeys(word for part in _SPLIT.split(text) if (word := part.strip())))


Cells = Sequence[str]
Values = dict[str, Any]
