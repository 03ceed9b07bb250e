"""What other systems send and get, as types: each request is checked against them, and the OpenAPI document is made of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from foundation.text import clean

Short = Annotated[str, Field(max_length=64)]
# Words for people: what cannot be seen is taken out. Numbers and codes are refused instead, row by row (`unclean`).
Shown = AfterValidator(lambda words: " ".join(clean(words).replace("\u200d", "").split()))
MOST_ID = 2**62
UNSEEN = "有看不见的字符，请删掉后重发"


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Who(Body):
    """Who is meant: at least one of these. Several must lead to the same customer."""

    external_userid: Short | None = Field(None, description="外部联系人ID")
    unionid: Short | None = Field(None, description="微信 UnionID")
    member_no: Annotated[str, Field(max_length=40)] | None = Field(None, description="会员号")
    phone: Annotated[str, Field(max_length=40)] | None = Field(None, description="手机号，各种写法都认")


class Member(Who):
    """A member: what is left out stays as it is. Identities that are new to the customer found by another one are kept too."""

    birthday: date | None = Field(None, description="生日，带年份")
    province: Annotated[str, Field(max_length=20)] | None = None
    city: Annotated[str, Field(max_length=40)] | None = None


class Members(Body):
    """At most 500 members."""

    members: list[Member] = Field(min_length=1, max_length=500)


class Goods(Body):
    """One article of an order."""

    name: Annotated[str, Field(min_length=1, max_length=100), Shown]
    colour: Annotated[str, Field(max_length=20), Shown] = ""
    size: Annotated[str, Field(max_length=20), Shown] = ""
    count: Annotated[int, Field(ge=1, le=9999)] = 1
    sku: Short = ""


class Order(Who):
    """An order. The same source and order_no is the same order: told again, only a higher refunded_fen is news."""

    order_no: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime = Field(description="下单时间，带时区")
    paid_fen: Annotated[int, Field(ge=0)] = Field(description="实付金额，单位分")
    refunded_fen: Annotated[int, Field(ge=0)] = Field(0, description="累计退款，单位分")
    source: Annotated[str, Field(min_length=1, max_length=20)] = Field("pos", description="来源系统，和订单号一起认出订单")
    store_code: Short | None = Field(None, description="门店编码")
    guide_userid: Short | None = Field(None, description="导购的企业微信账号")
    goods: list[Goods] = Field(default_factory=list, max_length=50)


class Orders(Body):
    """At most 500 orders."""

    orders: list[Order] = Field(min_length=1, max_length=500)


class Visit(Who):
    """She was in a store. One a day for each customer and store, whoever tells it and however often."""

    at: AwareDatetime = Field(description="到店时间，带时区")
    store_code: Short = Field(description="门店编码")
    guide_userid: Short | None = Field(None, description="接待导购的企业微信账号")
    source: Annotated[str, Field(min_length=1, max_length=20)] = Field("pos", description="来源系统")


class Visits(Body):
    """At most 500 visits."""

    visits: list[Visit] = Field(min_length=1, max_length=500)


class TagChange(Body):
    """Tags by name, or 组/标签 where two groups have one of that name."""

    external_userid: Short
    add: list[Short] = Field(default_factory=list, max_length=20)
    remove: list[Short] = Field(default_factory=list, max_length=20)


class TagChanges(Body):
    """At most 100 customers."""

    changes: list[TagChange] = Field(min_length=1, max_length=100)


def unclean(row: Member | Order | Visit | TagChange) -> str:
    """What is wrong with a row that holds characters nobody can see (control, direction, zero width); "" when nothing is."""
    for name, value in row:
        if not all(word.isprintable() for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)):
            return f"{name} {UNSEEN}"
    if isinstance(row, Order):
        for place, one in enumerate(row.goods):
            if not one.name or not one.sku.isprintable():
                return f"goods.{place}.{'sku' if one.name else 'name'} {UNSEEN}"
    return ""


class Outcome(Body):
    """What became of one row; `index` is its place in the request. `message` is Chinese."""

    index: int
    status: Literal["added", "updated", "same", "unknown", "invalid"]
    external_userid: str | None = None
    message: str = ""


class Outcomes(Body):
    """What became of each row, in order."""

    results: list[Outcome]


class Page(Body):
    """A page: `after` is the `next` of the page before."""

    after: Annotated[int, Field(ge=0, le=MOST_ID)] = Field(0, description="上一页的 next")
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Nothing(Body):
    """No parameters."""


class CustomerOut(Body):
    """A customer. Phones are told by their last four digits only."""

    external_userid: str
    name: str
    unionid: str | None
    member_no: str | None
    phone_last4: str | None
    birthday: date | None
    province: str
    city: str
    consent: Literal["all", "service_only", "none"]
    owner_userid: str | None = Field(description="归属导购")
    tags: list[str]
    role: str | None
    stage: str | None
    rfm: str | None
    created_at: datetime


class CustomersOut(Body):
    """A page of customers; `next` is null on the last one."""

    customers: list[CustomerOut]
    next: int | None


class TagOut(Body):
    """A tag and its group."""

    group: str
    name: str


class TagsOut(Body):
    """All living tags."""

    tags: list[TagOut]


class ChangePage(Page):
    """A page of changes, of one kind when told."""

    kind: Literal["customer.changed", "customer.erased", "tags.changed", "stage.changed"] | None = None


class ChangeOut(Body):
    """One change, as a webhook tells it."""

    id: int
    kind: str
    at: datetime
    external_userid: str
    facts: dict[str, Any]


class ChangesOut(Body):
    """Changes in their order. Keep `next` and ask again with it later: nothing is skipped, nothing comes twice."""

    changes: list[ChangeOut]
    next: int
    more: bool


class Problem(BaseModel):
    """RFC 9457. `code` is for programs, `title` and `fields` are Chinese for people."""

    type: str
    title: str
    status: int
    code: str
    fields: dict[str, str] = Field(default_factory=dict)
    request_id: str = ""
