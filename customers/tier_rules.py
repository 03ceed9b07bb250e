"""What is decided about standing: role ladder, lifecycle stage, early warning, and when to look again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from math import ceil
from typing import Any

from customers.tier_models import CustomerRole, Stage

ROLE_NAMES = {CustomerRole.FAN: "粉丝", CustomerRole.BUYER: "客户", CustomerRole.MEMBER: "会员", CustomerRole.KOC: "分销KOC"}
STAGE_NAMES = {
    Stage.NEW: "引入期", Stage.GROWING: "成长期", Stage.MATURE: "成熟期", Stage.DORMANT: "休眠期", Stage.LOST: "流失期",
}  # fmt: skip
RHYTHM_ORDERS = 3
SHORTEST_RHYTHM = 30
DELETION_WARNS_DAYS = 30
OPENS_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Life:
    """What a standing is decided from; days are Beijing dates. `orders` counts days with an order that was not all paid back.

    `sign_on` is her newest sign of life (an order, an opening, a reply, a visit, the adding itself), `gap` the median number
    of days between her order days, `opens_now` and `opens_before` her openings in the last 30 days and the 30 before.
    """

    added_on: date
    sign_on: date
    following: bool = True
    ended_on: date | None = None
    deleted_on: date | None = None
    member: bool = False
    koc: bool = False
    orders: int = 0
    first_order_on: date | None = None
    last_order_on: date | None = None
    gap: float | None = None
    recent_orders: int = 0
    recent_fen: int = 0
    repeat_fen: float | None = None
    opens_now: int = 0
    opens_before: int = 0

    @property
    def rhythm(self) -> float | None:
        """Her own rhythm in days, known from the third order day on; nobody's rhythm is shorter than a day."""
        return max(1.0, self.gap) if self.gap is not None and self.orders >= RHYTHM_ORDERS else None


@dataclass(frozen=True, slots=True)
class StageRules:
    """A brand's rules of stages (policy topic "stages"). Days and times as the console explains them."""

    new_days: int = 30
    mature_orders: int = 3
    dormant_days: int = 180
    lost_days: int = 365
    dormant_times: float = 3.0
    warn_times: float = 2.0
    opens_drop: int = 50
    deleted_is_lost: bool = True
    koc_tag: int | None = None


BOUNDS: dict[str, tuple[float, float, str]] = {
    "new_days": (1, 365, "天数应在 1 到 365 之间"),
    "mature_orders": (2, 50, "次数应在 2 到 50 之间"),
    "dormant_days": (7, 1500, "天数应在 7 到 1500 之间"),
    "lost_days": (14, 3000, "天数应在 14 到 3000 之间"),
    "dormant_times": (1.2, 20, "倍数应在 1.2 到 20 之间"),
    "warn_times": (1.1, 20, "倍数应在 1.1 到 20 之间"),
    "opens_drop": (10, 100, "降幅应在 10 到 100 之间"),
}
NAMES = tuple(one.name for one in fields(StageRules))


def default_body() -> dict[str, Any]:
    """The rules a brand begins with."""
    begun = StageRules()
    return {name: getattr(begun, name) for name in NAMES}


def rules_of(body: Mapping[str, Any]) -> StageRules:
    """The rules a checked body says; what it does not name stands as it began."""
    return StageRules(**{name: body[name] for name in NAMES if name in body})


def body_problems(body: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a body, field by field, in Chinese; empty when it may hold."""
    whole = default_body() | dict(body)
    problems = {name: text for name, (least, most, text) in BOUNDS.items() if not _within(whole[name], least, most)}
    for name in ("new_days", "mature_orders", "dormant_days", "lost_days", "opens_drop"):
        if name not in problems and whole[name] != int(whole[name]):
            problems[name] = "请填整数"
    if not isinstance(whole["deleted_is_lost"], bool):
        problems["deleted_is_lost"] = "请选择是或否"
    if whole["koc_tag"] is not None and (isinstance(whole["koc_tag"], bool) or not isinstance(whole["koc_tag"], int)):
        problems["koc_tag"] = "请从列表里选择标签"
    if not problems:
        problems |= _order_problems(whole)
    return problems | {name: "没有这一项" for name in body if name not in NAMES}


def _within(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _order_problems(whole: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if whole["lost_days"] <= whole["dormant_days"]:
        problems["lost_days"] = "流失的天数要比休眠的多"
    if whole["new_days"] >= whole["lost_days"]:
        problems["new_days"] = "引入期要比流失的天数短"
    if whole["warn_times"] >= whole["dormant_times"]:
        problems["warn_times"] = "预警的倍数要比休眠的小，才来得及挽回"
    return problems


def role_of(life: Life) -> tuple[CustomerRole, str]:
    """The highest step of the ladder she stands on, and why."""
    if life.koc:
        return CustomerRole.KOC, "带有分销KOC标签"
    if life.member:
        return CustomerRole.MEMBER, "有会员号"
    if life.orders:
        return CustomerRole.BUYER, "下过单"
    return CustomerRole.FAN, "加了好友，还没有下单"


def dormant_after(life: Life, rules: StageRules) -> int:
    """After how many silent days she counts as dormant: by her own rhythm when she has one, never later than lost."""
    if life.rhythm is None:
        return rules.dormant_days
    return min(rules.lost_days, max(SHORTEST_RHYTHM, ceil(rules.dormant_times * life.rhythm)))


def stage_of(life: Life, rules: StageRules, today: date) -> tuple[Stage, str]:
    """Her stage today, and why."""
    if rules.deleted_is_lost and not life.following and life.ended_on is not None:
        return Stage.LOST, "已不是任何导购的好友"
    silent = (today - life.sign_on).days
    if silent >= rules.lost_days:
        return Stage.LOST, f"{silent} 天没有动静"
    if silent >= dormant_after(life, rules):
        own = f"，平时约 {round(life.rhythm)} 天下一次单" if life.rhythm else ""
        return Stage.DORMANT, f"{silent} 天没有动静{own}"
    if life.orders >= rules.mature_orders:
        return Stage.MATURE, f"下过 {life.orders} 次单"
    known = (today - life.added_on).days
    if life.orders:
        return Stage.GROWING, f"下过 {life.orders} 次单"
    return (Stage.GROWING if known >= rules.new_days else Stage.NEW), f"加好友 {max(0, known)} 天，还没有下单"


def warning_of(life: Life, rules: StageRules, stage: Stage, today: date) -> str:
    """Why she may soon be lost, in Chinese; "" when nothing points to it, or she is dormant or lost already."""
    if stage in (Stage.DORMANT, Stage.LOST):
        return ""
    if life.rhythm is not None and life.last_order_on is not None:
        silent = (today - life.last_order_on).days
        if silent > rules.warn_times * life.rhythm:
            return f"{silent} 天没有下单，平时约 {round(life.rhythm)} 天一次"
    if life.deleted_on is not None and 0 <= (today - life.deleted_on).days < DELETION_WARNS_DAYS:
        return "最近删除了一位导购，还有别的导购是好友"
    if life.opens_before >= OPENS_BEFORE and life.opens_now <= life.opens_before * (100 - rules.opens_drop) / 100:
        return f"打开次数变少：前 30 天 {life.opens_before} 次，最近 30 天 {life.opens_now} 次"
    return ""


def look_again_on(life: Life, rules: StageRules, today: date, within: int) -> date:
    """The next day on which time alone may change her stage or warning; at most `within` days ahead."""
    days = [life.sign_on + timedelta(days=dormant_after(life, rules)), life.sign_on + timedelta(days=rules.lost_days)]
    if not life.orders:
        days.append(life.added_on + timedelta(days=rules.new_days))
    if life.rhythm is not None and life.last_order_on is not None:
        days.append(life.last_order_on + timedelta(days=int(rules.warn_times * life.rhythm) + 1))
    if life.deleted_on is not None:
        days.append(life.deleted_on + timedelta(days=DELETION_WARNS_DAYS))
    return min([today + timedelta(days=within), *(day for day in days if day > today)])
