"""One WeixinJSBridge.invoke as its performer sees it, and the two ways to answer it (DOC 96909; results of @wecom/jssdk)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.world.windows import Client
from simulator.world.world import World

Result = dict[str, Any]
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class PageCall:
    """`page` is the address without its hash; `context` says where the page was opened: entry, external_userid, chat_id,
    open_kfid, user_agent (empty: a phone that can do everything)."""

    world: World
    userid: str
    name: str
    params: dict[str, Any]
    page: str
    context: dict[str, Any]

    @property
    def entry(self) -> str:
        return self.about("entry") or "normal"

    @property
    def client(self) -> Client:
        return self.world.windows.of(self.userid)

    @property
    def device(self) -> str:
        """phone, mac or desktop."""
        agent = self.about("user_agent")
        if not agent or "Mobile" in agent:
            return "phone"
        return "mac" if "Macintosh" in agent else "desktop"

    def about(self, key: str) -> str:
        return str(self.context.get(key) or "")

    def text(self, key: str) -> str:
        value = self.params.get(key)
        return value if isinstance(value, str) else ""

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.params.get(key)
        return value if isinstance(value, dict) else {}

    def joined(self, key: str) -> list[str]:
        """A list of ids, given as a list or joined with semicolons."""
        value = self.params.get(key)
        parts = value.split(";") if isinstance(value, str) else value if isinstance(value, list) else []
        return [str(each) for each in parts if each]

    def ok(self, **data: Any) -> Result:
        return {"err_msg": f"{self.name}:ok", **data}

    def refuse(self, why: str, code: int = -1) -> Result:
        return {"err_msg": f"{self.name}:{why}", "err_code": code}

    def go(self, to: str, **details: Any) -> int:
        """The client goes somewhere; pages that show it learn of it."""
        navigation = self.world.windows.go(self.userid, self.world.now, self.name, to, details)
        self.world.notices.changed(self.userid)
        return navigation.id


Performer = Callable[[PageCall], Result]


@dataclass(frozen=True, slots=True)
class ClientCall:
    """`identity` app, corp (either will do) or free (no config needed); `since` a WeCom version; `entries` where it may be
    called, with `outside` as the refusal elsewhere; `devices` empty means all."""

    perform: Performer
    identity: str = "corp"
    since: str = "0"
    entries: frozenset[str] = frozenset()
    outside: str = "fail without context of external contact"
    devices: frozenset[str] = frozenset()


def names_of(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def is_address(value: Any) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None


def older(version: str, than: str) -> bool:
    """Is 3.0.20 older than 3.0.24?"""
    return _parts(version) < _parts(than)


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(each) for each in version.split(".") if each.isdecimal()]
    return tuple([*numbers, 0, 0, 0][:4])
