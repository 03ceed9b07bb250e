"""What is decided about lost customers: whom to tell (policy topic "loss"), when a card may ring, how long she stayed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.respect_rules import Quiet
from customers.rfm_rules import VALUE_NAMES
from foundation.db import Json

BY_CUSTOMER, BY_GUIDE = "customer", "guide"
BY_NAMES = {BY_CUSTOMER: "客户删除了导购", BY_GUIDE: "导购删除了客户"}
WHICH = {"all": "每一位都告诉", "valuable": "只告诉达到价值等级的", "none": "不告诉"}
LOWEST, HIGHEST = 1, 5
# A card about last week helps nobody; it stands on the board.
WORTH_TELLING = timedelta(days=3)
# Beijing time, over midnight.
NIGHT_FROM, NIGHT_UNTIL = 21, 9
SPANS: tuple[tuple[str, int | None, int | None], ...] = (
    ("当天", None, 1), ("1–7 天", 1, 8), ("8–30 天", 8, 31), 
    ("31–90 天", 31, 91), ("91–365 天", 91, 366), ("一年以上", 366, None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LossRules:
    """Whether the guide is told; which losses her store manager is told of, by who deleted whom; from which value tier on."""

    guide: bool
    manager: str
    by_guide: str
    value: int


def default_body() -> Json:
    """The guide is told; her manager of valuable ones, and whenever a guide deleted somebody."""
    return {"guide": True, "manager": "valuable", "by_guide": "all", "value": 3}


def rules_of(body: Json) -> LossRules:
    """A body over what brands begin with."""
    held = default_body() | body
    return LossRules(bool(held["guide"]), held["manager"], held["by_guide"], held["value"])


def body_problems(body: Json) -> dict[str, str]:
    """What is wrong with a body, field by field, in Chinese."""
    problems = {name: "请选一项" for name in ("manager", "by_guide") if body.get(name) not in WHICH}
    if not isinstance(body.get("guide"), bool):
        problems["guide"] = "请选是或否"
    if body.get("value") not in VALUE_NAMES or not LOWEST <= body["value"] <= HIGHEST:
        problems["value"] = f"价值等级应在 {LOWEST} 到 {HIGHEST} 之间"
    return problems


def whom_to_tell(rules: LossRules, by: str, value: int, guide_id: int | None, manager_ids: Sequence[int]) -> list[int]:
    """Staff ids, each once, the guide first. `guide_id` is None when she is not at work. Nobody is told of her own deed."""
    told = [guide_id] if by == BY_CUSTOMER and rules.guide and guide_id is not None else []
    which = rules.manager if by == BY_CUSTOMER else rules.by_guide
    if which == "all" or (which == "valuable" and value >= rules.value):
        told += [one for one in manager_ids if one != guide_id]
    return list(dict.fromkeys(told))


def is_worth_telling(at: datetime, now: datetime) -> bool:
    """Whether a loss is fresh enough for a card."""
    return at > now - WORTH_TELLING


def card_due(now: datetime, night: Quiet) -> datetime:
    """At once by day, in the morning when it is night."""
    return night.over(now)


def days_kept(followed_at: datetime, at: datetime) -> int | None:
    """Whole days from adding to loss; None when the adding is not known or came later (she is back already)."""
    return (at - followed_at).days if followed_at.year > 1970 and followed_at <= at else None
