"""Who gave which tag, when and why; rules that tag by themselves; deeds on many customers at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class TagSource(StrEnum):
    """Where a tag came from."""

    GUIDE = "guide"
    CHANNEL = "channel"
    RULE = "rule"
    IMPORT = "import"
    CAMPAIGN = "campaign"
    CONSOLE = "console"


class TagMark(Base):
    """One giving of a tag on a follow relation: who, when, why; `ended_at` when it was taken away, expired or undone.

    Tags that came with a pull have no mark: the platform does not say who gave them. Staff, tags and batches are never deleted
    and stand here without foreign keys: checking the same row for each of many thousands took a third of a bulk tag's time.
    """

    __tablename__ = "tag_mark"
    __table_args__ = (
        Index("ix_tag_mark_customer_id_tag_id", "customer_id", "tag_id"),
        Index("ix_tag_mark_expires_at", "expires_at", postgresql_where=text("ended_at IS NULL AND expires_at IS NOT NULL")),
        Index("ix_tag_mark_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        Index("ix_tag_mark_rule_id", "rule_id", postgresql_where=text("rule_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int]
    tag_id: Mapped[int] = mapped_column(Integer)
    source: Mapped[TagSource] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(String(200), default="")
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("tag_rule.id"))
    batch_id: Mapped[int | None]
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")


class TagsWanted(Base):
    """Relations whose tags a batch or an import changed: handed on to the platform bit by bit, the oldest first.

    A table of its own: a column with an index would make every change of a tag rewrite all indexes of the relation.
    """

    __tablename__ = "tags_wanted"
    __table_args__ = (Index("ix_tags_wanted_at", "at", "follow_id"),)

    follow_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class TagRule(Base):
    """A rule that gives a tag (自动标签): an event (`times` = 1) or a threshold (`times` within `days`) of one kind of moment.

    `event` is a kind of happening (customers.tag_rules.EVENTS), `match` narrows it (words, item, channel, amount).
    A tag a guide took away by hand is never given again by the same rule: a rule never fights a guide.
    """

    __tablename__ = "tag_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"))
    event: Mapped[str] = mapped_column(String(20))
    match: Mapped[dict[str, Any]]
    times: Mapped[int] = mapped_column(Integer, default=1)
    days: Mapped[int | None] = mapped_column(Integer)
    expires_days: Mapped[int | None] = mapped_column(Integer)
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    enabled_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)


class TagMoment(Base):
    """A moment some rule may want to know of, until it was looked at. `at` is when it was, not when we heard of it."""

    __tablename__ = "tag_moment"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    event: Mapped[str] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class BatchStatus(StrEnum):
    """waiting → running → done | cancelled | failed; done → undoing → undone."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDONE = "undone"


class CustomerBatch(Base):
    """One deed on many customers (批量操作): tag, untag, change owner …, with progress and undo.

    `who` says whom: {"segment_run": id} or {"customers": [ids up to 1,000]}; `deed` what: {"tag": id}, {"owner": id} …
    `unseen` of those left out are customers of others, whom the asker may not see. `tries`: how often work at it failed since it
    last got on (customers.batches.note_trouble).
    """

    __tablename__ = "customer_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    who: Mapped[dict[str, Any]]
    deed: Mapped[dict[str, Any]]
    status: Mapped[BatchStatus] = mapped_column(String(10), default=BatchStatus.WAITING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    unseen: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    undo_of: Mapped[int | None] = mapped_column(ForeignKey("customer_batch.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)
