"""What is stored of the organisation: departments, stores, staff, and how far a sync of them has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class DepartmentKind(StrEnum):
    """Where in 总部 → 大区 → 分公司 → 门店 a department stands."""

    HEADQUARTERS = "headquarters"
    REGION = "region"
    BRANCH = "branch"
    STORE = "store"


class Department(Base):
    """A WeCom department (部门); `id` is the platform's. `path` is "1.2.31.": a subtree is `path LIKE '1.2.%'`."""

    __tablename__ = "department"
    __table_args__ = (Index("ix_department_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    order: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(String(400))
    kind: Mapped[DepartmentKind] = mapped_column(String(20))
    removed_at: Mapped[datetime | None]


class Store(Base):
    """A shop (门店): the entity behind a store department. Kept when the department goes, as history needs it."""

    __tablename__ = "store"
    __table_args__ = (Index("ix_store_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), unique=True)
    path: Mapped[str] = mapped_column(String(400))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(40), default="")
    opening_hours: Mapped[str] = mapped_column(String(100), default="")
    closed_at: Mapped[datetime | None]


class Role(StrEnum):
    """What a person may see and do. Each sees only the subtree of her own department."""

    HEADQUARTERS = "headquarters"
    REGIONAL_MANAGER = "regional_manager"
    STORE_MANAGER = "store_manager"
    GUIDE = "guide"


class StaffStatus(StrEnum):
    """active ⇄ disabled, not_activated → active, any → departed (and back, when someone is hired again)."""

    ACTIVE = "active"
    NOT_ACTIVATED = "not_activated"
    DISABLED = "disabled"
    DEPARTED = "departed"


class Staff(Base):
    """A member (成员) of the corp: guide, store manager, regional manager or headquarters. Departed is a state.

    `path` is the path of her main department ("1." for headquarters): what she may see starts with it. "0." is nowhere:
    a member met in an event and not pulled yet sees nothing. `epoch` rises to end all her sessions.
    """

    __tablename__ = "staff"
    __table_args__ = (
        Index("ix_staff_path_id", "path", "id", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_staff_store_id", "store_id"),
        Index("ix_staff_pull", "pull_wanted_at", postgresql_where=text("pull_wanted_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    userid: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    avatar_url: Mapped[str] = mapped_column(String(1024), default="")
    position: Mapped[str] = mapped_column(String(200), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    path: Mapped[str] = mapped_column(String(400), default="0.")
    role: Mapped[Role] = mapped_column(String(20))
    role_set_by_hand: Mapped[bool] = mapped_column(default=False)
    status: Mapped[StaffStatus] = mapped_column(String(20))
    departed_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    pulled_at: Mapped[datetime | None]
    pull_wanted_at: Mapped[datetime | None]


class StaffDepartment(Base):
    """A member stands in one or more departments; `is_leader` makes a store manager or regional manager."""

    __tablename__ = "staff_department"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True, index=True)
    is_leader: Mapped[bool] = mapped_column(default=False)


class SyncStatus(StrEnum):
    """waiting → running → done | failed; a failed or stopped run goes on from its cursor."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class SyncRun(Base):
    """One pull from the platform (部门与员工, 客户, 标签). `cursor` lets it resume; `report` says what was seen and what not."""

    __tablename__ = "sync_run"
    __table_args__ = (Index("ix_sync_run_kind_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    status: Mapped[SyncStatus] = mapped_column(String(20), default=SyncStatus.WAITING)
    cursor: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    report: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(String(500), default="")
    asked_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


__all__ = ["Department", "DepartmentKind", "Role", "Staff", "StaffDepartment", "StaffStatus", "Store", "SyncRun", "SyncStatus"]
