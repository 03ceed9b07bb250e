"""Members' WeCom clients as far as web pages meet them: accepted JS configurations, calls made, what each will do next."""

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

KEEP_CALLS = 5_000
KEEP_CONFIGS = 10_000
KEEP_NAVIGATIONS = 200
NEWEST = "4.1.36"
# 上海徐家汇
HERE = {"latitude": 31.1956, "longitude": 121.4368}


@dataclass(frozen=True, slots=True)
class PageConfig:
    """An accepted agentConfig (agentid) or config (agentid None) of one page; the key of later calls until `expires_at`."""

    userid: str
    agentid: int | None
    timestamp: str
    nonce: str
    signature: str
    page: str
    names: frozenset[str]
    expires_at: float


def _living(config: PageConfig | None, now: float) -> PageConfig | None:
    return config if config and config.expires_at > now else None


@dataclass(slots=True)
class Navigation:
    """Where a page sent the client: `to` chat, group, kf, profile, group_send …; `details` name whom and carry drafts."""

    id: int
    at: float
    name: str
    to: str
    details: dict[str, Any]
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "at": self.at, "name": self.name, "to": self.to, "done": self.done, **self.details}


@dataclass(slots=True)
class Client:
    """One member's client. `selection` answers the next picker (none: she cancels it); `share` what she does with the next
    share window: open (leaves it to a person), confirm or cancel."""

    cancel_next_send: bool = False
    selection: dict[str, Any] | None = None
    share: str = "open"
    version: str = NEWEST
    check_as_text: bool = False
    location: dict[str, float] = field(default_factory=lambda: dict(HERE))
    clipboard: str = ""
    moments: dict[str, str] = field(default_factory=dict)
    navigations: deque[Navigation] = field(default_factory=lambda: deque(maxlen=KEEP_NAVIGATIONS))


@dataclass(slots=True)
class Windows:
    configs: dict[tuple[str, str], PageConfig] = field(default_factory=dict)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEEP_CALLS))
    clients: dict[str, Client] = field(default_factory=dict)
    _apps: dict[tuple[str, str], PageConfig] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def of(self, userid: str) -> Client:
        return self.clients.setdefault(userid.lower(), Client())

    def version(self, userid: str) -> str:
        """The WeCom version her client names in its User-Agent."""
        client = self.clients.get(userid.lower())
        return client.version if client else NEWEST

    def accept(self, config: PageConfig) -> None:
        self.configs[config.userid.lower(), config.signature] = config
        if config.agentid is not None:
            self._apps[config.userid.lower(), config.page] = config
        for book in (self.configs, self._apps):
            if len(book) > KEEP_CONFIGS:
                del book[next(iter(book))]

    def find(self, userid: str, signature: str, now: float) -> PageConfig | None:
        return _living(self.configs.get((userid.lower(), signature)), now)

    def app_of(self, userid: str, page: str, now: float) -> PageConfig | None:
        """The app identity this page got, whichever signature its later calls carry (the old SDK keeps config's)."""
        return _living(self._apps.get((userid.lower(), page)), now)

    def has_corp_config(self, userid: str, page: str, now: float) -> bool:
        own = (each for each in self.configs.values() if each.userid.lower() == userid.lower() and each.expires_at > now)
        return any(each.agentid is None and each.page == page for each in own)

    def go(self, userid: str, at: float, name: str, to: str, details: dict[str, Any]) -> Navigation:
        navigation = Navigation(next(self._ids), at, name, to, details)
        self.of(userid).navigations.append(navigation)
        return navigation

    def clear(self) -> None:
        self.configs.clear()
        self._apps.clear()
        self.calls.clear()
        self.clients.clear()
