"""What a rule may ask of a customer: each field with its Chinese name, how it is compared, and its fixed choices."""

from dataclasses import dataclass
from enum import StrEnum

from customers.models import Consent
from customers.tier_models import CustomerRole, Stage


class Kind(StrEnum):
    """How a field is compared."""

    SET = "set"
    IDS = "ids"
    REGION = "region"
    CHOICE = "choice"
    TEXT = "text"
    RFM = "rfm"
    BIRTHDAY = "birthday"
    DAY = "day"
    NUMBER = "number"
    SWITCH = "switch"


OPERATORS = {
    "any_of": "是以下任意一个", "all_of": "同时有以下全部", "none_of": "不是以下任何一个",
    "within": "在最近几天内", "ago": "在几天以前", "not_within": "超过几天没有（含从来没有）",
    "between": "介于", "never": "从来没有",
    "at_least": "不少于", "at_most": "不多于", "month": "在这些月份", "is": "是",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """`choices` are (stored value, Chinese label) where they never change; other values come from their own tables."""

    name: str
    label: str
    kind: Kind
    operators: tuple[str, ...]
    choices: tuple[tuple[int | str, str], ...] = ()


ONE_OF = ("any_of", "none_of")
DAYS = ("within", "ago", "not_within", "between", "never")
NUMBERS = ("at_least", "at_most", "between")
ROLES = tuple(zip(CustomerRole, ("粉丝", "客户", "会员", "分销KOC"), strict=True))
STAGES = tuple(zip(Stage, ("引入期", "成长期", "成熟期", "休眠期", "流失期"), strict=True))
CONSENTS = tuple(zip(Consent, ("全部接收", "只收服务消息", "都不接收"), strict=True))
GENDERS = ((0, "未知"), (1, "男"), (2, "女"))
VALUES = ((-1, "还没算"), (0, "还没有下单"), *((level, f"{level} 级") for level in range(1, 6)))

_FIELDS = (
    Field("tags", "标签", Kind.SET, ("any_of", "all_of", "none_of")),
    Field("role", "客户身份", Kind.CHOICE, ONE_OF, tuple((str(value), label) for value, label in ROLES)),
    Field("stage", "生命周期", Kind.CHOICE, ONE_OF, tuple((str(value), label) for value, label in STAGES)),
    Field("value", "价值等级", Kind.CHOICE, ONE_OF, VALUES),
    Field("rfm", "RFM 得分", Kind.RFM, ("between", "never")),
    Field("gender", "性别", Kind.CHOICE, ONE_OF, GENDERS),
    Field("consent", "接收意愿", Kind.CHOICE, ONE_OF, tuple((str(value), label) for value, label in CONSENTS)),
    Field("province", "省份", Kind.TEXT, ONE_OF),
    Field("city", "城市", Kind.TEXT, ONE_OF),
    Field("birthday", "生日", Kind.BIRTHDAY, ("within", "month")),
    Field("added_on", "添加日期", Kind.DAY, DAYS),
    Field("last_contact_on", "最近联系", Kind.DAY, DAYS),
    Field("last_order_on", "最近下单", Kind.DAY, DAYS),
    Field("last_visit_on", "最近到店", Kind.DAY, DAYS),
    Field("last_open_on", "最近打开内容", Kind.DAY, DAYS),
    Field("last_reply_on", "最近回复", Kind.DAY, DAYS),
    Field("orders", "下单次数", Kind.NUMBER, NUMBERS),
    Field("spent_yuan", "累计消费（元）", Kind.NUMBER, NUMBERS),
    Field("opens_30d", "近 30 天打开次数", Kind.NUMBER, NUMBERS),
    Field("contacts_30d", "近 30 天触达次数", Kind.NUMBER, NUMBERS),
    Field("owner", "归属导购", Kind.IDS, ONE_OF),
    Field("store", "归属门店", Kind.IDS, ONE_OF),
    Field("region", "区域", Kind.REGION, ONE_OF),
    Field("channel", "添加渠道", Kind.SET, ONE_OF),
    Field("following", "仍是好友", Kind.SWITCH, ("is",)),
)
FIELDS: dict[str, Field] = {field.name: field for field in _FIELDS}
ANSWER = "answer:"
CODES_PER_FIELD = 1000


def answer_field(field_id: int, label: str, choices: tuple[str, ...]) -> Field:
    """A field of the brand's own profile as a rule knows it: "answer:7", its choices coded field_id * 1000 + place from 1."""
    coded = tuple((field_id * CODES_PER_FIELD + place, choice) for place, choice in enumerate(choices, 1))
    return Field(f"{ANSWER}{field_id}", label, Kind.SET, ONE_OF, coded)


def field_of(name: str) -> Field | None:
    """The field a rule names, or None. A brand's own field is known by its form alone: its choices live in a table."""
    number = name.removeprefix(ANSWER)
    if name.startswith(ANSWER) and number.isascii() and number.isdigit() and 0 < len(number) < 7 and not number.startswith("0"):
        return Field(name, "档案字段", Kind.SET, ONE_OF)
    return FIELDS.get(name)


__all__ = ["ANSWER", "CODES_PER_FIELD", "FIELDS", "OPERATORS", "Field", "Kind", "answer_field", "field_of"]
