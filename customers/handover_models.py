"""Customers who leave, and customers who get another guide (继承)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class Loss(Base):
    """A customer lost: who deleted whom (`by` customer or guide), who was told, whether a manager has seen it.

    `days` after her adding (None: not known when she was added) and `state` of the code she came by are kept as they were then:
    adding again changes the follow relation.
    """

    __tablename__ = "loss"
    __table_args__ = (
        Index("ix_loss_staff_id_at", "staff_id", "at"),
        Index("ix_loss_at", "at"),
        Index("ix_loss_customer_id", "customer_id"),
        Index("ix_loss_untold", "id", postgresql_where=text("told_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    days: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(64), default="")
    told: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    told_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class HandoverStatus(StrEnum):
    """ready → running → done; cancelled before it runs."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Handover(Base):
    """A guide's customers go to others: she left (离职继承, DOC 94081) or still works here (在职继承, DOC 92125)."""

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_from_id", "from_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    departed: Mapped[bool]
    status: Mapped[HandoverStatus] = mapped_column(String(10), default=HandoverStatus.READY)
    welcome: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)


class HandoverStep(StrEnum):
    """What became of one customer: proposed → asked → waiting → taken | refused | over_limit | failed; or left_out by rule."""

    PROPOSED = "proposed"
    LEFT_OUT = "left_out"
    ASKED = "asked"
    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    OVER_LIMIT = "over_limit"
    FAILED = "failed"


class HandoverCustomer(Base):
    """One customer of a handover: to whom, why her, and how it went. `fit` holds the points behind the proposal."""

    __tablename__ = "handover_customer"
    __table_args__ = (
        Index("ix_handover_customer_step", "handover_id", "step"),
        Index("ix_handover_customer_customer_id", "customer_id"),
    )

    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    step: Mapped[HandoverStep] = mapped_column(String(10), default=HandoverStep.PROPOSED)
    fit: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
