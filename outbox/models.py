"""What we owe the platform: one row a call, written in the transaction of its cause."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class Lane(StrEnum):
    """Who goes first. A welcome waits for nothing; a campaign waits for everybody."""

    WELCOME = "welcome"
    INTERACTIVE = "interactive"
    TASK = "task"
    BULK = "bulk"


class MessageStatus(StrEnum):
    """waiting → sending → sent | waiting (retry) | dead | expired; dead → waiting (re-sent by hand)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    EXPIRED = "expired"


class ResultStatus(StrEnum):
    """Whether somebody waits for the answer: none, or wanted → handled | failed."""

    NONE = "none"
    WANTED = "wanted"
    HANDLED = "handled"
    FAILED = "failed"


class OutgoingMessage(Base):
    """An owed call. `call` is the platform's path ("message/send"); `about` names the cause ("task:7").

    `attempts` is the fence: a worker records an outcome only where attempts is still its own; it rises with every claim.
    `tries` counts failures that use up patience, `losses` leases that ran out, `result_tries` takers that failed.
    `reason` tells a person why it died, in Chinese. `payload` may hold {"$media": key}, resolved at send time.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (
        Index("ix_outgoing_message_due", "lane", "due_at", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_outgoing_message_lease", "lease_until", postgresql_where=text("status = 'sending'")),
        Index("ix_outgoing_message_dead", "id", postgresql_where=text("status IN ('dead', 'expired')")),
        Index(
            "ix_outgoing_message_result",
            "id",
            postgresql_where=text("result_status = 'wanted' AND status IN ('sent', 'dead', 'expired')"),
        ),
        Index("ix_outgoing_message_about", "about", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[Lane] = mapped_column(String(12))
    call: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    idempotency_key: Mapped[str] = mapped_column(String(200), unique=True)
    about: Mapped[str] = mapped_column(String(120))
    status: Mapped[MessageStatus] = mapped_column(String(12), default=MessageStatus.WAITING)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    errcode: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    answer: Mapped[dict[str, Any] | None]
    result_status: Mapped[ResultStatus] = mapped_column(String(10), default=ResultStatus.NONE)
    result_tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class PausedCall(Base):
    """A throttled API pauses only itself, for all processes, until the platform's window is over."""

    __tablename__ = "paused_call"

    call: Mapped[str] = mapped_column(String(80), primary_key=True)
    until: Mapped[datetime]
    errcode: Mapped[int]


class PlatformMedia(Base):
    """A file as the platform knows it: temporary media lives 3 days (DOC 90253), so the id is renewed from our own blob.

    `key` is "<kind>:<blob key>", for a file also ":<digest of its name>"; `media_id` is None until the first upload.
    """

    __tablename__ = "platform_media"
    __table_args__ = (Index("ix_platform_media_expires_at", "expires_at", postgresql_where=text("keep_fresh")),)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    blob_key: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(120))
    media_id: Mapped[str | None] = mapped_column(String(512))
    expires_at: Mapped[datetime | None]
    keep_fresh: Mapped[bool] = mapped_column(default=False)
