"""Members' WeCom clients as far as web pages meet them: accepted JS configurations, calls made, what they will do next."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEEP_CALLS = 5_000


@dataclass(frozen=True, slots=True)
class PageConfig:
    """An accepted agentConfig (agentid) or config (agentid None) of one page; the key of later calls."""

    userid: str
    agentid: int | None
    timestamp: str
    nonce: str
    signature: str
    origin: str
    names: frozenset[str]


@dataclass(slots=True)
class Windows:
    configs: dict[tuple[str, str], PageConfig] = field(default_factory=dict)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEEP_CALLS))
    cancel_next_send: set[str] = field(default_factory=set)

    def accept(self, config: PageConfig) -> None:
        self.configs[config.userid.lower(), config.signature] = config
        if len(self.configs) > 10_000:
            del self.configs[next(iter(self.configs))]

    def find(self, userid: str, signature: str) -> PageConfig | None:
        return self.configs.get((userid.lower(), signature))

    def clear(self) -> None:
        self.configs.clear()
        self.calls.clear()
        self.cancel_next_send.clear()
