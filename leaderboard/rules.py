"""What is decided about boards: how a day becomes points, which days a period holds, who may see whose rows. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from org.models import Role

ADD_POINTS = 5
TOUCH_POINTS = 1
TASK_POINTS = 3
LATE_TASK_POINTS = 1
CARE_POINTS = 2

HOW_POINTS_ARE_MADE = (
    f"净增好友：每位 {ADD_POINTS} 分（当天新增减去当天流失，最低 0 分；同一客户只在第一次添加时计分，删除后再加不计）",
    f"联系客户：打标签或发话术，每位客户每天最多 {TOUCH_POINTS} 分，重复发不加分",
    f"总部任务：按时完成 {TASK_POINTS} 分，过期补交 {LATE_TASK_POINTS} 分",
    f"客户关怀：每完成一次 {CARE_POINTS} 分，跳过不计分，同一客户同一节点只计一次",
    "门店和大区按人均得分排名（总分 ÷ 在职导购数），人多人少一样公平；同分同名次",
)


@dataclass(frozen=True)
class Facts:
    """A guide's facts of one or more days. `adds` are customers she never had before, `losses` those who left her or whom she
    deleted; `tagged` and `touched` count customers a day, `sends` counts sends.
    """

    adds: int = 0
    losses: int = 0
    tagged: int = 0
    sends: int = 0
    touched: int = 0
    tasks_done: int = 0
    tasks_late: int = 0
    cares_done: int = 0


def points(facts: Facts) -> int:
    """A day's points. A customer pays once when she is first added and once a day however often she is tagged or written to.

    Losses are taken off adds so that add-and-delete pays nothing (adding her again is no add), and never make a day negative:
    one bad customer must not eat an honest day's work.
    """
    return (
        ADD_POINTS * max(facts.adds - facts.losses, 0)
        + TOUCH_POINTS * facts.touched
        + TASK_POINTS * facts.tasks_done
        + LATE_TASK_POINTS * facts.tasks_late
        + CARE_POINTS * facts.cares_done
    )


class Level(StrEnum):
    """What a board ranks."""

    GUIDE = "guide"
    STORE = "store"
    REGION = "region"


class Period(StrEnum):
    """How much time a board covers, up to today."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def days_of(period: Period, today: date) -> tuple[date, date]:
    """First and last day of the period that holds today, as far as it has come: week from Monday, month from the 1st."""
    if period == Period.DAY:
        return today, today
    return (today - timedelta(days=today.weekday()) if period == Period.WEEK else today.replace(day=1)), today


def days_before(on_from: date, on_to: date) -> tuple[date, date]:
    """The days to compare with: the same part of the week or month before; for any other span, the span just before it."""
    span = (on_to - on_from).days + 1
    if 1 < span <= 7 and on_from.weekday() == 0:
        return on_from - timedelta(days=7), on_to - timedelta(days=7)
    if span > 1 and on_from.day == 1 and on_to.month == on_from.month and on_to.year == on_from.year:
        last = on_from - timedelta(days=1)
        return last.replace(day=1), last.replace(day=min(on_to.day, monthrange(last.year, last.month)[1]))
    return on_from - timedelta(days=span), on_from - timedelta(days=1)


def region_of(path: str) -> str:
    """ "1.2.31." → "1.2.": the path of the region a place lies in; the root's own path for headquarters."""
    return ".".join(path.split(".")[:-1][:2]) + "." if path else ""


def visible_path(level: Level, role: Role, path: str) -> str | None:
    """The widest subtree whose rows a person may see on a board; None for somebody without a place.

    Names of guides: her own subtree only. Stores: those of her region. Regions: all. The latter two are sums that name nobody.
    """
    if not path:
        return None
    if role == Role.HEADQUARTERS or level == Level.GUIDE:
        return path
    return region_of(path) if level == Level.STORE else path.split(".")[0] + "."


def narrowed(asked: str, visible: str) -> str:
    """What is asked for, kept inside what is visible."""
    return asked if asked.startswith(visible) else visible


def change_of(rank: int, rank_before: int | None) -> int | None:
    """Places won (+) or lost (−) against the period before; None for who was not in it."""
    return None if rank_before is None else rank_before - rank
