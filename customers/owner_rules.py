"""What is decided about the owner (归属): whose customer she is, from the brand's own order of sources. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from customers.rules import NEVER

HAND, ORDER, SERVICE, FIRST = "hand", "order", "service", "first"
HANDOVER, MERGE, UNDO = "handover", "merge", "undo"
BY_HAND = (HAND, HANDOVER)
SOURCES = {HAND: "手动指定或交接", ORDER: "最近一单的导购", SERVICE: "最近联系的导购", FIRST: "第一位好友"}
WHY_NAMES = {
    HAND: "手动指定", HANDOVER: "交接", ORDER: "按最近一单", SERVICE: "按最近联系", FIRST: "第一位好友", MERGE: "合并档案",
    UNDO: "撤销",
}  # fmt: skip
LONGEST_LOCK, LONGEST_LOOK = 365, 1500


@dataclass(frozen=True, slots=True)
class OwnerRules:
    """Sources in the order they are asked, each within so many days; whoever got her keeps her for `lock_days` (0: not at all).

    The first friend comes last of all, so nobody is without an owner who has or had a friend here.
    """

    order: tuple[str, ...] = (HAND,)
    lock_days: int = 0
    order_days: int = 180
    service_days: int = 30
    merge_unionid: bool = False


@dataclass(frozen=True, slots=True)
class Friend:
    """A guide who follows or followed her: since when, when she last was in contact and last took an order (not paid back)."""

    staff_id: int
    active: bool
    followed_at: datetime
    contact_at: datetime | None = None
    order_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose she is and why; `locked_until` is when another source may change it, None when at any time."""

    owner_id: int | None
    why: str = FIRST
    locked_until: datetime | None = None


def default_body() -> dict[str, Any]:
    """The rules a brand begins with: the first friend, unless somebody set another by hand."""
    begun = OwnerRules()
    return {
        "order": list(begun.order), "lock_days": begun.lock_days, "order_days": begun.order_days,
        "service_days": begun.service_days, "merge_unionid": begun.merge_unionid,
    }  # fmt: skip


def rules_of(body: Mapping[str, Any]) -> OwnerRules:
    """The rules a checked body says; what it does not name stands as it began."""
    whole = default_body() | dict(body)
    return OwnerRules(**whole | {"order": tuple(whole["order"])})


def body_problems(body: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a body, field by field, in Chinese; empty when it may hold."""
    whole, problems = default_body() | dict(body), {}
    order = whole["order"]
    if not isinstance(order, list) or not all(one in (HAND, ORDER, SERVICE) for one in order):
        problems["order"] = "请从列表里选择"
    elif len(set(order)) < len(order):
        problems["order"] = "同一项只能选一次"
    for name, least, most in (("lock_days", 0, LONGEST_LOCK), ("order_days", 1, LONGEST_LOOK), ("service_days", 1, LONGEST_LOOK)):
        if isinstance(whole[name], bool) or not isinstance(whole[name], int) or not least <= whole[name] <= most:
            problems[name] = f"请填 {least} 到 {most} 之间的整数"
    if not isinstance(whole["merge_unionid"], bool):
        problems["merge_unionid"] = "请选择是或否"
    return problems | {name: "没有这一项" for name in body if name not in whole or name not in default_body()}


def owner_of(held: Owned, friends: Sequence[Friend], rules: OwnerRules, now: datetime) -> Owned:
    """Whose she is now, given whose she was. Who was set by hand without an end stays until a source above it speaks.

    The statement of owner_sql does the same for many at once; this is the plain reference its property test compares with.
    """
    living = [one for one in friends if one.active]
    locked = held.owner_id is not None and held.locked_until is not None and held.locked_until > now
    there = not living or any(one.staff_id == held.owner_id for one in living)
    if locked and (held.why in BY_HAND or (held.why in (ORDER, SERVICE) and there)):
        return held
    # A locked first friend gives way to nobody but an even earlier one, heard of late.
    for source in () if locked and held.why == FIRST else rules.order:
        found = _by_source(source, held, living, rules, now)
        if found is not None:
            return found
    return _first_friend(friends, rules)


def firmness(held: Owned, rules: OwnerRules, now: datetime) -> int:
    """How firmly a hand (or a handover) set whose she is: 2 until a day to come, 1 without an end, 0 not at all (any more)."""
    if held.owner_id is None or held.why not in BY_HAND:
        return 0
    if held.locked_until is None:
        return int(HAND in rules.order)
    return 2 if held.locked_until > now else 0


def _by_source(source: str, held: Owned, living: Sequence[Friend], rules: OwnerRules, now: datetime) -> Owned | None:
    if source == HAND:
        holds = held.owner_id is not None and held.why in BY_HAND and held.locked_until is None
        return held if holds else None
    days = rules.order_days if source == ORDER else rules.service_days
    moments = [(one, one.order_at if source == ORDER else one.contact_at) for one in living]
    recent = [(at, -one.staff_id) for one, at in moments if at is not None and at >= now - timedelta(days=days)]
    if not recent:
        return None
    at, staff = max(recent)
    return Owned(-staff, source, _lock(at, rules))


def _first_friend(friends: Sequence[Friend], rules: OwnerRules) -> Owned:
    if not friends:
        return Owned(None)
    first = min(friends, key=lambda one: (not one.active, one.followed_at == NEVER, one.followed_at, one.staff_id))
    return Owned(first.staff_id, FIRST, _lock(first.followed_at, rules))


def _lock(since: datetime, rules: OwnerRules) -> datetime | None:
    return since + timedelta(days=rules.lock_days) if rules.lock_days else None
