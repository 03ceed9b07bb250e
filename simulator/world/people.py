"""The corp's tree: departments, members and member tags (通讯录); decides nothing about who may see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ROOT = 1


@dataclass(slots=True)
class Department:
    id: int
    name: str
    parentid: int
    order: int = 0
    leaders: list[str] = field(default_factory=list)
    name_en: str = ""


@dataclass(slots=True)
class Member:
    """`departments`, `is_leader` and `orders` stand side by side. status: 1 active, 2 disabled, 4 not active, 5 left.
    `licensed` is the 接口许可 (without one no app messages arrive), `chosen_main` the main department when one was named."""

    userid: str
    name: str
    departments: list[int]
    is_leader: list[int] = field(default_factory=list)
    position: str = ""
    mobile: str = ""
    gender: str = "0"
    email: str = ""
    avatar: str = ""
    alias: str = ""
    status: int = 1
    direct_leader: list[str] = field(default_factory=list)
    customer_contact: bool = True
    licensed: bool = True
    biz_mail: str = ""
    telephone: str = ""
    address: str = ""
    external_position: str = ""
    orders: list[int] = field(default_factory=list)
    chosen_main: int = 0
    extattr: dict[str, Any] = field(default_factory=dict)
    external_profile: dict[str, Any] = field(default_factory=dict)

    @property
    def main_department(self) -> int:
        if self.chosen_main in self.departments:
            return self.chosen_main
        return self.departments[0] if self.departments else ROOT


@dataclass(slots=True)
class MemberTag:
    """`maker` is the agentid of the app that made it, 0 for the administrator and 通讯录同步."""

    tagid: int
    tagname: str
    users: list[str] = field(default_factory=list)
    parties: list[int] = field(default_factory=list)
    maker: int = 0


@dataclass(slots=True)
class People:
    """Members are keyed by lower-case userid, as the platform compares them. `version` moves with every change."""

    departments: dict[int, Department] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    tags: dict[int, MemberTag] = field(default_factory=dict)
    version: int = 0
    _inside: dict[int, dict[str, Member]] = field(default_factory=dict, init=False, repr=False)
    _children: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for department in self.departments.values():
            self._children.setdefault(department.parentid, []).append(department.id)
        for member in self.members.values():
            self._enter(member)

    def find(self, userid: str) -> Member | None:
        return self.members.get(userid.lower())

    def add_department(self, department: Department) -> None:
        self.departments[department.id] = department
        self._children.setdefault(department.parentid, []).append(department.id)
        self.version += 1

    def move_department(self, department: Department, parentid: int) -> None:
        self._children[department.parentid].remove(department.id)
        department.parentid = parentid
        self._children.setdefault(parentid, []).append(department.id)
        self.version += 1

    def remove_department(self, department: Department) -> None:
        self._children[department.parentid].remove(department.id)
        del self.departments[department.id]
        self.version += 1

    def children(self, department_id: int) -> list[int]:
        return self._children.get(department_id, [])

    def tree(self, department_id: int) -> Iterator[int]:
        """The department and everything under it, parents first."""
        waiting = [department_id]
        while waiting:
            current = waiting.pop(0)
            yield current
            waiting.extend(self.children(current))

    def add(self, member: Member) -> None:
        if not member.is_leader:
            member.is_leader = [0] * len(member.departments)
        self.members[member.userid.lower()] = member
        self._enter(member)
        self.version += 1

    def move(self, member: Member, departments: list[int]) -> None:
        self._leave(member)
        member.departments = departments
        member.is_leader, member.orders = [0] * len(departments), []
        self._enter(member)
        self.version += 1

    def remove(self, member: Member) -> None:
        self._leave(member)
        del self.members[member.userid.lower()]
        self.version += 1

    def inside(self, department_id: int) -> list[Member]:
        """Members directly in one department."""
        return list(self._inside.get(department_id, {}).values())

    def below(self, department_id: int) -> dict[str, Member]:
        """Members of the department and of everything under it, by lower-case userid."""
        found: dict[str, Member] = {}
        for each in self.tree(department_id):
            found.update(self._inside.get(each, {}))
        return found

    def tagged(self, tagid: int) -> list[str]:
        """Lower-case userids of a member tag: its members, and those of its departments with everything under them."""
        tag = self.tags.get(tagid)
        if tag is None:
            return []
        found = {userid.lower(): None for userid in tag.users if userid.lower() in self.members}
        for party in tag.parties:
            found |= dict.fromkeys(self.below(party) if party in self.departments else ())
        return list(found)

    def depth(self, department_id: int) -> int:
        """How many levels down a department stands; the root is 1."""
        level = 1
        while department_id != ROOT:
            department_id, level = self.departments[department_id].parentid, level + 1
        return level

    def _enter(self, member: Member) -> None:
        for department_id in member.departments:
            self._inside.setdefault(department_id, {})[member.userid.lower()] = member

    def _leave(self, member: Member) -> None:
        for department_id in member.departments:
            self._inside.get(department_id, {}).pop(member.userid.lower(), None)
