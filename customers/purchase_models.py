"""Orders so far, as other systems tell them: enough for tiers and segments."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class Purchase(Base):
    """One order (订单) of a customer. Money in fen; a refund raises `refunded_fen`, it never removes the row."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("source", "order_no"),
        Index("ix_purchase_customer_id_at", "customer_id", "at"),
        Index("ix_purchase_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    order_no: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    paid_fen: Mapped[int]
    refunded_fen: Mapped[int] = mapped_column(default=0)
    goods: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
