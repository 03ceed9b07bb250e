"""Which APIs rest because the platform throttled them: one table for all processes, read at most once a second."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from outbox.models import PausedCall

FRESH_SECONDS = 1.0
# No rest we set is longer than a minute: one that ends later was set before the clock jumped back.
LONGEST = timedelta(minutes=2)


def pause(session: Session, calls: Mapping[str, tuple[datetime, int | None]]) -> None:
    """Let APIs rest until a moment; a longer rest stands."""
    for call in sorted(calls):
        until, errcode = calls[call]
        statement = insert(PausedCall).values(call=call, until=until, errcode=errcode or 0)
        later = func.greatest(PausedCall.until, statement.excluded.until)
        session.execute(
            statement.on_conflict_do_update(index_elements=["call"], set_={"until": later, "errcode": statement.excluded.errcode})
        )


class Pauses:
    """One process's view of the table. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, datetime] = {}
        self._read_at = float("-inf")

    def note(self, call: str, until: datetime) -> None:
        """Known here before the table says so."""
        with self._lock:
            self._until[call] = max(until, self._until.get(call, until))

    def resting(self, session: Session, now: datetime) -> set[str]:
        """The APIs that may not be called now."""
        if monotonic() - self._read_at > FRESH_SECONDS:
            rows = session.execute(select(PausedCall.call, PausedCall.until).where(PausedCall.until > now)).all()
            with self._lock:
                self._until |= {call: max(until, self._until.get(call, until)) for call, until in rows}
            self._read_at = monotonic()
        with self._lock:
            self._until = {call: until for call, until in self._until.items() if now < until <= now + LONGEST}
            return set(self._until)

    def is_resting(self, call: str, now: datetime) -> bool:
        """What is known here of one API."""
        with self._lock:
            until = self._until.get(call)
        return until is not None and now < until <= now + LONGEST


def forget_past(session: Session, now: datetime) -> None:
    """Rows of rests that are over."""
    session.execute(delete(PausedCall).where(PausedCall.until <= now))
