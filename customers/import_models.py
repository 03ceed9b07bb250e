"""Files brought in: members, tags, sizes, orders, visits, static lists; how far each has come and what was wrong in which row."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.sealed import SealedText


class ImportStatus(StrEnum):
    """checking → checked → running → done; any → failed | cancelled. A stopped run goes on from `position`."""

    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CustomerImport(Base):
    """One file. `columns` maps our field to the file's heading; `position` counts rows worked; a dry run ends at checked.

    `tries`: how often work at it failed since it last got on (customers.importing.note_trouble).
    `changes`: by field how many customers would lose a value, and the rows of two examples (customers.import_changes).
    """

    __tablename__ = "customer_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(String(200))
    blob_key: Mapped[str] = mapped_column(String(80))
    encoding: Mapped[str] = mapped_column(String(12), default="")
    columns: Mapped[dict[str, Any]]
    status: Mapped[ImportStatus] = mapped_column(String(10), default=ImportStatus.CHECKING)
    rows: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    reason: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class ImportProblem(Base):
    """What was wrong in one row: which field, what stood there, what to do."""

    __tablename__ = "import_problem"

    import_id: Mapped[int] = mapped_column(ForeignKey("customer_import.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(String(100))


class ImportRow(Base):
    """A good row of a file between check and run: the customer it was matched to and what it says. Unlogged, gone after the run.

    `facts` holds sizes by kind, or an order's goods and title. A crash of the database empties it; the file is then read again.
    """

    __tablename__ = "import_row"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int]
    member_no: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(SealedText("customer.phone"))
    phone_last4: Mapped[str | None] = mapped_column(String(4))
    birthday: Mapped[date | None]
    province: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(40))
    tag_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    source: Mapped[str | None] = mapped_column(String(20))
    order_no: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime | None]
    paid_fen: Mapped[int | None]
    refunded_fen: Mapped[int | None]
    store_id: Mapped[int | None]
    staff_id: Mapped[int | None]
    facts: Mapped[dict[str, Any] | None]
