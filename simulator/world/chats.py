"""Conversations between a guide and a customer, as both phones show them."""

from dataclasses import dataclass, field
from typing import Any

KEEP_PER_CHAT = 1_000


@dataclass(slots=True)
class ChatMessage:
    """sender: guide, customer, system. via: client, sidebar, welcome, group_send, transfer."""

    id: int
    at: float
    sender: str
    msgtype: str
    body: dict[str, Any]
    via: str = "client"


@dataclass(slots=True)
class Chats:
    lines: dict[str, list[ChatMessage]] = field(default_factory=dict)
    last_id: int = 0

    @staticmethod
    def key(userid: str, external_userid: str) -> str:
        return f"{userid.lower()}|{external_userid}"

    def of(self, userid: str, external_userid: str) -> list[ChatMessage]:
        return self.lines.get(self.key(userid, external_userid), [])

    def add(self, userid: str, external_userid: str, message: ChatMessage) -> None:
        lines = self.lines.setdefault(self.key(userid, external_userid), [])
        lines.append(message)
        if len(lines) > KEEP_PER_CHAT + 100:
            del lines[:100]

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id
