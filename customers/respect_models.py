"""What we owe a customer's wishes: the ledger of contacts, each change of consent, and requests about her data (PIPL)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class ContactKind(StrEnum):
    """What a contact is for; the brand sets a maximum and a smallest gap for each."""

    MARKETING = "marketing"
    CARE = "care"
    SERVICE = "service"


class Contact(Base):
    """One contact with a customer by anybody of the brand (触达记录). `once` is the sender's key."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_customer_id_kind_at", "customer_id", "kind", "at"), Index("ix_contact_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[ContactKind] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    about: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime]
    once: Mapped[str] = mapped_column(String(120), unique=True)


class ConsentChange(Base):
    """One change of what she lets us send, with where it came from and her words."""

    __tablename__ = "consent_change"
    __table_args__ = (Index("ix_consent_change_customer_id_at", "customer_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    was: Mapped[str] = mapped_column(String(12))
    now: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class DataRequestKind(StrEnum):
    """What she may ask for (个人信息保护法 第44–47条)."""

    COPY = "copy"
    CORRECT = "correct"
    ERASE = "erase"


class DataRequest(Base):
    """A request about a person's data, from asking to proof. `proof` counts rows by table and holds the file's SHA-256."""

    __tablename__ = "data_request"
    __table_args__ = (Index("ix_data_request_customer_id", "customer_id"), Index("ix_data_request_due_on", "due_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[DataRequestKind] = mapped_column(String(8))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    identified_by: Mapped[str] = mapped_column(String(100))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    blob_key: Mapped[str] = mapped_column(String(80), default="")
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class ErasedPerson(Base):
    """Somebody who was erased (已删除): only a keyed digest of her external_userid, so that a later pull does not bring her back.

    She comes back by adding a guide anew, after `erased_at`; what is older stays away.
    """

    __tablename__ = "erased_person"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]
    request_id: Mapped[int] = mapped_column(ForeignKey("data_request.id"))
