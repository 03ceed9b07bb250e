"""企业群发: what apps (and members themselves) want sent, and how far each member has come with it."""

from dataclasses import dataclass, field
from typing import Any

UNSENT, SENT, NOT_A_FRIEND, OVER_THE_LIMIT = 0, 1, 2, 3


@dataclass(slots=True)
class MemberTask:
    """One member's part. Targets stand in one text, a line each: a brand-wide send has millions of them.

    `statuses` has a byte per target (empty: nothing is sent yet); `sent_at` is 0 until she confirms.
    """

    userid: str
    lines: str = ""
    statuses: bytes = b""
    sent_at: int = 0

    @property
    def targets(self) -> list[str]:
        return self.lines.split("\n") if self.lines else []

    @property
    def count(self) -> int:
        return self.lines.count("\n") + 1 if self.lines else 0

    def aim(self, targets: list[str]) -> None:
        self.lines, self.statuses = "\n".join(targets), b""

    def status_of(self, position: int) -> int:
        return self.statuses[position] if self.statuses else UNSENT


@dataclass(slots=True)
class GroupSend:
    """chat_type single (customers) or group; create_type 0 by the corp (an app), 1 by a member for herself.

    `tag_groups`: tags that must be met, one of each inner list. `waiting`: members whose customers are not gone through
    yet. `ready_at`: before this moment the records answer 41063. `owner_chooses`: groups without a list.
    """

    msgid: str
    chat_type: str
    created_at: int
    text: str
    attachments: list[dict[str, Any]] = field(default_factory=list)
    create_type: int = 0
    creator: str = ""
    agentid: int = 0
    allow_select: bool = False
    owner_chooses: bool = False
    tag_groups: list[list[str]] = field(default_factory=list)
    tasks: dict[str, MemberTask] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    ready_at: float = 0.0
    cancelled: bool = False
    reminders: list[int] = field(default_factory=list)


@dataclass(slots=True)
class GroupSends:
    """`received`: when each customer or group got one, for the limits; `own_sent`: who wrote to whom by herself on `own_day`."""

    by_id: dict[str, GroupSend] = field(default_factory=dict)
    received: dict[str, list[int]] = field(default_factory=dict)
    own_day: int = 0
    own_sent: dict[str, int] = field(default_factory=dict)
    _of_member: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False)
    _waiting: dict[str, GroupSend] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for send in self.by_id.values():
            self._enter(send)

    def find(self, msgid: str) -> GroupSend | None:
        return self.by_id.get(msgid)

    def add(self, send: GroupSend) -> None:
        self.by_id[send.msgid] = send
        self._enter(send)

    def give(self, send: GroupSend, userid: str, targets: list[str]) -> MemberTask:
        """Another member's part of a send, new or already added."""
        task = MemberTask(userid)
        task.aim(targets)
        send.tasks[userid.lower()] = task
        if send.msgid in self.by_id:
            self._of_member.setdefault(userid.lower(), []).append(send.msgid)
        return task

    def of_member(self, userid: str) -> list[GroupSend]:
        """Newest first."""
        return [self.by_id[each] for each in reversed(self._of_member.get(userid.lower(), []))]

    def unfinished(self) -> list[GroupSend]:
        """Sends whose members are still being worked out."""
        self._waiting = {msgid: send for msgid, send in self._waiting.items() if send.waiting}
        return list(self._waiting.values())

    def _enter(self, send: GroupSend) -> None:
        for userid in send.tasks:
            self._of_member.setdefault(userid, []).append(send.msgid)
        if send.waiting:
            self._waiting[send.msgid] = send
