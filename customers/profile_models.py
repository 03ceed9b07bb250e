"""What the brand wants to know of a customer: its own fields with their answers, and her closet (衣橱)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class FieldKind(StrEnum):
    """How a field is answered."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"


class FieldReader(StrEnum):
    """Who may see a field's answers."""

    GUIDES = "guides"
    MANAGERS = "managers"
    HEADQUARTERS = "headquarters"


class ProfileField(Base):
    """A field of the profile (档案字段) the brand defines. `question` is what a guide asks; `order` says which comes next.

    `key` marks the few fields the product itself begins with (children, pets, city …), whatever the brand calls them later.
    """

    __tablename__ = "profile_field"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[FieldKind] = mapped_column(String(10))
    choices: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    readers: Mapped[FieldReader] = mapped_column(String(12), default=FieldReader.GUIDES)
    question: Mapped[str] = mapped_column(String(100), default="")
    purpose: Mapped[str] = mapped_column(String(100), default="")
    order: Mapped[int] = mapped_column(Integer, default=0)
    removed_at: Mapped[datetime | None]


class ProfileAnswer(Base):
    """A customer's answer to one field; the newest counts. `value` is {"value": text, number, ISO date, or a list of choices}."""

    __tablename__ = "profile_answer"
    __table_args__ = (Index("ix_profile_answer_field_id", "field_id"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("profile_field.id"), primary_key=True)
    value: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class ClosetItem(Base):
    """Something she owns (已有) or wishes for (心愿)."""

    __tablename__ = "closet_item"
    __table_args__ = (Index("ix_closet_item_customer_id_id", "customer_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    wished: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(100))
    colour: Mapped[str] = mapped_column(String(20), default="")
    size: Mapped[str] = mapped_column(String(20), default="")
    source: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(120), unique=True)
