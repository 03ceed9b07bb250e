"""What the console needs from a room it may not know: the roof plugs the inbox in. Without it the pages say so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

INBOX = "hq.inbox"


class InboxReads(Protocol):
    """The questions the console asks of the inbox (bot.queries answers them)."""

    def page_aside(self, session: Session, before_id: int | None = None, limit: int = 50) -> Sequence[Any]:
        """Events set aside or ignored, newest first."""
        ...

    def get_event(self, session: Session, event_id: int) -> Any:
        """One event; raises NotFound."""
        ...

    def counts(self, session: Session) -> Mapping[str, int]:
        """Unfinished events by status."""
        ...

    def last_received(self, session: Session) -> Mapping[str, datetime]:
        """The newest event of each receiver."""
        ...

    def oldest_waiting(self, session: Session) -> datetime | None:
        """Since when the oldest event waits."""
        ...


class InboxDeeds(Protocol):
    """What the console does to an event (bot.actions does it)."""

    def replay(self, session: Session, event_id: int, actor: str) -> Any:
        """Work it once more; raises NotFound, Conflict."""
        ...


def plug_in_inbox(app: Flask, reads: InboxReads, deeds: InboxDeeds) -> None:
    """Called by the roof: modules with these functions will do."""
    app.extensions[INBOX] = (reads, deeds)


def inbox() -> tuple[InboxReads, InboxDeeds] | None:
    """The inbox, or None where this installation has none."""
    return cast("tuple[InboxReads, InboxDeeds] | None", current_app.extensions.get(INBOX))
