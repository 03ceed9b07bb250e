"""Rows of a file matched to customers and put aside until somebody says run: many rows in one COPY, problems in one insert."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from json import JSONEncoder
from pathlib import Path

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from customers.import_changes import count_changes
from customers.import_models import CustomerImport, ImportProblem, ImportRow, ImportStatus
from customers.import_reading import Line, Names, Problem, Reader, places_of
from customers.import_sheets import look
from customers.import_sql import DOUBLES
from customers.matching import find_customers, sealed_phone
from customers.models import Follow, FollowStatus, Tag, TagGroup
from customers.purchase_rules import refund_title
from customers.visit_rules import AHEAD
from foundation import clock
from foundation.blobs import blob_path
from foundation.text import cut
from org.models import Staff, StaffStatus, Store

MOST_PROBLEMS = 20_000
# Counting and clearing two million rows may take longer than a page may.
PATIENT = text("SET LOCAL statement_timeout = '600s'")
# How far ahead of now a moment in a file may lie; of other kinds a day.
_AHEAD = {"visits": AHEAD}
NOBODY_FOLLOWS = "现在没有导购跟进这位客户，打不了标签"
# Its texts were cleaned when they were read.
AS_JSON = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
COLUMNS: dict[str, dict[str, str]] = {
    "members": {
        "member_no": "text", "phone": "bytea", "phone_last4": "text", "birthday": "date", "province": "text", "city": "text",
    },
    "orders": {
        "source": "text", "order_no": "text", "at": "timestamptz", "paid_fen": "int8", "refunded_fen": "int8",
        "store_id": "int8", "staff_id": "int8", "facts": "jsonb",
    },
    "visits": {"at": "timestamptz", "store_id": "int8", "staff_id": "int8"},
    "tags": {"tag_ids": "int4[]"},
    "sizes": {"facts": "jsonb"},
    "list": {},
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A file about to be read on: how to read its rows, and from where."""

    import_id: int
    kind: str
    path: Path
    encoding: str
    separator: str
    position: int
    reader: Reader


def lock_import(session: Session, import_id: int) -> CustomerImport:
    """The import's row, locked: what one chunk changes and a hand that cancels do not meet."""
    return session.get_one(CustomerImport, import_id, with_for_update=True, populate_existing=True)


def begin_check(session: Session, import_id: int) -> Check:
    """Where the check goes on. Rows the database lost in a crash are read again. Raises Invalid when the file cannot be read."""
    row = lock_import(session, import_id)
    if not row.position or count_staged(session, import_id) != row.good:
        forget_rows(session, import_id)
        session.execute(delete(ImportProblem).where(ImportProblem.import_id == import_id))
        row.position = row.good = row.bad = 0
    sheet = look(blob_path(row.blob_key), row.filename)
    places = places_of(row.columns, sheet.headings)
    reader = Reader(
        row.kind, places, load_names(session, row.kind), clock.today(), clock.now() + _AHEAD.get(row.kind, clock.days(1))
    )
    row.encoding = sheet.encoding
    session.flush()
    return Check(row.id, row.kind, sheet.path, sheet.encoding, sheet.separator, max(row.position, sheet.head_row), reader)


def count_staged(session: Session, import_id: int) -> int:
    """How many rows are put aside for this import."""
    return session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.import_id == import_id)) or 0


def load_names(session: Session, kind: str) -> Names:
    """The names a file of this kind may use."""
    if kind in ("orders", "visits"):
        stores = [
            (word, row.id) for row in session.execute(select(Store.id, Store.code, Store.name)) for word in {row.code, row.name}
        ]
        here = select(Staff.id, Staff.userid, Staff.name).where(Staff.status != StaffStatus.DEPARTED)
        guides = [(word, row.id) for row in session.execute(here) for word in {row.userid, row.name}]
        return Names(stores=_single(stores), guides=_single(guides))
    if kind == "tags":
        living = select(Tag.id, Tag.name, TagGroup.id.label("group_id"), TagGroup.name.label("group"), TagGroup.exclusive)
        rows = session.execute(living.join(TagGroup).where(Tag.removed_at.is_(None), TagGroup.removed_at.is_(None))).all()
        words = [(word, row.id) for row in rows for word in {row.name, f"{row.group}/{row.name}"}]
        return Names(tags=_single(words), exclusive={row.id: row.group_id for row in rows if row.exclusive})
    return Names()


def _single(pairs: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for word, key in pairs:
        found[word] = None if word in found and found[word] != key else key
    return found


def stage(session: Session, check: Check, lines: Sequence[Line]) -> bool:
    """Match and keep one stretch of rows; False when the check was ended by hand. A stretch staged before changes nothing."""
    row = lock_import(session, check.import_id)
    if row.status != ImportStatus.CHECKING:
        return False
    lines = [line for line in lines if line.row > row.position]
    if not lines:
        return True
    readable = [line for line in lines if not line.problems]
    ids, unsure = find_customers(session, [line.values for line in readable])
    for place, match in unsure.items():
        ids[place] = match.customer_id or 0
        if not match.customer_id:
            line = readable[place]
            line.problems.append(Problem(line.row, match.by, str(line.values.get(match.by, "")), match.why))
    if check.kind == "tags":
        _drop_unfollowed(session, readable, ids)
    good = [(line, customer_id) for line, customer_id in zip(readable, ids, strict=True) if not line.problems]
    _copy(session, check, good)
    _note_problems(session, row, [line for line in lines if line.problems])
    row.position, row.good, row.tries = lines[-1].row, row.good + len(good), 0
    session.flush()
    return True


def _drop_unfollowed(session: Session, lines: Sequence[Line], ids: Sequence[int]) -> None:
    asked = select(Follow.customer_id).where(Follow.customer_id.in_(set(ids)), Follow.status == FollowStatus.ACTIVE)
    followed = set(session.scalars(asked))
    for line, customer_id in zip(lines, ids, strict=True):
        if customer_id and customer_id not in followed:
            line.problems.append(Problem(line.row, "", "", NOBODY_FOLLOWS))


def _values(kind: str, line: Line) -> tuple[object, ...]:
    values = line.values
    if kind == "members":
        phone = values.get("phone")
        sealed = (sealed_phone(phone), phone[-4:]) if phone else (None, None)
        return (values.get("member_no"), *sealed, values.get("birthday"), values.get("province"), values.get("city"))
    if kind == "orders":
        refunded = values.get("refunded", 0)
        facts = values["facts"] | ({"refund_title": refund_title(refunded)} if refunded else {})
        return (
            values["source"], values["order_no"], values["at"], values["paid"], refunded, values.get("store"),
            values.get("guide"), Jsonb(facts, AS_JSON),
        )  # fmt: skip
    if kind == "visits":
        return (values["at"], values["store"], values.get("guide"))
    if kind == "tags":
        return (values["tags"],)
    return (Jsonb(values["facts"], AS_JSON),) if kind == "sizes" else ()


def _copy(session: Session, check: Check, good: Iterable[tuple[Line, int]]) -> None:
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, Connection)  # noqa: S101  the only driver there is
    types = {"import_id": "int8", "row": "int8", "customer_id": "int8", **COLUMNS[check.kind]}
    with raw.cursor() as cursor, cursor.copy(f"COPY import_row ({', '.join(types)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(list(types.values()))
        for line, customer_id in good:
            copy.write_row((check.import_id, line.row, customer_id, *_values(check.kind, line)))


def _note_problems(session: Session, row: CustomerImport, lines: Sequence[Line]) -> None:
    room = max(0, MOST_PROBLEMS - row.bad)
    told = [
        {"import_id": row.id, "row": one.row, "field": one.field, "value": cut(one.value, 100), "why": cut(one.why, 100)}
        for line in lines[:room]
        for one in line.problems
    ]
    if told:
        session.execute(insert(ImportProblem), told)
    row.bad += len(lines)


def finish_check(session: Session, import_id: int) -> None:
    """The whole file is read: doubles are taken out, and what a run would change is counted."""
    row = lock_import(session, import_id)
    if row.status != ImportStatus.CHECKING:
        return
    session.execute(PATIENT)
    if row.kind in DOUBLES:
        room = max(0, MOST_PROBLEMS - row.bad)
        doubled = session.execute(DOUBLES[row.kind], {"import_id": import_id, "most": room}).scalar_one()
        row.good, row.bad = row.good - doubled, row.bad + doubled
    row.rows, row.position = row.good + row.bad, 0
    row.added, row.changes = count_changes(session, row)
    row.status = ImportStatus.CHECKED
    session.flush()


def forget_rows(session: Session, import_id: int) -> None:
    """The staged rows have served."""
    session.execute(PATIENT)
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
