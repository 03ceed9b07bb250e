"""Reading the audit for the console: newest first, narrowed by who or by what. Never changes a row."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.audit import AuditEvent


def page_deeds(
    session: Session, before_id: int | None = None, limit: int = 50, *, actor: str = "", subject: str = ""
) -> Sequence[AuditEvent]:
    """Deeds with a smaller id than `before_id`; `actor` and `subject` are whole ("staff:12", "task:7") and use an index."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEvent.id < before_id)
    if actor:
        query = query.where(AuditEvent.actor == actor)
    if subject:
        query = query.where(AuditEvent.subject == subject)
    return session.scalars(query).all()
