"""How long ended calls are kept: deletes them by age, a window of ids at a time. Touches nothing that is still owed."""

from datetime import datetime

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

WINDOW = text(
    "SELECT max(id), min(created_at) FROM"
    " (SELECT id, created_at FROM outgoing_message WHERE id > :after ORDER BY id LIMIT :limit) AS next_ones"
)
FORGET = text(
    "DELETE FROM outgoing_message WHERE id > :after AND id <= :last AND result_status <> 'wanted' AND ("
    " (status = 'sent' AND sent_at < :sent_before) OR (status IN ('dead', 'expired') AND created_at < :failed_before))"
)


def forget_ended(
    session: Session, after_id: int, *, sent_before: datetime, failed_before: datetime, limit: int = 5000
) -> tuple[int, int | None]:
    """Delete, of the next `limit` rows after `after_id`, what was sent before one moment, or ended unsent and was owed before
    the other. Returns how many, and the id to go on after (None at the end).

    Walks by id, which goes by age, and stops at the first young window: no night reads the whole table.
    """
    window = {"after": after_id, "limit": limit}
    last_id, oldest = session.execute(WINDOW, window).one()
    if last_id is None or oldest >= max(sent_before, failed_before):
        return 0, None
    facts = {"after": after_id, "last": last_id, "sent_before": sent_before, "failed_before": failed_before}
    deleted = session.execute(FORGET, facts)
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0, last_id
