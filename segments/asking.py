"""Asks the counter. Nobody there, still loading, or silent too long: None, and the caller asks PostgreSQL instead."""

import socket
import time
from datetime import date
from typing import Any

from foundation.db import Json
from foundation.log import logger
from segments.nodes import Rule
from segments.rules import written
from segments.scopes import Scope
from segments.wire import MOST_TOLD, address, receive, send

log = logger(__name__)
CONNECT_SECONDS = 0.5
# The counter itself gives up sooner (segments.evaluating): who waits this long waits for one that hangs.
ANSWER_SECONDS = 1.5
LEFT_ALONE_SECONDS, LEFT_ALONE_MOST = 10.0, 300.0


class _Patience:
    """After a silence the counter is left alone for a while, longer after each more: every page would wait for it again."""

    def __init__(self) -> None:
        self.until, self.silences = 0.0, 0

    def may_ask(self) -> bool:
        """Whether it is worth asking. After a silence one asks first, and the others of this process wait for what comes."""
        now = time.monotonic()
        if now < self.until:
            return False
        if self.silences:
            self.until = now + CONNECT_SECONDS + ANSWER_SECONDS
        return True

    def silent(self) -> None:
        """It did not answer in time."""
        self.until = time.monotonic() + min(LEFT_ALONE_SECONDS * 2**self.silences, LEFT_ALONE_MOST)
        self.silences = min(self.silences + 1, 10)

    def answered(self) -> None:
        """It answered, or is plainly not there, which costs nobody any time."""
        self.until, self.silences = 0.0, 0


_patience = _Patience()


def ask(what: str, rule: Rule, scope: Scope, today: date, **more: Any) -> Json | None:
    """The counter's answer to a question of segments.answering, of a rule that names no segments; None when there is none."""
    if not _patience.may_ask():
        return None
    request = {
        "ask": what,
        "rule": written(rule),
        "path": scope.path,
        "staff": scope.staff_id,
        "today": today.isoformat(),
        **more,
    }
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(str(address()))
            line.settimeout(ANSWER_SECONDS)
            send(line, request)
            answer = receive(line, MOST_TOLD)
        except TimeoutError:
            log.warning("the counter is silent", asked=what)
            _patience.silent()
            return None
        except OSError:
            _patience.answered()
            return None
    _patience.answered()
    return answer if "problem" not in answer else None
