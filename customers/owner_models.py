"""Whose customer she is and was (归属), and persons found to be one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class OwnerChange(Base):
    """One move from owner to owner: `why` is first, service, order, hand, handover, merge or undo.

    A batch keeps why she was the former owner's and until when (`was_why`, `was_locked_until`): its undo gives her back just so.
    """

    __tablename__ = "owner_change"
    __table_args__ = (
        Index("ix_owner_change_customer_id_at", "customer_id", "at"),
        Index("ix_owner_change_was_id_at", "was_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    was_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    now_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    was_why: Mapped[str | None] = mapped_column(String(20))
    was_locked_until: Mapped[datetime | None]


class CandidateStatus(StrEnum):
    """open → wanted → merged, or open → apart (not the same person); stale when it no longer holds."""

    OPEN = "open"
    WANTED = "wanted"
    MERGED = "merged"
    APART = "apart"
    STALE = "stale"


class MergeCandidate(Base):
    """Two rows that look like one person: `because` is unionid, member_no or phone. A pair is asked about once."""

    __tablename__ = "merge_candidate"
    __table_args__ = (UniqueConstraint("first_id", "second_id"), Index("ix_merge_candidate_status_id", "status", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    because: Mapped[str] = mapped_column(String(20))
    status: Mapped[CandidateStatus] = mapped_column(String(10), default=CandidateStatus.OPEN)
    merge_id: Mapped[int | None] = mapped_column(ForeignKey("customer_merge.id"))
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")


class CustomerMerge(Base):
    """Two rows found to be one person, by unionid, member_no or phone. `moved` lists what went over, so it can be undone."""

    __tablename__ = "customer_merge"
    __table_args__ = (Index("ix_customer_merge_kept_id", "kept_id"), Index("ix_customer_merge_gone_id", "gone_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    gone_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    because: Mapped[str] = mapped_column(String(20))
    moved: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(60), default="")
