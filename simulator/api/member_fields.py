"""The fields of a member as 通讯录同步 writes them: read, checked, then put in place at once (DOC 90195, 90197)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.api.call import Call, integer, integers, mapping, strings, text
from simulator.errors import ApiError
from simulator.world.people import Member

MOST_DEPARTMENTS = 100
MOST_NODES = 30_000
HIGHEST = 2**32
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOBILE = re.compile(r"(\+\d{1,4} ?)?[\d-]{5,27}", re.ASCII)
TELEPHONE = re.compile(r"[\d\-+,]{0,32}", re.ASCII)


@dataclass(slots=True)
class Wanted:
    """What the call asks for, already checked; `simple` by attribute of Member, departments None when they stay."""

    simple: dict[str, Any] = field(default_factory=dict)
    departments: list[int] | None = None
    leads: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)


def read(call: Call, own: Member | None) -> Wanted:
    """The fields given; `own` is the member who is changed, None for a new one."""
    wanted = Wanted()
    for key, reader in READERS.items():
        if call.body.get(key) is not None:
            wanted.simple |= reader(call, own)
    if "department" in call.body:
        _read_departments(call, own, wanted)
    return wanted


def put(member: Member, wanted: Wanted) -> None:
    """Everything but the departments, which the tree has to move."""
    for name, value in wanted.simple.items():
        setattr(member, name, value)


def mobile_of(value: str) -> str:
    """A number as it is compared: the +86 of the mainland may be left out."""
    return value.removeprefix("+86").replace(" ", "").replace("-", "")


def _read_departments(call: Call, own: Member | None, wanted: Wanted) -> None:
    people, departments = call.state.people, integers(call.body, "department")
    if not departments:
        raise ApiError(60127)
    if len(departments) > MOST_DEPARTMENTS:
        raise ApiError(60110)
    for each in departments:
        if each not in people.departments:
            raise ApiError(60123)
        if each not in call.world.visibility.departments(people, call.app):
            raise ApiError(60011)
        nodes = len(people.inside(each)) + len(people.children(each))
        if nodes >= MOST_NODES and (own is None or each not in own.departments):
            raise ApiError(81001)
    leads, orders = integers(call.body, "is_leader_in_dept"), integers(call.body, "order")
    if leads and (len(leads) != len(departments) or not set(leads) <= {0, 1}):
        raise ApiError(60132)
    if orders and (len(orders) != len(departments) or not all(0 <= each < HIGHEST for each in orders)):
        raise ApiError(40058)
    wanted.departments = list(dict.fromkeys(departments))
    wanted.leads, wanted.orders = leads or [0] * len(departments), orders or [0] * len(departments)


def _name(call: Call, own: Member | None) -> dict[str, Any]:
    name = text(call.body, "name")
    if not 1 <= len(name) <= 64:
        raise ApiError(60112)
    return {"name": name}


def _mobile(call: Call, own: Member | None) -> dict[str, Any]:
    """A member who is active changes it herself: then it is ignored."""
    mobile = text(call.body, "mobile")
    if mobile and not MOBILE.fullmatch(mobile):
        raise ApiError(60103)
    if own is not None and own.status == 1:
        return {}
    _unlike_others(call, own, "mobile", mobile, 60104, mobile_of)
    return {"mobile": mobile}


def _email(key: str) -> Callable[[Call, Member | None], dict[str, Any]]:
    def reader(call: Call, own: Member | None) -> dict[str, Any]:
        email = text(call.body, key)
        if email and (not 6 <= len(email.encode()) <= 64 or not ADDRESS.fullmatch(email)):
            raise ApiError(60105)
        _unlike_others(call, own, key, email, 60106, str.lower)
        return {key: email}

    return reader


def _unlike_others(call: Call, own: Member | None, attribute: str, value: str, code: int, compared: Callable[[str], str]) -> None:
    others = call.state.people.members.values()
    if value and any(each is not own and compared(getattr(each, attribute)) == compared(value) for each in others):
        raise ApiError(code)


def _words(key: str, most: int) -> Callable[[Call, Member | None], dict[str, Any]]:
    return lambda call, own: {key: text(call.body, key, max_chars=most)}


def _telephone(call: Call, own: Member | None) -> dict[str, Any]:
    telephone = text(call.body, "telephone")
    if not TELEPHONE.fullmatch(telephone):
        raise ApiError(40058)
    return {"telephone": telephone}


def _gender(call: Call, own: Member | None) -> dict[str, Any]:
    gender = call.body["gender"]
    if gender not in ("0", "1", "2", 0, 1, 2) or isinstance(gender, bool):
        raise ApiError(40058)
    return {"gender": str(gender)}


def _leader(call: Call, own: Member | None) -> dict[str, Any]:
    leaders = strings(call.body, "direct_leader")
    if len(leaders) > 1:
        raise ApiError(40058)
    if any(call.world.member(each) is None for each in leaders):
        raise ApiError(60111)
    return {"direct_leader": leaders}


def _enable(call: Call, own: Member | None) -> dict[str, Any]:
    """0 disables; 1 brings a disabled member back to where she was, active."""
    enable = integer(call.body, "enable")
    if enable not in (0, 1):
        raise ApiError(40058)
    if not enable:
        return {"status": 2}
    return {"status": 1} if own is not None and own.status == 2 else {}


def _avatar(call: Call, own: Member | None) -> dict[str, Any]:
    media = call.state.files.find_alive(text(call.body, "avatar_mediaid"), call.world.now)
    if media is None or media.type != "image":
        raise ApiError(40007)
    return {"avatar": f"{call.world.base_url}/files/media/{media.media_id}"}


def _main(call: Call, own: Member | None) -> dict[str, Any]:
    """One of the member's departments."""
    main = integer(call.body, "main_department")
    mine = integers(call.body, "department") or (own.departments if own else [])
    if main not in mine:
        raise ApiError(60123)
    return {"chosen_main": main}


def _object(key: str) -> Callable[[Call, Member | None], dict[str, Any]]:
    return lambda call, own: {key: mapping(call.body, key)}


READERS: dict[str, Callable[[Call, Member | None], dict[str, Any]]] = {
    "name": _name, "mobile": _mobile, "email": _email("email"), "biz_mail": _email("biz_mail"),
    "alias": _words("alias", 64), "position": _words("position", 128), "telephone": _telephone,
    "address": _words("address", 128), "external_position": _words("external_position", 12), "gender": _gender,
    "direct_leader": _leader, "enable": _enable, "avatar_mediaid": _avatar, "main_department": _main,
    "extattr": _object("extattr"), "external_profile": _object("external_profile"),
}  # fmt: skip
