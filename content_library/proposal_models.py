"""What is stored of guides' own contributions (导购投稿)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class ProposalStatus(StrEnum):
    """open → adopted | declined | withdrawn (by the guide)."""

    OPEN = "open"
    ADOPTED = "adopted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Proposal(Base):
    """A script or a picture a guide proposes. Adopted, it became `item_id`, which carries her name."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_status_id", "status", "id"), Index("ix_proposal_staff_id_id", "staff_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    title: Mapped[str] = mapped_column(String(60))
    bubbles: Mapped[list[str]] = mapped_column(ARRAY(String(1000)), default=list)
    blob_key: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[ProposalStatus] = mapped_column(String(10), default=ProposalStatus.OPEN)
    answer: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    once: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]
