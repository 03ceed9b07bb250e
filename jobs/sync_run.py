"""One sync under way: its cursor, its report, and patience with the platform. Asks the platform only outside transactions."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.config import settings
from foundation.db import Json, transaction
from foundation.log import logger
from org.actions import beat, keep_alive
from org.models import SyncRun
from wecom.errors import CONNECTION_WRONG, PlatformError, Refused, RetryLater, Throttled
from wecom.reasons import reason

log = logger(__name__)
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
WAITS = (1.0, 2.0, 5.0, 10.0)
LONGEST_WAIT = 75.0
BEAT_EVERY = 20.0
MOST_EXAMPLES = 20


@dataclass(slots=True)
class Going:
    """A claimed run. `cursor` and `report` are changed here and stored by `record`, in the transaction of the page itself."""

    id: int
    kind: str
    fence: int
    started_at: datetime
    cursor: Json
    report: Json = field(default_factory=dict)
    done: int = 0

    @classmethod
    def of(cls, run: SyncRun) -> "Going":
        """From the row as claimed."""
        return cls(run.id, run.kind, int(run.cursor["fence"]), run.created_at, dict(run.cursor), dict(run.report), run.done)

    def record(self, session: Session, *, done: int = 0, expect: int | None = None) -> None:
        """Store how far it is; `expect` more units are to come. Raises Conflict when another worker took it over."""
        self.done += done
        total = None if expect is None else self.done + expect
        beat(session, self.id, self.fence, cursor=self.cursor, done=done, total=total, report=self.report)

    def seen(self, step: str, **counts: int) -> None:
        """Add to the counts of a step."""
        known = dict(self.report.get("steps", {}).get(step, {}))
        for name, count in counts.items():
            known[name] = known.get(name, 0) + count
        self.report = {**self.report, "steps": {**self.report.get("steps", {}), step: known}}

    def missing(self, step: str, errcode: int | None, what: Iterable[str], why: str = "") -> None:
        """Note what could not be seen and why, in Chinese; repeated problems are counted together, with some examples."""
        names = list(what)
        problems = [dict(one) for one in self.report.get("problems", [])]
        text = why or (reason(errcode) if errcode is not None else "企业微信没有给出结果")
        found = next((one for one in problems if one["step"] == step and one["reason"] == text), None)
        if found is None:
            found = {"step": step, "errcode": errcode, "reason": text, "count": 0, "examples": []}
            problems.append(found)
        fresh = [name for name in names if name not in found["examples"]]
        found["count"] += max(len(names), 1)
        found["examples"] = [*found["examples"], *fresh][:MOST_EXAMPLES]
        self.report = {**self.report, "problems": problems}


@contextmanager
def beating(run: Going) -> Iterator[None]:
    """Say every BEAT_EVERY seconds that the run lives, however long the platform lets it wait; ends with the work or its process.

    Beats are short transactions of their own: a run that is waited for must not be taken over by another worker.
    """
    over = Event()
    heart = Thread(target=_beat_until, args=(over, run), name=f"sync-{run.id}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _beat_until(over: Event, run: Going) -> None:
    while not over.wait(BEAT_EVERY):
        try:
            with transaction() as session:
                if not keep_alive(session, run.id, run.fence):
                    return
        except SQLAlchemyError:
            log.warning("sync could not beat", run=run.id, exc_info=True)


def patiently(ask: Callable[[], Answer], sleep: Callable[[float], Any] = time.sleep) -> Answer:
    """Ask the platform, waiting out what passes (busy, timeouts, a minute's throttle). Raises the PlatformError that stays."""
    for wait in WAITS:
        try:
            return ask()
        except Throttled as error:
            if error.window_seconds > LONGEST_WAIT:
                raise
            sleep(error.window_seconds + 1)
        except RetryLater:
            sleep(wait)
    return ask()


def bearable(error: Refused) -> Refused:
    """A refusal that concerns only what was asked for. Raises one that will meet every call: the sync must fail, not go on."""
    if error.errcode in CONNECTION_WRONG:
        raise error
    return error


def in_parallel(ask: Callable[[Asked], Answer], things: Sequence[Asked]) -> list[Answer | PlatformError]:
    """Ask for several things at once, at most SYNC_WORKERS in flight; a final refusal stands in the place of its answer.

    Raises what is not final (RetryLater, Throttled, TokenRefused): the whole round is asked again when the run goes on.
    """

    def one(thing: Asked) -> Answer | PlatformError:
        try:
            return patiently(lambda: ask(thing))
        except Refused as error:
            return bearable(error)

    if len(things) <= 1:
        return [one(thing) for thing in things]
    with ThreadPoolExecutor(min(len(things), settings().sync_workers)) as pool:
        return list(pool.map(one, things))
