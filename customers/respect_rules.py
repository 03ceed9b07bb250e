"""What is decided about contacting a customer: consent, quiet hours where she lives, how often and how soon again. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from customers.models import Consent
from customers.respect_models import ContactKind
from foundation import clock

# Messages of one guide within two hours are one conversation, and one contact.
CONVERSATION = timedelta(hours=2)
# She wrote, added, ordered or came within this time: what answers her is no disturbance, whatever she allows otherwise.
# A visit counts when a system of the store told it: a guide's own tap opens no door for her.
ANSWERABLE = timedelta(hours=48)
SIGNS = ("added", "half_added", "replied", "visited", "ordered")
MOST_DAYS, MOST_TIMES, MOST_GAP, MOST_PLACES = 90, 30, 24 * 60, 40
LIMITED = (ContactKind.MARKETING, ContactKind.CARE)
KIND_NAMES = {ContactKind.MARKETING: "营销内容", ContactKind.CARE: "关怀问候", ContactKind.SERVICE: "服务消息"}
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_SUFFIX = re.compile(r"(?:维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|特别行政区|地区|省|市|盟)$")
# Beijing time holds everywhere, but here the sun and the shops are two hours later. Cities, for who told only her city.
FAR_WEST = {
    "新疆": (
        "乌鲁木齐", "克拉玛依", "吐鲁番", "哈密", "昌吉", "博尔塔拉", "巴音郭楞", "库尔勒", "阿克苏", "克孜勒苏", "喀什", "和田",
        "伊犁", "伊宁", "塔城", "阿勒泰", "石河子", "阿拉尔", "图木舒克", "五家渠", "北屯", "铁门关", "双河", "可克达拉", "昆玉",
        "胡杨河", "新星",
    ),
    "西藏": ("拉萨", "日喀则", "昌都", "林芝", "山南", "那曲", "阿里"),
}  # fmt: skip
PROVINCE_OF = {city: province for province, cities in FAR_WEST.items() for city in cities}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` contacts in any `days` days, each at least `gap_hours` after the one before."""

    most: int
    days: int
    gap_hours: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet from … until … (Beijing time, over midnight when `begin` is later than `end`; never when they are equal)."""

    begin: time
    end: time

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in the quiet hours."""
        at = moment.astimezone(clock.SHANGHAI).time()
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def over(self, moment: datetime) -> datetime:
        """The first moment from then on that is not quiet."""
        if not self.holds(moment):
            return moment
        local = moment.astimezone(clock.SHANGHAI)
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return clock.at(day, self.end.hour, self.end.minute)

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class ContactRules:
    """A brand's rules of contacting (policy topic "contact"). `places` names provinces or cities with other quiet hours."""

    quiet: Quiet
    places: Mapping[str, Quiet]
    limits: Mapping[ContactKind, Limit]

    def quiet_at(self, province: str, city: str) -> Quiet:
        """The quiet hours where she lives: her city's, else her province's, else everybody's."""
        city, province = place_name(city), place_name(province)
        named = (self.places.get(place) for place in (city, province, PROVINCE_OF.get(city, "")) if place)
        return next((quiet for quiet in named if quiet is not None), self.quiet)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one customer: her contacts by kind as (moment, guide), and when she last addressed us herself."""

    consent: Consent
    province: str = ""
    city: str = ""
    contacts: Mapping[ContactKind, Sequence[tuple[datetime, int | None]]] = field(default_factory=dict)
    sign_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a customer may not be contacted, in Chinese, and when she may be (None: not before she says so herself).

    `rule` is unknown, consent, quiet, gap or most.
    """

    rule: str
    reason: str
    allowed_at: datetime | None = None

    @property
    def text(self) -> str:
        """The reason with the time."""
        return self.reason if self.allowed_at is None else f"{self.reason}，{moment_words(self.allowed_at)} 以后可以"

    def told(self, now: datetime) -> str:
        """The reason with the time as one says it now: 今天 14:00, 明天 08:30, 11月25日 08:30."""
        if self.allowed_at is None:
            return self.reason
        days = (clock.day_of(self.allowed_at) - clock.day_of(now)).days
        local = self.allowed_at.astimezone(clock.SHANGHAI)
        when = f"{'明天' if days else '今天'} {local:%H:%M}" if 0 <= days <= 1 else moment_words(self.allowed_at)
        return f"{self.reason}，{when} 以后可以"


UNKNOWN = Refusal("unknown", "没有这位客户，或资料已按本人的要求删除")
CONSENT_REFUSALS = {
    Consent.SERVICE_ONLY: Refusal("consent", "客户只收服务消息，不要发活动、新品和问候"),
    Consent.NONE: Refusal("consent", "客户的意愿是“都不接收”，请不要主动联系"),
}


def place_name(name: str) -> str:
    """新疆维吾尔自治区 → 新疆, 喀什地区 → 喀什, 上海市 → 上海."""
    return _SUFFIX.sub("", name.strip())


def moment_words(moment: datetime) -> str:
    """11月23日 08:30, in Beijing time."""
    local = moment.astimezone(clock.SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def conversations(contacts: Iterable[tuple[datetime, int | None]]) -> list[tuple[datetime, int | None]]:
    """The beginnings of the conversations, the newest first: what one guide says within two hours is one."""
    begun: list[tuple[datetime, int | None]] = []
    last: dict[int | None, datetime] = {}
    for at, staff_id in sorted(contacts, key=lambda contact: contact[0]):
        if staff_id is None or staff_id not in last or at - last[staff_id] > CONVERSATION:
            begun.append((at, staff_id))
        last[staff_id] = at
    return begun[::-1]


def _is_going_on(standing: Standing, kind: ContactKind, at: datetime, staff_id: int | None) -> bool:
    """She addressed us just now, or this guide is in a conversation with her.

    An answer may be only her guide's word that she was asked: words of service do not open the door for what sells.
    """
    if standing.sign_at is not None and at - CONVERSATION <= standing.sign_at <= at:
        return True
    counts = LIMITED if kind == ContactKind.MARKETING else tuple(ContactKind)
    said = (moment for one in counts for moment, by in standing.contacts.get(one, ()) if by is not None and by == staff_id)
    return any(at - CONVERSATION <= moment <= at for moment in said)


def _too_often(limit: Limit, begun: Sequence[tuple[datetime, int | None]], kind: ContactKind, at: datetime) -> Refusal | None:
    """The rule that keeps her waiting longest."""
    found: list[Refusal] = []
    past = [moment for moment, _ in begun if moment <= at]
    if past and past[0] + timedelta(hours=limit.gap_hours) > at:
        why = f"{moment_words(past[0])} 刚有同事发过{KIND_NAMES[kind]}"
        found.append(Refusal("gap", why, past[0] + timedelta(hours=limit.gap_hours)))
    if len(past) >= limit.most and past[limit.most - 1] + timedelta(days=limit.days) > at:
        why = f"{limit.days} 天内已发过 {limit.most} 次{KIND_NAMES[kind]}（全品牌合计）"
        found.append(Refusal("most", why, past[limit.most - 1] + timedelta(days=limit.days)))
    return max(found, key=lambda refusal: (refusal.allowed_at or at, refusal.rule), default=None)


def refusal(
    rules: ContactRules, standing: Standing, kind: ContactKind, at: datetime, staff_id: int | None = None
) -> Refusal | None:
    """Why she may not get a contact of this kind at this moment; None when she may. `staff_id`: the guide who would send it."""
    if kind == ContactKind.SERVICE:
        answers = standing.sign_at is not None and at - ANSWERABLE <= standing.sign_at
        return CONSENT_REFUSALS[Consent.NONE] if standing.consent == Consent.NONE and not answers else None
    if standing.consent != Consent.ALL:
        return CONSENT_REFUSALS[Consent(standing.consent)]
    if _is_going_on(standing, kind, at, staff_id):
        return None
    quiet, limit = rules.quiet_at(standing.province, standing.city), rules.limits[kind]
    waits = _too_often(limit, conversations(standing.contacts.get(kind, ())), kind, at)
    if waits is not None:
        return Refusal(waits.rule, waits.reason, quiet.over(waits.allowed_at or at))
    if quiet.holds(at):
        return Refusal("quiet", f"现在是休息时间（{quiet}）", quiet.over(at))
    return None


def default_body() -> dict[str, Any]:
    """The rules a brand begins with."""
    return {
        "quiet_from": "21:30", "quiet_until": "08:30", "places": {"新疆": ["23:30", "10:30"], "西藏": ["23:00", "10:00"]},
        "marketing_most": 2, "marketing_days": 7, "marketing_gap": 48, "care_most": 4, "care_days": 7, "care_gap": 20,
    }  # fmt: skip


def rules_of(body: Mapping[str, Any]) -> ContactRules:
    """The rules a checked body says; what it does not name stands as it began."""
    whole = default_body() | dict(body)
    limits = {kind: Limit(whole[f"{kind}_most"], whole[f"{kind}_days"], whole[f"{kind}_gap"]) for kind in LIMITED}
    places = {place_name(name): _quiet(*window) for name, window in whole["places"].items()}
    return ContactRules(_quiet(whole["quiet_from"], whole["quiet_until"]), places, limits)


def _quiet(begin: str, end: str) -> Quiet:
    return Quiet(time.fromisoformat(begin), time.fromisoformat(end))


def body_problems(body: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a body, field by field, in Chinese; empty when it may hold."""
    whole = default_body() | dict(body)
    problems = {name: "请写成 21:30 这样的时间" for name in ("quiet_from", "quiet_until") if not _is_clock(whole[name])}
    for kind in LIMITED:
        for name, most, what in (("most", MOST_TIMES, "次数"), ("days", MOST_DAYS, "天数"), ("gap", MOST_GAP, "小时数")):
            least = 0 if name == "gap" else 1
            if not _is_whole(whole[f"{kind}_{name}"], least, most):
                problems[f"{kind}_{name}"] = f"{what}应是 {least} 到 {most} 之间的整数"
    if problem := _places_problem(whole["places"]):
        problems["places"] = problem
    return problems | {name: "没有这一项" for name in body if name not in default_body()}


def _is_clock(value: object) -> bool:
    return isinstance(value, str) and _CLOCK.fullmatch(value) is not None


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _places_problem(places: object) -> str:
    if not isinstance(places, dict) or len(places) > MOST_PLACES:
        return f"最多 {MOST_PLACES} 个地方"
    for name, window in places.items():
        if not place_name(name) or len(name) > 20:
            return "每行先写省份或城市，例如：新疆 23:30-10:30"
        if not isinstance(window, list) or len(window) != 2 or not all(_is_clock(one) for one in window):
            return f"“{name}”这一行的时间请写成 23:30-10:30"
    return ""
