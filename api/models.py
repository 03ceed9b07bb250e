"""Other systems: their keys, what they asked once, where they want to be told, and each telling."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.sealed import SealedText


class ApiKey(Base):
    """A system that may call us. The secret signs requests (HMAC-SHA256) and is sealed; `scopes` say what it may do."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    secret: Mapped[str] = mapped_column(SealedText("api_key.secret"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class ApiCall(Base):
    """A write asked for under an Idempotency-Key: the same key gets the same answer, another body under it is refused."""

    __tablename__ = "api_call"
    __table_args__ = (UniqueConstraint("api_key_id", "once"), Index("ix_api_call_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    once: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Webhook(Base):
    """An address that wants to be told of some kinds of change; `secret` signs what we send."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(SealedText("webhook.secret"))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(30)))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)


class WebhookCall(Base):
    """One telling to one address: waiting → sent | dead. It is tried again later and later, and by hand.

    Of its `attempts` so many were `refusals`: answered 4xx.
    """

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("webhook_id", "once"),
        Index("ix_webhook_call_waiting", "webhook_id", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_webhook_call_webhook_id_id", "webhook_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    kind: Mapped[str] = mapped_column(String(30))
    body: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    answer: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class CustomerChange(Base):
    """One change of a customer (customer.changed, customer.erased, tags.changed, stage.changed), written by triggers of the true
    tables in the same transaction, and only while a key or a webhook wants to know. `xid` is that transaction: a reader goes no
    further than the oldest one still open, so that nothing is ever skipped. `at` is the database's clock. The facts of
    customer.erased hold the external_userid she had, which stands nowhere else any more.
    """

    __tablename__ = "customer_change"
    __table_args__ = (Index("ix_customer_change_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    xid: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
