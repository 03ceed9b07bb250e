"""Who did what to which thing: append-only (a trigger refuses UPDATE and DELETE)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import clock
from foundation.db import Base


class AuditEvent(Base):
    """One deed. `actor` is "staff:12", "platform", "job:sop.hand_out"; `subject` is "task:7"."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject_id", "subject", "id"), Index("ix_audit_event_actor_id", "actor", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]]
    ip: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(36))


def record(
    session: Session, actor: str, action: str, subject: str, *, ip: str | None = None, request_id: str | None = None, **facts: Any
) -> None:
    """Add one deed to the audit, in the transaction of the deed itself. `facts` must hold no secret."""
    session.add(
        AuditEvent(at=clock.now(), actor=actor, action=action, subject=subject[:120], facts=facts, ip=ip, request_id=request_id)
    )
