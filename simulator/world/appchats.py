"""Group chats an app made for members (应用群聊) and what it sent there; no customer is ever in one."""

from dataclasses import dataclass, field
from typing import Any

KEEP_PER_CHAT = 1_000


@dataclass(slots=True)
class AppChatMessage:
    """`missed` are the members over their own limit: nothing was shown to them."""

    id: int
    at: float
    msgtype: str
    body: dict[str, Any]
    missed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AppChat:
    """Members by userid as their contacts spell it; `maker` is the agentid of the app."""

    chatid: str
    name: str
    owner: str
    userlist: list[str]
    maker: int
    messages: list[AppChatMessage] = field(default_factory=list)


@dataclass(slots=True)
class AppChats:
    by_id: dict[str, AppChat] = field(default_factory=dict)
    last_id: int = 0

    def say(self, chat: AppChat, at: float, msgtype: str, body: dict[str, Any], missed: list[str]) -> None:
        self.last_id += 1
        chat.messages.append(AppChatMessage(self.last_id, at, msgtype, body, missed))
        del chat.messages[:-KEEP_PER_CHAT]
