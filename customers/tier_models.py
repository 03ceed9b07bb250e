"""Where a customer stands (分层): role ladder, lifecycle stage, RFM, value, and what is predicted; each move is logged."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class CustomerRole(StrEnum):
    """粉丝 → 客户 → 会员 → 分销KOC."""

    FAN = "fan"
    BUYER = "buyer"
    MEMBER = "member"
    KOC = "koc"


class Stage(StrEnum):
    """引入期 → 成长期 → 成熟期 → 休眠期 → 流失期."""

    NEW = "new"
    GROWING = "growing"
    MATURE = "mature"
    DORMANT = "dormant"
    LOST = "lost"


class CustomerTier(Base):
    """A customer's standing as last worked out. `rfm` is "543": quantiles 1 to 5 of recency, frequency, money; "" without orders.
    `value` is 1 to 5; 0 without orders, -1 (rfm_rules.UNMEASURED) while nothing was measured that orders could be read against.

    `alive`, `expected_orders` (next 90 days) and `expected_fen` (next 365 days) are BG/NBD and Gamma-Gamma; None without orders.
    `warned_at`: early warning before 流失, with `warning` as the reason in Chinese.
    """

    __tablename__ = "customer_tier"
    __table_args__ = (
        Index("ix_customer_tier_warned_at", "warned_at", postgresql_where=text("warned_at IS NOT NULL")),
        Index("ix_customer_tier_due_on", "due_on"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    role: Mapped[CustomerRole] = mapped_column(String(8), default=CustomerRole.FAN)
    stage: Mapped[Stage] = mapped_column(String(8), default=Stage.NEW)
    stage_since: Mapped[datetime]
    rfm: Mapped[str] = mapped_column(String(3), default="")
    value: Mapped[int] = mapped_column(SmallInteger, default=0)
    alive: Mapped[float | None] = mapped_column(Float)
    expected_orders: Mapped[float | None] = mapped_column(Float)
    expected_fen: Mapped[int | None]
    warned_at: Mapped[datetime | None]
    warning: Mapped[str] = mapped_column(String(100), default="")
    due_on: Mapped[date | None]
    computed_at: Mapped[datetime]


class TierMove(Base):
    """One step on a ladder: `ladder` is role, stage or value; `why` in Chinese."""

    __tablename__ = "tier_move"
    __table_args__ = (
        Index("ix_tier_move_customer_id_at", "customer_id", "at"),
        Index("ix_tier_move_ladder_at", "ladder", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    ladder: Mapped[str] = mapped_column(String(8))
    was: Mapped[str] = mapped_column(String(8))
    now: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(100))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class TierDay(Base):
    """How many customers of owners at a place (`path`, "0." without an owner) stood on a step, as counted in a night.

    `ladder` is role, stage, value, rf (digits of recency and frequency) or warned; `was` is "" for a standing, the step before
    for the moves of day `on`. Written anew each night, so the board never reads all customers.
    """

    __tablename__ = "tier_day"
    __table_args__ = (UniqueConstraint("on", "ladder", "path", "was", "now"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    ladder: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(400))
    was: Mapped[str] = mapped_column(String(8), default="")
    now: Mapped[str] = mapped_column(String(8))
    customers: Mapped[int]


class Forecast(Base):
    """Fitted parameters of the forecast (r, alpha, a, b; p, q, gamma), with what they were fitted on."""

    __tablename__ = "forecast"

    id: Mapped[int] = mapped_column(primary_key=True)
    parameters: Mapped[dict[str, Any]]
    customers: Mapped[int]
    fitted_at: Mapped[datetime]


class CustomerPolicy(Base):
    """The brand's own rules of one topic (owner, stages, rfm, contact, loss), as JSON its rules module checks."""

    __tablename__ = "customer_policy"

    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    body: Mapped[dict[str, Any]]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(Integer, default=1)
