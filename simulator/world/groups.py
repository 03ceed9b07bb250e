"""Customer groups (客户群): who is in them, what was said, how their figures came about; sends and checks nothing."""

from dataclasses import dataclass, field
from typing import Any

from simulator.days import midnight
from simulator.world.group_days import GroupDays
from simulator.world.group_welcomes import GroupWelcomes
from simulator.world.join_ways import JoinWays

KEEP_PER_GROUP = 1_000
MEMBER, CUSTOMER, SYSTEM = 1, 2, 0
# status of a group: 0 normal ─owner resigns─▶ 1 ─assigned─▶ 2 being taken over ─▶ 3 taken over (DOC 92120)
NORMAL, ORPHAN, MOVING, MOVED = 0, 1, 2, 3


@dataclass(slots=True)
class GroupPerson:
    """type 1 member, 2 customer; join_scene 1 invited, 2 by an invitation link, 3 by QR code. `invitor` is a userid."""

    id: str
    type: int
    join_time: int
    join_scene: int = 1
    invitor: str = ""
    group_nickname: str = ""
    state: str = ""

    @property
    def key(self) -> str:
        return self.id.lower() if self.type == MEMBER else self.id


@dataclass(slots=True)
class GroupMessage:
    """sender_type 1 member, 2 customer, 0 the system. via: client, sidebar, welcome, group_send."""

    id: int
    at: float
    sender: str
    sender_type: int
    msgtype: str
    body: dict[str, Any]
    via: str = "client"


@dataclass(slots=True)
class Group:
    """`people` by their key, `handed` when it changed hands on the job, `waiting` customers nobody has welcomed."""

    chat_id: str
    opengid: str
    name: str
    owner: str
    create_time: int
    member_version: str
    people: dict[str, GroupPerson] = field(default_factory=dict)
    notice: str = ""
    admins: list[str] = field(default_factory=list)
    status: int = NORMAL
    dismissed: bool = False
    handed: list[int] = field(default_factory=list)
    welcome_id: str = ""
    waiting: list[str] = field(default_factory=list)

    def find(self, id: str) -> GroupPerson | None:
        """A person by userid or external_userid."""
        return self.people.get(id) or self.people.get(id.lower())

    def of_type(self, kind: int) -> list[GroupPerson]:
        return [each for each in self.people.values() if each.type == kind]


@dataclass(slots=True)
class Takeover:
    """A resigned owner's group on its way to somebody else."""

    new_owner: str
    due_at: float


@dataclass(slots=True)
class HandedOver:
    """How many groups of one owner were given away on one day."""

    day: int
    count: int


@dataclass(slots=True)
class Groups:
    by_id: dict[str, Group] = field(default_factory=dict)
    lines: dict[str, list[GroupMessage]] = field(default_factory=dict)
    last_line: int = 0
    ways: JoinWays = field(default_factory=JoinWays)
    welcomes: GroupWelcomes = field(default_factory=GroupWelcomes)
    days: GroupDays = field(default_factory=GroupDays)
    takeovers: dict[str, Takeover] = field(default_factory=dict)
    handed_over: dict[str, HandedOver] = field(default_factory=dict)
    _of: dict[str, dict[str, Group]] = field(default_factory=dict, init=False, repr=False)
    _opengids: dict[str, Group] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for group in self.by_id.values():
            self._opengids[group.opengid] = group
            for key in () if group.dismissed else group.people:
                self._of.setdefault(key, {})[group.chat_id] = group

    def find(self, chat_id: str) -> Group | None:
        """Dismissed ones too: the platform says of them that they are."""
        return self.by_id.get(chat_id)

    def find_opengid(self, opengid: str) -> Group | None:
        return self._opengids.get(opengid)

    def of_member(self, userid: str) -> list[Group]:
        """Living groups she is in, hers or not."""
        return list(self._of.get(userid.lower(), {}).values())

    def of_customer(self, external_userid: str) -> list[Group]:
        return list(self._of.get(external_userid, {}).values())

    def owned_by(self, userid: str) -> list[Group]:
        return [each for each in self.of_member(userid) if each.owner.lower() == userid.lower()]

    def open(self, group: Group) -> None:
        """Take in a new group with whoever stands in it already."""
        self.by_id[group.chat_id] = group
        self._opengids[group.opengid] = group
        day = self.days.of(group.owner, group.create_time)
        day.new_chats += 1
        day.chats += 1
        day.new_members += len(group.people)
        day.members += len(group.people)
        for key in group.people:
            self._of.setdefault(key, {})[group.chat_id] = group

    def enter(self, group: Group, person: GroupPerson) -> None:
        group.people[person.key] = person
        self._of.setdefault(person.key, {})[group.chat_id] = group
        day = self.days.of(group.owner, person.join_time)
        day.new_members += 1
        day.members += 1

    def leave(self, group: Group, person: GroupPerson, at: float) -> None:
        del group.people[person.key]
        self._of.get(person.key, {}).pop(group.chat_id, None)
        group.admins = [each for each in group.admins if each.lower() != person.key]
        group.waiting = [each for each in group.waiting if each != person.id]
        self.days.of(group.owner, at).members -= 1

    def close(self, group: Group, at: float) -> None:
        group.dismissed = True
        self.takeovers.pop(group.chat_id, None)
        day = self.days.of(group.owner, at)
        day.chats -= 1
        day.members -= len(group.people)
        for key in group.people:
            self._of.get(key, {}).pop(group.chat_id, None)

    def give(self, group: Group, new_owner: str, at: float) -> None:
        """Another owner; the totals go with the group. She must be in it already."""
        before, after = self.days.of(group.owner, at), self.days.of(new_owner, at)
        before.chats -= 1
        before.members -= len(group.people)
        group.owner = new_owner
        after.chats += 1
        after.members += len(group.people)
        group.admins = [each for each in group.admins if each.lower() != new_owner.lower()]

    def count_handed(self, owner: str, at: float) -> int:
        """Groups of this owner given away on the day of `at` so far."""
        known = self.handed_over.get(owner.lower())
        return known.count if known and known.day == midnight(at) else 0

    def note_handed(self, owner: str, at: float) -> None:
        self.handed_over[owner.lower()] = HandedOver(midnight(at), self.count_handed(owner, at) + 1)

    def lines_of(self, chat_id: str) -> list[GroupMessage]:
        return self.lines.get(chat_id, [])

    def add_line(
        self, group: Group, at: float, sender: str, sender_type: int, msgtype: str, body: dict[str, Any], via: str = "client"
    ) -> GroupMessage:
        self.last_line += 1
        message = GroupMessage(self.last_line, at, sender, sender_type, msgtype, body, via)
        lines = self.lines.setdefault(group.chat_id, [])
        lines.append(message)
        if len(lines) > KEEP_PER_GROUP:
            del lines[:100]
        if sender_type != SYSTEM:
            said, key = self.days.of(group.owner, at).said, f"{group.chat_id}|{sender}"
            said[key] = said.get(key, 0) + 1
        return message
