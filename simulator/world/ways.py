"""Contact ways (「联系我」): codes a customer scans to add a member."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ContactWay:
    """type 1 one member, 2 several; scene 1 mini program, 2 QR code."""

    config_id: str
    type: int
    scene: int
    created_at: int
    style: int = 1
    remark: str = ""
    skip_verify: bool = True
    state: str = ""
    user: list[str] = field(default_factory=list)
    party: list[int] = field(default_factory=list)
    is_temp: bool = False
    expires_in: int = 604800
    chat_expires_in: int = 86400
    unionid: str = ""
    is_exclusive: bool = False
    mark_source: bool = True
    conclusions: dict[str, Any] = field(default_factory=dict)
    scans: int = 0
    agentid: int = 0


@dataclass(slots=True)
class TempChat:
    """A 临时会话 that is open; what is said at its end was settled when it began."""

    userid: str
    external_userid: str
    config_id: str
    ends_at: float
    conclusions: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ContactWays:
    """`chats` by member and customer; `temp_made` counts temporary ways per natural day (its midnight)."""

    by_id: dict[str, ContactWay] = field(default_factory=dict)
    chats: dict[str, TempChat] = field(default_factory=dict)
    temp_made: dict[int, int] = field(default_factory=dict)

    def find(self, config_id: str) -> ContactWay | None:
        return self.by_id.get(config_id)

    def find_state(self, state: str) -> ContactWay | None:
        return next((way for way in self.by_id.values() if way.state == state), None)

    def keep_chat(self, chat: TempChat) -> None:
        self.chats[f"{chat.userid.lower()}|{chat.external_userid}"] = chat

    def forget_chat(self, chat: TempChat) -> None:
        self.chats.pop(f"{chat.userid.lower()}|{chat.external_userid}", None)

    def find_chat(self, userid: str, external_userid: str) -> TempChat | None:
        return self.chats.get(f"{userid.lower()}|{external_userid}")
