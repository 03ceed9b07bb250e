"""Groups of customers (人群): rules, frozen members, and the flat facts every rule is answered from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class CustomerFacts(Base):
    """All a rule may ask of one customer, in one flat row, rebuilt from the true tables by segments.facts; never edited.

    Days are Beijing dates. `path` is her owner's place, `staff_ids` are the guides who have her now (active relations);
    `channel_ids` holds for each channel the id of that channel's first code; `codes` the choices of the brand's own fields
    (field_id * 1000 + place of the choice, from 1). `orders`, `opens_30d` and `contacts_30d` end at 32,767.
    """

    __tablename__ = "customer_facts"
    __table_args__ = (
        Index("ix_customer_facts_tag_ids", "tag_ids", postgresql_using="gin"),
        Index("ix_customer_facts_staff_ids", "staff_ids", postgresql_using="gin"),
        Index("ix_customer_facts_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_customer_facts_owner_id", "owner_id"),
        Index("ix_customer_facts_added_on", "added_on", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    owner_id: Mapped[int | None]
    store_id: Mapped[int | None]
    path: Mapped[str] = mapped_column(String(400), default="0.")
    staff_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    tag_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    channel_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    codes: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    following: Mapped[bool] = mapped_column(default=False)
    gender: Mapped[int] = mapped_column(SmallInteger, default=0)
    consent: Mapped[str] = mapped_column(String(12), default="all")
    role: Mapped[str] = mapped_column(String(8), default="fan")
    stage: Mapped[str] = mapped_column(String(8), default="new")
    rfm: Mapped[str] = mapped_column(String(3), default="")
    value: Mapped[int] = mapped_column(SmallInteger, default=0)
    province: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(40), default="")
    birthday_md: Mapped[int | None] = mapped_column(SmallInteger)
    added_on: Mapped[date | None]
    last_contact_on: Mapped[date | None]
    last_order_on: Mapped[date | None]
    last_visit_on: Mapped[date | None]
    last_open_on: Mapped[date | None]
    last_reply_on: Mapped[date | None]
    orders: Mapped[int] = mapped_column(Integer, default=0)
    spent_yuan: Mapped[int] = mapped_column(Integer, default=0)
    opens_30d: Mapped[int] = mapped_column(Integer, default=0)
    contacts_30d: Mapped[int] = mapped_column(Integer, default=0)


class FactsWanted(Base):
    """The queue of customers whose facts changed, written by triggers of the true tables in the same transaction.

    `bulk` rows are taken after the others, so a big import does not delay a guide's tap.
    """

    __tablename__ = "facts_wanted"
    __table_args__ = (Index("ix_facts_wanted_bulk_id", "bulk", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    bulk: Mapped[bool] = mapped_column(default=False)


class SegmentKind(StrEnum):
    """A rule answers anew each time; a static list stays as it was brought in."""

    RULE = "rule"
    STATIC = "static"


class Segment(Base):
    """A group of customers (人群包). `path`: who may use it (a subtree of the organisation). `refresh_hour` freezes it daily."""

    __tablename__ = "segment"
    __table_args__ = (Index("ix_segment_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[SegmentKind] = mapped_column(String(8))
    rule: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(String(400))
    refresh_hour: Mapped[int | None] = mapped_column(SmallInteger)
    count: Mapped[int | None]
    counted_at: Mapped[datetime | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)


class RunStatus(StrEnum):
    """waiting → running → done | failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class SegmentRun(Base):
    """A segment frozen at one moment: the rule as it was, and its members in segment_member. `tries`: how often that failed."""

    __tablename__ = "segment_run"
    __table_args__ = (Index("ix_segment_run_segment_id_id", "segment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"))
    rule: Mapped[dict[str, Any]]
    path: Mapped[str] = mapped_column(String(400))
    status: Mapped[RunStatus] = mapped_column(String(8), default=RunStatus.WAITING)
    count: Mapped[int | None]
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class SegmentMember(Base):
    """One customer of a frozen segment or a static list, with the owner she had.

    `run_id` is no foreign key: checking it row by row took a third of the time of a freeze, and only freezing writes here.
    """

    __tablename__ = "segment_member"
    __table_args__ = (Index("ix_segment_member_run_id_staff_id", "run_id", "staff_id"),)

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int | None]


class SegmentExport(Base):
    """The people of a segment written to a file somebody asked for (导出): within her scope, with her name in every row.

    `run_id` names a frozen list; without it the people as they are when the file is written. The file lies below DATA_DIR and
    goes after seven days (`removed_at`); the row, like the audit, stays. `tries`: how often writing it failed.
    """

    __tablename__ = "segment_export"
    __table_args__ = (Index("ix_segment_export_segment_id_id", "segment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"))
    run_id: Mapped[int | None]
    path: Mapped[str] = mapped_column(String(400))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    form: Mapped[str] = mapped_column(String(4))
    why: Mapped[str] = mapped_column(String(100))
    status: Mapped[RunStatus] = mapped_column(String(8), default=RunStatus.WAITING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    downloads: Mapped[int] = mapped_column(Integer, default=0)
    removed_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class SavedView(Base):
    """A person's own view of the customer list (常用视图): the rule, the columns and the order (empty: the newest first).

    Shared with everybody below her place."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(40))
    rule: Mapped[dict[str, Any]]
    columns: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    sort: Mapped[str] = mapped_column(String(20), default="")
    shared: Mapped[bool] = mapped_column(default=False)
    path: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime]


class CustomerCount(Base):
    """Customers counted in a night for the charts, each place holding the sum of all below it.

    `kind` and `key`: added and lost (an ISO day, also "2026-05"), source (a channel or "way:1"), province (its name), cohort
    ("2026-05:3": added in May, still a friend three months later; ":0" is all who were added).
    """

    __tablename__ = "customer_count"

    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    customers: Mapped[int]
