"""What is stored of tracked links (素材雷达): our short address, and who opened it when and for how long."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class Reader(StrEnum):
    """Who opened it: the customer it was sent to, somebody she forwarded it to, or nobody can say (posted in 朋友圈 or a
    group)."""

    HERS = "hers"
    FORWARDED = "forwarded"
    UNKNOWN = "unknown"


class TrackedLink(Base):
    """A short address that leads to `url` and remembers through which guide and item it went out, and to whom (None: to many)."""

    __tablename__ = "tracked_link"
    __table_args__ = (
        Index("ix_tracked_link_item_id", "item_id"),
        Index("ix_tracked_link_customer_id", "customer_id"),
        Index("ix_tracked_link_staff_id_created_at", "staff_id", "created_at"),
        UniqueConstraint("version_id", "staff_id", "customer_id", "once", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # A plain number: customers is a sibling room, and siblings do not know each other.
    customer_id: Mapped[int | None]
    once: Mapped[str] = mapped_column(String(80), default="")
    url: Mapped[str] = mapped_column(String(2048))
    created_at: Mapped[datetime]


class LinkVisit(Base):
    """One reader's visits of one link in one half hour. `visitor` is a random cookie of hers; `told_at` when her guide was
    told (link_rules.NOBODY: the effects are done, and nobody was)."""

    __tablename__ = "link_visit"
    __table_args__ = (
        Index("ix_link_visit_link_id_visitor", "link_id", "visitor"),
        Index("ix_link_visit_first_at", "first_at"),
        Index("ix_link_visit_last_at", "last_at"),
        Index("ix_link_visit_untold", "first_at", "id", postgresql_where=text("told_at IS NULL AND reader <> 'unknown'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"))
    visitor: Mapped[str] = mapped_column(String(32))
    reader: Mapped[Reader] = mapped_column(String(10))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    seconds: Mapped[int] = mapped_column(default=0)
    agent: Mapped[str] = mapped_column(String(200), default="")
    told_at: Mapped[datetime | None]
