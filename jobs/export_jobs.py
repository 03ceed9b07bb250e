"""Segments written to files, a stretch per transaction; a file whose worker died is written anew from its beginning."""

import os
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from foundation.db import transaction
from jobs.alone import each_alone
from segments.export_files import export_rows, open_export, tag_names, watermark
from segments.export_keeping import CLEARED, exports_with_erased, note_gone, old_exports
from segments.exporting import begin_export, export_path, note_done, note_export_trouble, waiting_exports
from segments.models import SegmentExport
from segments.nodes import Rule
from segments.queries import page
from segments.scopes import Scope

AT_ONCE = 2_000


def write_exports() -> int:
    """Write every file that waits; how many."""
    with transaction() as session:
        waiting = waiting_exports(session)
    return each_alone("segments.export", waiting, write_export, note_export_trouble)


def write_export(export_id: int) -> bool:
    """One file, whole under its name or not there at all; False when there was nothing to write."""
    with transaction() as session:
        begun = begin_export(session, export_id)
        if begun is None:
            return False
        export, rule = begun
        line, mark = watermark(session, export)
        tags = tag_names(session)
    path = export_path(export)
    temporary = path.with_name(f"{path.name}.part")
    file = open_export(export.form, temporary, line)
    try:
        done = 0
        after: int | None = None
        while ids := _next(export, rule, after):
            with transaction() as session:
                rows = export_rows(session, export.path, ids, tags, mark)
                file.write(rows)
                done, after = done + len(rows), ids[-1]
                note_done(session, export_id, done)
    finally:
        file.close()
    os.replace(temporary, path)
    with transaction() as session:
        note_done(session, export_id, done, finished=True)
    # Who was erased while it was written may stand in it.
    clear_erased()
    return True


def _next(export: SegmentExport, rule: Rule, after: int | None) -> list[int]:
    with transaction() as session:
        return page(session, Scope(export.path), rule, after, AT_ONCE)


def forget_old_exports() -> int:
    """Files older than seven days are deleted; how many."""
    return _take_away(old_exports) + clear_erased()


def clear_erased() -> int:
    """Files that may hold somebody who was erased since are deleted; how many."""
    return _take_away(exports_with_erased, CLEARED)


def _take_away(choose: Callable[[Session], Sequence[SegmentExport]], reason: str = "") -> int:
    """Files go first, then the word of them: killed in between, the next run only finds less to do."""
    gone = 0
    while True:
        with transaction() as session:
            paths = {export.id: export_path(export) for export in choose(session)}
        if not paths:
            return gone
        for path in paths.values():
            path.unlink(missing_ok=True)
        with transaction() as session:
            note_gone(session, list(paths), reason)
        gone += len(paths)
