"""What the counter answers, one request at a time; a request that goes wrong is answered with its problem and forgotten."""

from collections.abc import Callable
from datetime import date
from threading import RLock
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.db import Json, engine
from foundation.errors import Invalid
from segments import evaluating
from segments.bitmaps import Bitmaps
from segments.evaluating import NotYet, TooSlow
from segments.models import SegmentMember
from segments.nodes import Plain
from segments.ordering import Order, Place
from segments.plain import plain
from segments.ranking import ranked
from segments.rules import parse
from segments.scopes import Scope, told_owners

MOST_ROUNDS = 64
MOST_PAGE = 10_000


class Answers:
    """The bitmaps behind one lock, whether they are whole, and the requests they answer."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.bitmaps = Bitmaps()
        self.ready = False
        self._asked: dict[str, Callable[[Plain, Scope, Json], Any]] = {
            "count": self._count,
            "page": self._page,
            "sorted": self._sorted,
            "among": self._among,
            "split": self._split,
        }

    def renew(self, expected: int) -> None:
        """Begin with empty bitmaps; nothing is answered until `ready` is set again."""
        with self.lock:
            self.ready = False
            self.bitmaps = Bitmaps(expected)

    def reply(self, request: Json) -> Json:
        """{"answer": …}, or {"problem": …} in words for a log."""
        if not self.ready:
            return {"problem": "loading"}
        try:
            act = self._asked[str(request["ask"])]
            scope = Scope(str(request["path"]), int(request["staff"]))
            today = date.fromisoformat(request["today"])
            rule = plain(parse(request["rule"], expanded=True), today, told_owners(scope))
            return {"answer": self._worked_out(lambda: act(rule, scope, request))}
        except (KeyError, TypeError, ValueError, OverflowError, Invalid, RecursionError) as wrong:
            return {"problem": f"not a question: {wrong!r}"}
        except TooSlow:
            return {"problem": "too slow"}

    def _worked_out(self, act: Callable[[], Any]) -> Any:
        """Frozen runs are read from PostgreSQL without the lock: counting goes on meanwhile."""
        for _ in range(MOST_ROUNDS):
            try:
                with self.lock:
                    return act()
            except NotYet as missing:
                self._read_run(int(missing.args[0]))
        raise TooSlow

    def _read_run(self, run_id: int) -> None:
        with Session(engine()) as session:
            members = session.scalars(select(SegmentMember.customer_id).where(SegmentMember.run_id == run_id))
            ids = np.fromiter(members, np.int64)
        with self.lock:
            self.bitmaps.hold_frozen(run_id, ids)

    def _count(self, rule: Plain, scope: Scope, _request: Json) -> int:
        return evaluating.count(self.bitmaps, rule, scope)

    def _page(self, rule: Plain, scope: Scope, request: Json) -> list[int]:
        after = request.get("after")
        return evaluating.page(
            self.bitmaps, rule, scope, None if after is None else int(after), min(int(request["limit"]), MOST_PAGE)
        )

    def _sorted(self, rule: Plain, scope: Scope, request: Json) -> list[Place]:
        order = Order(str(request["order"]["column"]), bool(request["order"]["falling"]))
        after = None if request.get("after") is None else Place(*(int(one) for one in request["after"]))
        return ranked(self.bitmaps, rule, scope, order, after, min(int(request["limit"]), MOST_PAGE))

    def _among(self, rule: Plain, scope: Scope, request: Json) -> list[int]:
        return evaluating.among(self.bitmaps, rule, scope, [int(one) for one in request["ids"]])

    def _split(self, rule: Plain, scope: Scope, request: Json) -> list[tuple[int, int]]:
        return evaluating.split(self.bitmaps, rule, scope, str(request["by"]))
