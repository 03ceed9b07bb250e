"""What the platform told us, kept before it is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class EventStatus(StrEnum):
    """waiting → working → done | ignored | set_aside; set_aside and ignored → waiting (replayed by hand)."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    IGNORED = "ignored"
    SET_ASIDE = "set_aside"


class KfLine(Base):
    """A 微信客服 account whose messages we read (DOC 94670): how far (`cursor`), and whether something new was told of.

    `token` came with the newest event and is good for ten minutes; without it the platform answers more slowly.
    """

    __tablename__ = "kf_line"
    __table_args__ = (Index("ix_kf_line_wanted_at", "wanted_at", postgresql_where=text("wanted_at IS NOT NULL")),)

    open_kfid: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str] = mapped_column(String(128), default="")
    token: Mapped[str] = mapped_column(String(256), default="")
    token_until: Mapped[datetime | None]
    wanted_at: Mapped[datetime | None]


class InboundEvent(Base):
    """One signed event. `digest` is SHA-256 over receiver and decrypted content, so four deliveries are one row.

    `lane` 0 holds events with a welcome code until they are greeted, which moves them to lane 1; only lane 1 is worked on the
    road in. `attempts` is the fence of a claim.
    """

    __tablename__ = "inbound_event"
    __table_args__ = (
        Index("ix_inbound_event_due", "lane", "due_at", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_inbound_event_lease", "lease_until", postgresql_where=text("status = 'working'")),
        Index("ix_inbound_event_aside", "id", postgresql_where=text("status IN ('set_aside', 'ignored')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receiver: Mapped[str] = mapped_column(String(20))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    event: Mapped[str] = mapped_column(String(80))
    change_type: Mapped[str] = mapped_column(String(80), default="")
    body: Mapped[dict[str, Any]]
    lane: Mapped[int] = mapped_column(default=1)
    status: Mapped[EventStatus] = mapped_column(String(12), default=EventStatus.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at_platform: Mapped[datetime]
    received_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]
