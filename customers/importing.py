"""Files brought in (导入): kept, columns chosen, checked without changing anything, then run from where it stopped last."""

from collections.abc import Callable, Mapping
from pathlib import PurePath

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.following import refresh_unions
from customers.import_models import CustomerImport, ImportRow, ImportStatus
from customers.import_rules import KINDS, column_problems, guess_columns
from customers.import_sheets import Sheet, look
from customers.import_sql import APPLY, DOUBLES, LOCK, LOCK_LIGHTLY, NO_LOOP, ONE_BY_ONE
from customers.import_staging import count_staged, forget_rows, lock_import
from customers.import_visits import let_visits_in
from customers.matching import USUAL
from customers.tier_due import want_retier
from foundation import audit, clock
from foundation.blobs import blob_path
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.text import clean, cut
from foundation.trying import MOST_TRIES, given_up
from foundation.wake import ring
from org.models import Role, Staff

JOB = "customers.import"
LIVE = (ImportStatus.CHECKING, ImportStatus.RUNNING)
# What is noted in bulk is worked after what a guide does by hand (segments.facts). Compiling a statement for a few thousand
# rows takes longer than the rows. A commit lost in a power cut takes the cursor back with it, so nobody waits for the disk.
BULK = text("""
SELECT set_config('guidedesk.bulk', 'on', true), set_config('jit', 'off', true), set_config('synchronous_commit', 'off', true)
""")
# Of these kinds no two rows of a file mean the same customer or order, so stretches of it can be let in side by side. Visits are
# kept one stretch after the other: rows merged since the check may mean one day in one store.
SIDE_BY_SIDE = frozenset(DOUBLES) - {"list", "visits"}
Put = Callable[[Session, CustomerImport, list[int]], int]


def may_import(staff: Staff) -> bool:
    """A file touches everybody's customers, so headquarters alone brings it in."""
    return staff.role == Role.HEADQUARTERS


def start_import(session: Session, staff: Staff, kind: str, filename: str, blob_key: str, once: str) -> CustomerImport:
    """Take a kept file in; its columns are guessed and wait to be confirmed. The same `once` gives the same import.

    Raises NotAllowed, Invalid with the field `file` or `kind`.
    """
    if not may_import(staff):
        raise NotAllowed("只有总部可以导入")
    if kind not in KINDS:
        raise Invalid("请选择要导入什么", {"kind": "请选择要导入什么"})
    same = select(CustomerImport).where(CustomerImport.once == once)
    if found := session.scalars(same).one_or_none():
        return found
    name = cut(clean(PurePath(filename).name), 200)
    sheet = look(blob_path(blob_key), name)
    # The same one sent twice at once: the later waits here for the earlier, and finds it.
    fresh = insert(CustomerImport).values(
        kind=kind, filename=name, blob_key=blob_key, encoding=sheet.encoding, columns={}, status=ImportStatus.CHECKING,
        rows=sheet.rows, staff_id=staff.id, created_at=clock.now(), once=once,
    )  # fmt: skip
    row = session.scalars(fresh.on_conflict_do_nothing(index_elements=["once"]).returning(CustomerImport)).one_or_none()
    if row is None:
        return session.scalars(same).one()
    audit.record(session, f"staff:{staff.id}", "import.start", f"import:{row.id}", kind=KINDS[kind], filename=name)
    return row


def get_import(session: Session, staff: Staff, import_id: int) -> CustomerImport:
    """One import. Raises NotFound for whoever may not import."""
    row = session.get(CustomerImport, import_id, populate_existing=True) if may_import(staff) else None
    if row is None:
        raise NotFound("没有这次导入")
    return row


def head_of(row: CustomerImport) -> tuple[Sheet, dict[str, str]]:
    """The file's head and the columns: chosen, or guessed while nobody has chosen."""
    sheet = look(blob_path(row.blob_key), row.filename)
    return sheet, row.columns or guess_columns(row.kind, sheet.headings)


def choose_columns(session: Session, staff: Staff, import_id: int, columns: Mapping[str, str]) -> CustomerImport:
    """Which column is what; the check begins. Raises Invalid by field, Conflict when it has begun."""
    get_import(session, staff, import_id)
    row = lock_import(session, import_id)
    if row.status != ImportStatus.CHECKING or row.columns:
        raise Conflict("这次导入已经开始检查，要改列请重新上传文件")
    sheet, _ = head_of(row)
    if problems := column_problems(row.kind, columns, sheet.headings):
        raise Invalid("还不能检查，请看标红的地方", problems)
    row.columns = dict(columns)
    ring(session, JOB)
    session.flush()
    return row


def run_import(session: Session, staff: Staff, import_id: int) -> CustomerImport:
    """Let the good rows in. Pressed twice it runs once. Raises Conflict before the check is done, Invalid without good rows."""
    get_import(session, staff, import_id)
    row = lock_import(session, import_id)
    if row.status in (ImportStatus.RUNNING, ImportStatus.DONE):
        return row
    if row.status != ImportStatus.CHECKED:
        raise Conflict("检查完才能导入")
    if not row.good:
        raise Invalid("没有可以导入的行", {"rows": "没有可以导入的行，请按问题清单改好再传"})
    row.status, row.position, row.added, row.reason, row.tries = ImportStatus.RUNNING, 0, 0, "", 0
    audit.record(session, f"staff:{staff.id}", "import.run", f"import:{row.id}", kind=KINDS[row.kind], rows=row.good)
    ring(session, JOB)
    session.flush()
    return row


def cancel_import(session: Session, staff: Staff, import_id: int) -> CustomerImport:
    """End it by hand; rows already in stay in."""
    get_import(session, staff, import_id)
    row = lock_import(session, import_id)
    if row.status in (ImportStatus.CHECKING, ImportStatus.CHECKED, ImportStatus.RUNNING):
        _end(session, row, ImportStatus.CANCELLED, "已取消")
        audit.record(session, f"staff:{staff.id}", "import.cancel", f"import:{row.id}", rows=row.position)
    return row


def fail_import(session: Session, import_id: int, reason: str) -> None:
    """The file cannot be read on; what is in stays in."""
    row = lock_import(session, import_id)
    if row.status in LIVE:
        _end(session, row, ImportStatus.FAILED, cut(reason, 300))


def note_trouble(session: Session, import_id: int) -> None:
    """Work at it failed and nobody knows why. The fifth time without getting on it ends, and says so to whoever waits for it."""
    row = lock_import(session, import_id)
    row.tries += 1
    session.flush()
    if row.tries >= MOST_TRIES:
        left = "已导入的行都保留。请重新上传文件"
        fail_import(session, import_id, given_up("系统处理这个文件", left, "导入", import_id))


def _end(session: Session, row: CustomerImport, status: ImportStatus, reason: str = "") -> None:
    row.status, row.reason, row.finished_at = status, reason, clock.now()
    forget_rows(session, row.id)
    session.flush()


def list_waiting(session: Session) -> list[int]:
    """Imports with work to do, the oldest first."""
    waiting = select(CustomerImport.id).where(CustomerImport.status.in_(LIVE), CustomerImport.columns != {})
    return list(session.scalars(waiting.order_by(CustomerImport.id).limit(50)))


def begin_run(session: Session, import_id: int) -> bool:
    """Whether the staged rows are all there. A crash of the database empties them: then the file is checked once more."""
    row = lock_import(session, import_id)
    if row.status != ImportStatus.RUNNING or count_staged(session, import_id) == row.good:
        return True
    forget_rows(session, import_id)
    row.status, row.position, row.good = ImportStatus.CHECKING, 0, 0
    row.reason = "数据库重启过，文件会重新检查一遍，之后请再点一次导入；已导入的不会重复"
    session.flush()
    return False


def last_row(session: Session, import_id: int) -> int:
    """The number of the last row put aside, 0 when there is none."""
    return session.scalar(select(func.max(ImportRow.row)).where(ImportRow.import_id == import_id)) or 0


def apply_part(session: Session, row: CustomerImport, after: int, until: int) -> list[int]:
    """Let the rows after `after` until `until` in; whose customers' they were. To be followed by `keep_part`, or rolled back."""
    part = {"import_id": row.id, "after": after, "until": until}
    session.execute(BULK)
    if row.kind == "visits":
        return let_visits_in(session, row.id, after, until)
    session.execute(ONE_BY_ONE)
    if row.kind != "members":
        session.execute(LOCK if row.kind in ("sizes", "tags") else LOCK_LIGHTLY, part)
        session.execute(USUAL)
    if row.kind == "orders":
        session.execute(NO_LOOP)
    facts = {"now": clock.now(), "by_id": row.staff_id, "by": f"job:import:{row.id}", "why": cut(f"导入 {row.filename}", 200)}
    told = {name: value for name, value in facts.items() if name in APPLY[row.kind].compile().params}
    return list(session.scalars(APPLY[row.kind], part | told))


def keep_part(session: Session, import_id: int, after: int, until: int, ids: list[int], put: Put) -> bool:
    """Note in the same transaction that these rows are in. False when it was ended by hand or they are not next: roll back.

    What several stretches may touch is touched here, in the order of the file. `put` keeps a static list's members.
    """
    row = lock_import(session, import_id)
    if row.status != ImportStatus.RUNNING or row.position != after:
        return False
    row.added += put(session, row, ids) if row.kind == "list" else len(ids)
    _afterwards(session, row.kind, ids)
    row.position, row.tries = until, 0
    session.flush()
    return True


def finish_run(session: Session, import_id: int) -> bool:
    """The end, when every row is in."""
    row = lock_import(session, import_id)
    if row.status != ImportStatus.RUNNING or row.position < last_row(session, import_id):
        return False
    _end(session, row, ImportStatus.DONE)
    return True


def _afterwards(session: Session, kind: str, ids: list[int]) -> None:
    if kind == "tags":
        refresh_unions(session, ids)
    if kind in ("members", "orders"):
        want_retier(session, ids)
