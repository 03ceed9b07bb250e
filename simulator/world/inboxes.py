"""What apps sent to members and what members did in the app's chat; card states are per member."""

from dataclasses import dataclass, field
from typing import Any

KEEP_PER_MEMBER = 2_000
KEEP_SENT = 100_000


@dataclass(slots=True)
class SentMessage:
    """One message/send. `body` is the part named by msgtype, exactly as it came."""

    msgid: str
    at: float
    agentid: int
    msgtype: str
    body: dict[str, Any]
    recipients: list[str]
    response_code: str = ""
    recalled: bool = False


@dataclass(slots=True)
class InboxItem:
    """One member's copy. `dropped`: over 30 a minute, never shown. `card` replaces the body; `button` greys it."""

    msgid: str
    at: float
    dropped: bool = False
    button: str = ""
    card: dict[str, Any] | None = None


@dataclass(slots=True)
class Deed:
    """Something the member did in the app's chat: kind `text`, `image`, `voice`, `video`, `location`, `link`, `enter`,
    `menu`, `card`, `card_menu`, `scan`, or `place` (LOCATION)."""

    at: float
    agentid: int
    kind: str
    body: dict[str, Any]


@dataclass(slots=True)
class Inboxes:
    sent: dict[str, SentMessage] = field(default_factory=dict)
    items: dict[str, list[InboxItem]] = field(default_factory=dict)
    deeds: dict[str, list[Deed]] = field(default_factory=dict)
    delivered: int = 0
    dropped: int = 0
    recent_requests: dict[str, float] = field(default_factory=dict)

    def keep_sent(self, message: SentMessage) -> None:
        self.sent[message.msgid] = message
        if len(self.sent) > KEEP_SENT:
            del self.sent[next(iter(self.sent))]

    def deliver(self, userid: str, item: InboxItem) -> None:
        inbox = self.items.setdefault(userid.lower(), [])
        inbox.append(item)
        self.dropped += item.dropped
        self.delivered += not item.dropped
        if len(inbox) > KEEP_PER_MEMBER + 500:
            del inbox[:500]

    def did(self, userid: str, deed: Deed) -> None:
        mine = self.deeds.setdefault(userid.lower(), [])
        mine.append(deed)
        if len(mine) > KEEP_PER_MEMBER + 500:
            del mine[:500]

    def of(self, userid: str) -> list[InboxItem]:
        return self.items.get(userid.lower(), [])

    def find_item(self, userid: str, msgid: str) -> InboxItem | None:
        return next((item for item in reversed(self.of(userid)) if item.msgid == msgid), None)
