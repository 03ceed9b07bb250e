"""What is read of imports: the list, and what was wrong in which row."""

from collections.abc import Iterator

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from customers.import_models import CustomerImport, ImportProblem
from customers.import_rules import FIELDS
from customers.importing import may_import
from foundation.text import neutral
from org.models import Staff

AT_ONCE = 2_000


def page_imports(session: Session, staff: Staff, before_id: int | None = None, limit: int = 20) -> list[CustomerImport]:
    """Imports, the newest first."""
    if not may_import(staff):
        return []
    chosen = select(CustomerImport).order_by(CustomerImport.id.desc()).limit(limit)
    if before_id is not None:
        chosen = chosen.where(CustomerImport.id < before_id)
    return list(session.scalars(chosen))


def page_problems(session: Session, import_id: int, after: tuple[int, str] = (0, ""), limit: int = 50) -> list[ImportProblem]:
    """What was wrong, by row; `after` is (row, field) of the last one shown."""
    chosen = select(ImportProblem).where(
        ImportProblem.import_id == import_id, tuple_(ImportProblem.row, ImportProblem.field) > after
    )
    return list(session.scalars(chosen.order_by(ImportProblem.row, ImportProblem.field).limit(limit)))


def problem_rows(session: Session, row: CustomerImport) -> Iterator[list[str]]:
    """Every kept problem as a row for a CSV; nothing in it is computed when opened."""
    labels, after = {field.name: field.label for field in FIELDS[row.kind]}, (0, "")
    yield ["行号", "列", "文件里的列名", "内容", "要改什么"]
    while found := page_problems(session, row.id, after, AT_ONCE):
        for one in found:
            heading = str(row.columns.get(one.field, ""))
            yield [str(one.row), labels.get(one.field, ""), neutral(heading), neutral(one.value), one.why]
        after = (found[-1].row, found[-1].field)
