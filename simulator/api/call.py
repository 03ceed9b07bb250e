"""One API call as a handler sees it, and readers that take typed values out of its body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from simulator.errors import ApiError, wrong_json
from simulator.world.apps import App
from simulator.world.state import State
from simulator.world.world import World


@dataclass(frozen=True, slots=True)
class Upload:
    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Call:
    """`app` is the one the access token belongs to (None for calls without a token)."""

    world: World
    args: Mapping[str, str]
    body: dict[str, Any]
    ip: str
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    caller: App | None = None
    warned: bool = False
    byte_range: str = ""

    @property
    def app(self) -> App:
        if self.caller is None:
            raise ApiError(41001)
        return self.caller

    @property
    def state(self) -> State:
        return self.world.state


# No number of the platform is longer; Python itself refuses to read very long ones.
LONGEST_NUMBER = 18
Answer = dict[str, Any] | Response
Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`family` says which apps may call: open (no token), any, customer (客户联系), kf (微信客服), contacts (通讯录同步 only),
    contacts_read (the four reads a contacts app lost). `empty` holds keys that stand beside an error."""

    method: str
    handler: Handler
    family: str = "any"
    empty: Mapping[str, Any] = field(default_factory=dict)


def text(body: Mapping[str, Any], key: str, missing: int = 0, max_chars: int = 0, max_bytes: int = 0) -> str:
    """A string; `missing` is the errcode when it is absent or empty (0: may be), longer than allowed is 40058."""
    value = body.get(key)
    if value is None or value == "":
        if missing:
            raise ApiError(missing)
        return ""
    if not isinstance(value, str):
        raise wrong_json()
    if (max_chars and len(value) > max_chars) or (max_bytes and len(value.encode()) > max_bytes):
        raise ApiError(40058, f"{key} is too long")
    return value


def integer(body: Mapping[str, Any], key: str, default: int = 0) -> int:
    value = body.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_json()
    return value


def boolean(body: Mapping[str, Any], key: str, default: bool) -> bool:
    value = body.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise wrong_json()
    return value


def strings(body: Mapping[str, Any], key: str, limit: int = 0) -> list[str]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise wrong_json()
    if limit and len(value) > limit:
        raise ApiError(81017)
    return value


def integers(body: Mapping[str, Any], key: str) -> list[int]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or any(isinstance(each, bool) or not isinstance(each, int) for each in value):
        raise wrong_json()
    return value


def mapping(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_json()
    return value


def mappings(body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise wrong_json()
    return value


def number_arg(args: Mapping[str, str], key: str, missing: int) -> int:
    """A whole number out of the query string."""
    value = args.get(key, "")
    if not value.isdecimal() or len(value) > LONGEST_NUMBER:
        raise ApiError(missing)
    return int(value)
