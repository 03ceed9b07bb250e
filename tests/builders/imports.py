"""Small builders for imports: a file taken in, worked by the jobs, and what was wrong in which row."""

import io

from customers.import_models import CustomerImport, ImportProblem, ImportStatus
from customers.importing import choose_columns, head_of, run_import, start_import
from foundation.blobs import keep_stream
from foundation.db import transaction
from jobs.import_jobs import work_imports
from tests.builders.sop import Brand


def begin(brand: Brand, kind: str, content: str | bytes, once: str = "1") -> int:
    """A file taken in with its columns as guessed."""
    raw = content.encode() if isinstance(content, str) else content
    with transaction() as session:
        row = start_import(session, brand.headquarters, kind, "某某.csv", keep_stream(io.BytesIO(raw), 10**8), once)
        choose_columns(session, brand.headquarters, row.id, head_of(row)[1])
        return row.id


def row_of(import_id: int) -> CustomerImport:
    with transaction() as session:
        return session.get_one(CustomerImport, import_id)


def bring_in(brand: Brand, kind: str, content: str | bytes, once: str = "1") -> CustomerImport:
    import_id = begin(brand, kind, content, once)
    work_imports()
    assert row_of(import_id).status == ImportStatus.CHECKED, row_of(import_id).reason
    with transaction() as session:
        run_import(session, brand.headquarters, import_id)
    work_imports()
    return row_of(import_id)


def problems(import_id: int) -> dict[int, str]:
    with transaction() as session:
        rows = session.query(ImportProblem).filter(ImportProblem.import_id == import_id)
        return {one.row: f"{one.field}:{one.why}" for one in rows}
