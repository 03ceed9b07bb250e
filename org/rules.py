"""Where a department stands, what a member may be, and how long a sync may be silent. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from org.models import DepartmentKind, Role, StaffStatus

ROOT_ID = 1
ROOT_PATH = f"{ROOT_ID}."
NOWHERE = "0."
SHOP_ENDINGS = ("店", "专柜", "门店", "店铺", "专卖", "卖场", "柜台")
REGION_ENDINGS = ("区", "区域", "片区", "战区")
HEADQUARTERS_WORDS = ("总部", "总公司", "职能")
SILENCE = timedelta(minutes=2)
RESUME_WITHIN = timedelta(hours=24)
MACHINES_RESUME_WITHIN = timedelta(hours=1)

STATUS_OF_PLATFORM = {
    1: StaffStatus.ACTIVE,
    2: StaffStatus.DISABLED,
    4: StaffStatus.NOT_ACTIVATED,
    5: StaffStatus.DEPARTED,
}


@dataclass(frozen=True, slots=True)
class Node:
    """A department as the platform tells it; `parent_id` None or unknown hangs it under the root."""

    id: int
    parent_id: int | None
    name: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node ended up. `store_id` is the id of the store's department it belongs to, itself or one above."""

    path: str
    kind: DepartmentKind
    store_id: int | None


def kind_of_department(depth: int, has_children: bool, name: str, store_depth: int = 4) -> DepartmentKind:
    """What stands at this depth (the root is 1) of 总部 → 大区 → 分公司 → 门店.

    Chains without 分公司 have shops higher up: a childless department called …店 is a shop at any depth.
    A childless department right under the root is one of headquarters' own (运营部), unless its name says 区.
    """
    if depth <= 1:
        return DepartmentKind.HEADQUARTERS
    if any(word in name for word in HEADQUARTERS_WORDS) and depth < store_depth:
        return DepartmentKind.HEADQUARTERS
    if depth >= store_depth or (not has_children and name.endswith(SHOP_ENDINGS)):
        return DepartmentKind.STORE
    if depth == 2:
        is_region = has_children or name.endswith(REGION_ENDINGS)
        return DepartmentKind.REGION if is_region else DepartmentKind.HEADQUARTERS
    return DepartmentKind.BRANCH


def places_of(nodes: Iterable[Node], store_depth: int = 4) -> dict[int, Place]:
    """The place of every node. Unknown parents and cycles cannot lose a department: those hang under the root."""
    by_id = {node.id: node for node in nodes}
    children: dict[int, list[int]] = defaultdict(list)
    for node in by_id.values():
        if node.id != ROOT_ID:
            parent = node.parent_id if node.parent_id in by_id and node.parent_id != node.id else None
            children[parent if parent is not None else ROOT_ID].append(node.id)
    places = {ROOT_ID: Place(ROOT_PATH, DepartmentKind.HEADQUARTERS, None)}
    _descend(ROOT_ID, by_id, children, places, store_depth)
    for node_id in sorted(by_id):
        if node_id not in places:
            places[node_id] = _place_under(places[ROOT_ID], by_id[node_id], 2, bool(children[node_id]), store_depth)
            _descend(node_id, by_id, children, places, store_depth)
    return places


def _descend(
    start: int, by_id: Mapping[int, Node], children: Mapping[int, list[int]], places: dict[int, Place], store_depth: int
) -> None:
    waiting = [start]
    while waiting:
        parent = places[waiting[-1]]
        below = children.get(waiting.pop(), [])
        for child in below:
            if child not in places:
                depth = parent.path.count(".") + 1
                places[child] = _place_under(parent, by_id[child], depth, bool(children.get(child)), store_depth)
                waiting.append(child)


def _place_under(parent: Place, node: Node, depth: int, has_children: bool, store_depth: int) -> Place:
    path = f"{parent.path}{node.id}."
    if parent.store_id is not None:
        return Place(path, DepartmentKind.STORE, parent.store_id)
    if parent.kind == DepartmentKind.HEADQUARTERS and parent.path != ROOT_PATH:
        return Place(path, DepartmentKind.HEADQUARTERS, None)
    kind = kind_of_department(depth, has_children, node.name, store_depth)
    return Place(path, kind, node.id if kind == DepartmentKind.STORE else None)


def role_of(kind: DepartmentKind | None, is_leader: bool, is_hq: bool) -> Role:
    """What a member may be. Only leaders manage; who stands nowhere, or leads nothing, is a guide (the least of rights)."""
    if is_hq:
        return Role.HEADQUARTERS
    if is_leader and kind == DepartmentKind.STORE:
        return Role.STORE_MANAGER
    if is_leader and kind in (DepartmentKind.REGION, DepartmentKind.BRANCH):
        return Role.REGIONAL_MANAGER
    return Role.GUIDE


def is_headquarters(userid: str, kind: DepartmentKind | None, named: frozenset[str]) -> bool:
    """Once HQ_USERIDS names people, only they are headquarters; until then everybody standing in a department of it is."""
    return userid in named if named else kind == DepartmentKind.HEADQUARTERS


def scope_path(role: Role, department_path: str | None) -> str:
    """What she may see starts with this path: headquarters sees all, a member without a department nothing."""
    return ROOT_PATH if role == Role.HEADQUARTERS else department_path or NOWHERE


def status_of(number: object, known: StaffStatus | None) -> StaffStatus:
    """The platform's `status`; lists without it (simplelist) leave what is known, and bring the departed back."""
    if isinstance(number, int) and number in STATUS_OF_PLATFORM:
        return STATUS_OF_PLATFORM[number]
    return StaffStatus.ACTIVE if known in (None, StaffStatus.DEPARTED) else known


def is_older_than_leaving(fetched_at: datetime, departed_at: datetime | None) -> bool:
    """Whether the platform was asked before she left. It tells leaving in whole seconds, so the same second counts as before."""
    return departed_at is not None and fetched_at < departed_at + timedelta(seconds=1)


def path_ids(path: str) -> list[int]:
    """The departments on a path, root first."""
    return [int(part) for part in path.split(".") if part]


def is_silent(beat_at: datetime | None, now: datetime) -> bool:
    """Whether a running sync has died: a living one beats at every page, and in between however long a page takes."""
    return beat_at is None or now - beat_at > SILENCE


def may_resume(asked_by: str, created_at: datetime, failed_at: datetime, now: datetime) -> bool:
    """Whether a failed sync goes on from its cursor. A person's retry does, within a day; the platform's word or the nightly job
    ("job:…") only soon after the failure, as what was read before the cursor may have changed meanwhile.
    """
    by_machine = asked_by == "platform" or asked_by.startswith("job:")
    return created_at > now - RESUME_WITHIN and (not by_machine or failed_at > now - MACHINES_RESUME_WITHIN)


def like_words(words: str) -> str:
    """A LIKE pattern for "contains these words", where % and _ are letters like any other."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
