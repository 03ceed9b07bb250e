"""Who is meant: customers found by external_userid, unionid, member number or phone, thousands in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from customers.phones import spellings
from foundation.sealed import SealedText

PHONE, UNIONID = SealedText("customer.phone"), SealedText("customer.unionid")
IDENTITY = {"external_userid": "外部联系人ID", "unionid": "UnionID", "member_no": "会员号", "phone": "手机号"}
UNKNOWN = "没有找到这位客户：可能还没加任何导购，或号码不一样"
# Whoever was merged into another is that other one. Hashing six million customers to find some thousands would be slower,
# and the planner cannot know how many there are in an array.
NO_HASH = text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)")
USUAL = text("SELECT set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)")
# One text with a line for each value: thousands of elements of an array would each be quoted by the driver.
FIND = {
    name: text(f"""
SELECT array_agg(told.place), array_agg(COALESCE(customer.merged_into_id, customer.id))
FROM unnest(string_to_array(:values, chr(10))) WITH ORDINALITY AS told (value, place)
JOIN customer ON customer.{name} = {value}
""")  # noqa: S608  the names are ours
    for name, value in {
        "external_userid": "told.value", "unionid": "decode(told.value, 'hex')", "member_no": "told.value",
        "phone": "decode(told.value, 'hex')",
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """Her id, or why nobody was found; `by` names the identities that speak."""

    customer_id: int | None
    why: str = ""
    by: str = ""


@lru_cache(maxsize=50_000)
def sealed_phone(phone: str) -> bytes:
    """A normal phone as the table holds it; of a row of a file it is asked twice."""
    return PHONE.process_bind_param(phone, None) or b""


def match_customers(session: Session, told: Sequence[Mapping[str, Any]]) -> list[Match]:
    """For each row of identities ({"phone": normal, "member_no": …}) the one customer meant, in the same order."""
    agreed, unsure = find_customers(session, told)
    return [unsure.get(place) or Match(one) for place, one in enumerate(agreed)]


def find_customers(session: Session, told: Sequence[Mapping[str, Any]]) -> tuple[list[int], dict[int, Match]]:
    """The same for many rows: the customer's id at each place, and the match at those places where she is not that plain."""
    session.execute(NO_HASH)
    found = Found(len(told))
    for name in IDENTITY:
        found.add(name, *_ask(session, name, [(place, value) for place, row in enumerate(told) if (value := row.get(name))]))
    agreed = found.agreed
    # A phone written otherwise is looked for only where nothing else said who she is.
    lost = [(place, row["phone"]) for place, row in enumerate(told) if not agreed[place] and row.get("phone")]
    found.add("phone", *_ask(session, "phone", [(place, other) for place, phone in lost for other in spellings(phone)]))
    session.execute(USUAL)
    hits = found.hits([place for place, row in enumerate(told) if agreed[place] < 1 or row.get("external_userid")])
    return agreed, {place: decide(told[place], named) for place, named in hits.items()}


class Found:
    """Who was found by which identity, row by row: `agreed` is the one customer all hits mean, 0 for no hit, -1 for several."""

    def __init__(self, rows: int) -> None:
        self.agreed = [0] * rows
        self._by: list[tuple[str, Sequence[int], Sequence[int]]] = []

    def add(self, name: str, places: Sequence[int], ids: Sequence[int]) -> None:
        """The hits of one identity."""
        self._by.append((name, places, ids))
        agreed = self.agreed
        for place, customer_id in zip(places, ids, strict=True):
            before = agreed[place]
            if before != customer_id:
                agreed[place] = -1 if before else customer_id

    def hits(self, places: Sequence[int]) -> dict[int, dict[str, set[int]]]:
        """Every hit of the rows that need a closer look."""
        chosen: dict[int, dict[str, set[int]]] = {place: {} for place in places}
        if chosen:
            for name, found, ids in self._by:
                for place, customer_id in zip(found, ids, strict=True):
                    if place in chosen:
                        chosen[place].setdefault(name, set()).add(customer_id)
        return chosen


def _ask(session: Session, name: str, asked: Sequence[tuple[int, str]]) -> tuple[list[int], list[int]]:
    """The places in the file and the customers found there."""
    asked = [one for one in asked if one[1].isprintable()]
    if not asked:
        return [], []
    nth, ids = session.execute(FIND[name], {"values": "\n".join(_as_kept(name, [value for _, value in asked]))}).one()
    return [asked[one - 1][0] for one in nth or ()], ids or []


def _as_kept(name: str, values: list[str]) -> list[str]:
    if name == "phone":
        return [sealed_phone(value).hex() for value in values]
    return [(UNIONID.process_bind_param(value, None) or b"").hex() for value in values] if name == "unionid" else values


def decide(told: Mapping[str, Any], hits: Mapping[str, set[int]]) -> Match:
    """The customer all identities that found somebody agree on; an external_userid nobody has is nobody, whatever else."""
    if not hits or (told.get("external_userid") and "external_userid" not in hits):
        return Match(None, UNKNOWN, next((name for name in IDENTITY if told.get(name)), ""))
    agreed = set.intersection(*hits.values()) if len(hits) > 1 else next(iter(hits.values()))
    if len(agreed) == 1:
        return Match(next(iter(agreed)))
    if agreed:
        name = next(iter(hits))
        return Match(None, f"有 {len(agreed)} 位客户是这个{IDENTITY[name]}，请改用外部联系人ID", name)
    return Match(None, f"{_and(hits)}对应的不是同一位客户，请核对", next(iter(hits)))


def _and(names: Iterable[str]) -> str:
    return "和".join(IDENTITY[name] for name in names)
