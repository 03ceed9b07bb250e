"""What a guide writes down while she serves: notes, sizes, a next step with a reminder."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class CustomerNote(Base):
    """A note about a customer (备注), never sent anywhere. `once` is the page's own key, so a repeated report is one note."""

    __tablename__ = "customer_note"
    __table_args__ = (Index("ix_customer_note_customer_id_id", "customer_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class CustomerSize(Base):
    """A size of hers (尺码): 上衣 L, 裤子 30, 身高 165 …; one value a kind, the newest counts."""

    __tablename__ = "customer_size"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class NextStep(Base):
    """What a guide promised a customer (下一步) and when she wants to be reminded; done or dropped it is no longer shown."""

    __tablename__ = "next_step"
    __table_args__ = (
        Index("ix_next_step_staff_id_due_at", "staff_id", "due_at", postgresql_where=text("done_at IS NULL")),
        Index("ix_next_step_customer_id", "customer_id"),
        Index("ix_next_step_due_at", "due_at", postgresql_where=text("done_at IS NULL AND reminded_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(String(100))
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    once: Mapped[str] = mapped_column(String(80), unique=True)
