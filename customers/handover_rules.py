"""What is decided about handing customers over (继承): who may go, to whom she fits, and what to do after a refusal. Pure.

The platform's own rules: DOC 92125 (in service: 2 takeovers in 90 natural days), DOC 94081 (left less than a year ago).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customers.handover_models import HandoverStep
from foundation import clock

WINDOW_DAYS, MOST_TAKEOVERS = 90, 2
LEAVER_DAYS = 365
BATCH = 100
LONGEST_WELCOME = 200
# Takes effect after a day; what the platform knows nothing of half a day later never began.
FORGOTTEN = timedelta(hours=36)
KNOWN, SAME_STORE, NEAR, TAGS = 100.0, 30.0, 10.0, 20.0
WORDS = {"known": "已是她的好友", "store": "同门店", "near": "同区域", "tags": "标签相近", "room": "名下客户较少"}
SETTLED = (HandoverStep.TAKEN, HandoverStep.REFUSED, HandoverStep.OVER_LIMIT, HandoverStep.FAILED, HandoverStep.LEFT_OUT)
UNDER_WAY = (HandoverStep.ASKED, HandoverStep.WAITING)
AGAIN = (HandoverStep.REFUSED, HandoverStep.OVER_LIMIT, HandoverStep.FAILED)
# The platform's status of a takeover (transfer_result).
STEP_OF = {1: HandoverStep.TAKEN, 2: HandoverStep.WAITING, 3: HandoverStep.REFUSED, 4: HandoverStep.OVER_LIMIT}
# Not begun now, because it was begun or done before: the results tell which.
BEGUN = frozenset({0, 40100, 40129})
FULL = 40099
NEXT_STEPS = {
    40096: "企业微信里已没有这位客户，不用再交接",
    40097: "原导购在企业微信里还没有离职，请先办完离职，或改用在职交接",
    40098: "接替的同事还没有实名认证，请她在企业微信里完成实名，再换人试一次",
    40099: "接替的同事客户数已满，请换一位客户较少的同事",
    40128: "90 天内已交接过 2 次，要等期满；急的话请门店请她加新导购的活码",
    40131: "她和原导购已不是好友，请门店请她加新导购的活码",
    40143: "接替的同事被企业微信限制，请换一位同事",
    40205: "有一方太久没有登录企业微信，请登录后再试一次",
    41054: "接替的同事还没有激活企业微信，请激活后再试一次",
}
ASK_HER = "请不要反复交接打扰她。她来店或联系门店时，请她加新导购的活码"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A colleague who could take customers: where she stands, how many she has, and the share of hers that carry a tag."""

    id: int
    store_id: int | None
    path: str
    load: int
    tag_shares: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer to hand over; `known_to` are the receivers who follow her already."""

    id: int
    tag_ids: frozenset[int] = frozenset()
    known_to: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """To whom and why: `points`, and keys of WORDS."""

    to_id: int
    points: int
    why: tuple[str, ...]


def window_start(now: datetime) -> datetime:
    """The first moment of the 90 natural days that end today."""
    return clock.start_of(clock.day_of(now) - timedelta(days=WINDOW_DAYS - 1))


def obstacle(*, departed: bool, takeovers: int, last_at: datetime | None, pending: bool) -> str:
    """Why a customer cannot be handed over now, in Chinese; "" when she can. `takeovers` in service within the 90 days."""
    if pending:
        return "正在另一次交接里，等它结束"
    if departed or takeovers < MOST_TAKEOVERS:
        return ""
    free = clock.day_of(last_at) + timedelta(days=WINDOW_DAYS) if last_at else None
    return f"90 天内已交接过 {takeovers} 次，企业微信不再允许" + (f"，{free.month}月{free.day}日以后可以" if free else "")


def propose(people: Sequence[Person], receivers: Sequence[Receiver], store_id: int | None, path: str) -> dict[int, Match]:
    """Everybody's receiver by fit: who knows her, the store, tags in common; each receiver up to a fair load. Deterministic."""
    if not receivers:
        return {}
    room = fair_shares([one.load for one in receivers], len(people))
    left = dict(zip((one.id for one in receivers), room, strict=True))
    scored = _scores(people, receivers, store_id, path)
    found: dict[int, Match] = {}
    # Those for whom it matters most choose first.
    for person in sorted(people, key=lambda one: (-max(points for points, _, _ in scored[one.id]), one.id)):
        open_ones = [one for one in scored[person.id] if left[one[1]] > 0 or one[1] in person.known_to] or scored[person.id]
        points, to_id, why = max(open_ones, key=lambda one: (one[0], left[one[1]], -one[1]))
        lighter = ("room",) if not why and left[to_id] == max(left.values()) else ()
        left[to_id] -= 1
        found[person.id] = Match(to_id, round(points), (*why, *lighter))
    return found


def fair_shares(loads: Sequence[int], count: int) -> list[int]:
    """How many of `count` newcomers each gets so that all end as equal as they can; who has least gets first."""
    shares = [0] * len(loads)
    order = sorted(range(len(loads)), key=lambda place: (loads[place], place))
    left = count
    for taking in range(1, len(order) + 1):
        level = loads[order[taking]] if taking < len(order) else None
        lowest = loads[order[0]] + shares[order[0]]
        wanted = left if level is None else min(left, (level - lowest) * taking)
        each, rest = divmod(wanted, taking)
        for place in range(taking):
            shares[order[place]] += each + (1 if place < rest else 0)
        left -= wanted
        if left == 0:
            break
    return shares


def _scores(
    people: Iterable[Person], receivers: Sequence[Receiver], store_id: int | None, path: str
) -> dict[int, list[tuple[float, int, tuple[str, ...]]]]:
    places = {one.id: _place(one, store_id, path) for one in receivers}
    best: dict[int, float] = {}
    for one in receivers:
        for tag, share in one.tag_shares.items():
            best[tag] = max(best.get(tag, 0.0), share)
    by_tags: dict[frozenset[int], dict[int, float]] = {}
    scored = {}
    for person in people:
        if person.tag_ids not in by_tags:
            by_tags[person.tag_ids] = {one.id: _tag_points(person.tag_ids, one, best) for one in receivers}
        alike = by_tags[person.tag_ids]
        scored[person.id] = [_score(person, one, places[one.id], alike[one.id]) for one in receivers]
    return scored


def _score(person: Person, one: Receiver, place: tuple[float, str], tags: float) -> tuple[float, int, tuple[str, ...]]:
    known = one.id in person.known_to
    why = (["known"] if known else []) + ([place[1]] if place[1] else []) + (["tags"] if tags >= TAGS / 2 else [])
    return (KNOWN if known else 0.0) + place[0] + tags, one.id, tuple(why)


def _place(one: Receiver, store_id: int | None, path: str) -> tuple[float, str]:
    if store_id is not None and one.store_id == store_id:
        return SAME_STORE, "store"
    above = _above(path)
    return (NEAR, "near") if above and above in {_above(one.path), one.path} else (0.0, "")


def _above(path: str) -> str:
    """The path one step up: "1.2.31." → "1.2."; "" at the top."""
    return ".".join([*path.split(".")[:-2], ""]).lstrip(".")


def _tag_points(tag_ids: frozenset[int], one: Receiver, best: Mapping[int, float]) -> float:
    """Up to TAGS: how near she comes, tag by tag, to the receiver with most such customers."""
    shares = [one.tag_shares.get(tag, 0.0) / best[tag] for tag in tag_ids if best.get(tag)]
    return TAGS * sum(shares) / len(shares) if shares else 0.0


def next_step(step: HandoverStep, errcode: int | None, departed: bool) -> str:
    """What a manager can do about a customer who was not taken over, in one sentence; "" when nothing is to be done."""
    if step == HandoverStep.REFUSED:
        return f"她拒绝了。{'' if departed else '仍由原导购服务；'}{ASK_HER}"
    if step == HandoverStep.OVER_LIMIT:
        return NEXT_STEPS[FULL]
    if step == HandoverStep.FAILED:
        return NEXT_STEPS.get(errcode or 0, "可以换人再试一次；仍不行请看发件箱里的原因")
    return ""


def welcome_problem(text: str) -> str:
    """What is wrong with the words customers get when the takeover is done (DOC 92125: at most 200 characters)."""
    return f"最多 {LONGEST_WELCOME} 个字" if len(text) > LONGEST_WELCOME else ""
