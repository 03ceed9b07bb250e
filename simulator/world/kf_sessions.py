"""微信客服 sessions: one customer at one account, its state and the chat as both see it (DOC 94669)."""

from dataclasses import dataclass, field
from typing import Any

# service_state: 未处理, 由智能助手接待, 待接入池排队中, 由人工接待, 已结束/未开始
UNTREATED, ASSISTANT, POOL, HUMAN, OVER = range(5)
SESSION_LIFE = 48 * 3600
KEEP_LINES = 1_000


@dataclass(slots=True)
class KfLine:
    """sender: customer, api, servicer, system. `failed` is the fail_type of a message that never arrived."""

    id: int
    msgid: str
    at: float
    sender: str
    msgtype: str
    body: dict[str, Any]
    servicer_userid: str = ""
    recalled: bool = False
    failed: int = -1


@dataclass(slots=True)
class KfSession:
    """One customer at one account. `round` counts sessions, `greeted` the states whose reply code was given in this one,
    `sends` API messages since she last wrote, `served` who ever served her, `upgrade` the recommendation that stands."""

    open_kfid: str
    external_userid: str
    state: int = OVER
    servicer: str = ""
    round: int = 0
    greeted: list[int] = field(default_factory=list)
    asked_at: float = 0.0
    active_at: float = 0.0
    entered_at: float = 0.0
    welcomed_at: float = 0.0
    sends: int = 0
    context: dict[str, Any] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    refuses_kf: bool = False
    refused_by: str = ""
    upgrade: dict[str, Any] = field(default_factory=dict)
    lines: list[KfLine] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.open_kfid}|{self.external_userid}"

    @property
    def remembered(self) -> bool:
        """Something about the two outlives the talk: a refusal, a recommendation."""
        return bool(self.refuses_kf or self.refused_by or self.upgrade)

    def keep(self, line: KfLine) -> None:
        self.lines.append(line)
        if len(self.lines) > KEEP_LINES + 100:
            del self.lines[:100]

    def find_line(self, msgid: str) -> KfLine | None:
        return next((each for each in reversed(self.lines) if each.msgid == msgid), None)
