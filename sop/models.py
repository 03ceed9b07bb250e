"""What is stored of SOP: headquarters' tasks, each guide's assignment, and the customer-lifecycle plan."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.db import Base
from org.models import Staff, Store


class TaskStatus(StrEnum):
    """draft → published (being handed out) → running (all have it) → closed; draft or published → withdrawn."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RUNNING = "running"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class AnswerKind(StrEnum):
    """What finishing a task asks for: a tap, a text, or a text with a photo."""

    TAP = "tap"
    TEXT = "text"
    PHOTO = "photo"


class Task(Base):
    """What headquarters asks of guides (SOP 任务). `path` is the subtree asked, `handed_out_to` the cursor of the fan-out."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_open", "id", postgresql_where=text("status IN ('published', 'running')")),
        Index("ix_task_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_task_to_grey", "id", postgresql_where=text("status = 'withdrawn' AND greyed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(2000))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    path: Mapped[str] = mapped_column(String(400))
    answer_kind: Mapped[AnswerKind] = mapped_column(String(10))
    estimated_minutes: Mapped[int] = mapped_column(Integer)
    deadline_at: Mapped[datetime]
    item_id: Mapped[int | None]
    status: Mapped[TaskStatus] = mapped_column(String(12), default=TaskStatus.DRAFT)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    handed_out_to: Mapped[int] = mapped_column(default=0)
    handed_out_at: Mapped[datetime | None]
    reminded_to: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    greyed_to: Mapped[int] = mapped_column(default=0, server_default="0")
    greyed_at: Mapped[datetime | None]


class AssignmentStatus(StrEnum):
    """open → done | late; late → done (counted as done late); open → dropped (the guide left, the task was withdrawn)."""

    OPEN = "open"
    DONE = "done"
    LATE = "late"
    DROPPED = "dropped"


class Assignment(Base):
    """One guide's copy of a task. `done_via` is card or sidebar.

    `task`, `guide` and `store` are there only where the query that loaded the row brought them along.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("task_id", "guide_id"),
        Index("ix_assignment_guide_id_status", "guide_id", "status"),
        Index("ix_assignment_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
        Index("ix_assignment_open", "task_id", "guide_id", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    guide_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"), index=True)
    status: Mapped[AssignmentStatus] = mapped_column(String(10), default=AssignmentStatus.OPEN)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_via: Mapped[str] = mapped_column(String(10), default="")
    answer_text: Mapped[str] = mapped_column(String(1000), default="")
    answer_photos: Mapped[list[str]] = mapped_column(ARRAY(String(64)), default=list)
    reminded_at: Mapped[datetime | None]

    task: Mapped[Task] = relationship(lazy="raise", viewonly=True)
    guide: Mapped[Staff] = relationship(lazy="raise", viewonly=True)
    store: Mapped[Store | None] = relationship(lazy="raise", viewonly=True)


class CareNode(Base):
    """A day of the customer-lifecycle SOP (客户生命周期 SOP): on day `day` after adding, say this."""

    __tablename__ = "care_node"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(Integer, unique=True)
    title: Mapped[str] = mapped_column(String(60))
    advice: Mapped[str] = mapped_column(String(500))
    item_id: Mapped[int | None]
    estimated_minutes: Mapped[int] = mapped_column(Integer, default=1)
    enabled: Mapped[bool] = mapped_column(default=True)


class CareDigest(Base):
    """One morning of one guide: how many customers are due. Who they are is computed when she opens the list."""

    __tablename__ = "care_digest"
    __table_args__ = (UniqueConstraint("guide_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    on: Mapped[date]
    due_count: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class CareDone(Base):
    """A guide did, or skipped, one node for one of her follow relations. `since` is the Shanghai day of the adding it belongs to:
    a customer added again begins the plan again.
    """

    __tablename__ = "care_done"
    __table_args__ = (UniqueConstraint("follow_id", "node_id", "since"), Index("ix_care_done_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_id: Mapped[int] = mapped_column(ForeignKey("follow.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("care_node.id"))
    since: Mapped[date]
    guide_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
