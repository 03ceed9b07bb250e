"""Cursors that belong to one query: a foreign, broken or empty-handed one is refused with 50100."""

import base64
import hashlib

from simulator.api.call import Call, integer
from simulator.errors import ApiError


def cursor_of(call: Call, query: str, position: int, total: int) -> str:
    """The cursor of the next page; empty when `position` is past the end."""
    if position >= total:
        return ""
    return base64.urlsafe_b64encode(f"{position}:{_mark(call, query)}".encode()).decode().rstrip("=")


def position_of(call: Call, query: str, cursor: str) -> int:
    """Where a page begins; 0 without a cursor."""
    if not cursor:
        return 0
    try:
        position, _, mark = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if mark == _mark(call, query):
            return int(position)
    except ValueError as error:
        raise ApiError(50100) from error
    raise ApiError(50100)


def limit_of(call: Call, default: int, most: int) -> int:
    """Rows a page; above `most` the platform falls back to its default, below 1 is 40058."""
    limit = integer(call.body, "limit", default)
    if limit < 1:
        raise ApiError(40058)
    return default if limit > most else limit


def _mark(call: Call, query: str) -> str:
    return hashlib.sha1(f"{call.state.corpid}|{call.app.agentid}|{query}".encode(), usedforsecurity=False).hexdigest()[:16]
