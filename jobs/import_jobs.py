"""Files brought in, worked behind: read in stretches, each its own transaction, from where it stopped. Plain functions."""

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from customers.import_models import CustomerImport, ImportStatus
from customers.import_sheets import records
from customers.import_staging import begin_check, finish_check, stage
from customers.importing import (
    SIDE_BY_SIDE,
    apply_part,
    begin_run,
    fail_import,
    finish_run,
    keep_part,
    last_row,
    list_waiting,
    note_trouble,
)
from foundation.db import transaction
from foundation.errors import AppError
from foundation.log import logger
from jobs.alone import each_alone
from jobs.turns import Turns
from segments.static_lists import add_members, finish_list, open_list

log = logger(__name__)
READ_AT_ONCE, RUN_AT_ONCE, COLLECT_EACH = 10_000, 5_000, 8
# Stretches let in side by side: PostgreSQL works each on one core.
LANES = 2
# Shorter than PostgreSQL waits for a lock (foundation.db).
LONGEST_HELD = 6.0
Each = TypeVar("Each")


def work_imports() -> int:
    """Check or run every file that waits; how many were worked. A killed worker's file is free again at once."""
    with transaction() as session:
        waiting = list_waiting(session)
    return each_alone("customers.import", waiting, work_import, note_trouble)


def work_import(import_id: int) -> None:
    """One file, as far as it can go now. What is wrong with the file ends it with the reason."""
    try:
        with transaction() as session:
            status = session.get_one(CustomerImport, import_id).status
        if status == ImportStatus.CHECKING:
            check_file(import_id)
        elif status == ImportStatus.RUNNING:
            run_file(import_id)
    except AppError as problem:
        log.info("import ended", import_id=import_id, why=problem.message)
        with transaction() as session:
            fail_import(session, import_id, problem.message)


def check_file(import_id: int) -> None:
    """Read the file on and put its good rows aside; nothing else changes."""
    with transaction() as session:
        check = begin_check(session, import_id)
    found = records(check.path, check.encoding, check.separator, after=check.position)
    with seldom_collecting():
        for number, part in enumerate(ahead(stretches((check.reader.read(record) for record in found), READ_AT_ONCE))):
            with transaction() as session:
                if not stage(session, check, part):
                    return
            part.clear()
            if number % COLLECT_EACH == 0:
                gc.collect(1)
    with transaction() as session:
        finish_check(session, import_id)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Half the time of reading rows goes into looking for circles among them, and there are none: look once in some stretches."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def stretches(found: Iterable[Each], size: int) -> Iterator[list[Each]]:
    """The rows in lists of `size`."""
    rows = iter(found)
    while part := list(islice(rows, size)):
        yield part


def ahead(found: Iterator[Each]) -> Iterator[Each]:
    """The same; the next is read while PostgreSQL works on this one."""
    with ThreadPoolExecutor(1, "import-read") as pool:
        following = pool.submit(next, found, None)
        while (part := following.result()) is not None:
            following = pool.submit(next, found, None)
            yield part


def run_file(import_id: int) -> None:
    """Let the staged rows in, some thousands at a time, so that a guide's tap waits for none of them long."""
    with transaction() as session:
        if not begin_run(session, import_id):
            return
        row = session.get_one(CustomerImport, import_id)
        if row.kind == "list":
            open_list(session, row.staff_id, _name(row), f"import:{row.id}")
        last = last_row(session, import_id)
    turns = Turns(row.position)
    lanes = LANES if row.kind in SIDE_BY_SIDE else 1
    with ThreadPoolExecutor(lanes, f"import-{import_id}") as pool:
        parts = range(row.position, last, RUN_AT_ONCE)
        for _ in pool.map(lambda after: run_part(row, turns, after, min(after + RUN_AT_ONCE, last)), parts):
            pass
    with transaction() as session:
        if finish_run(session, import_id) and row.kind == "list":
            finish_list(session, f"import:{import_id}")


class LetGo(Exception):
    """What this transaction did is to be undone."""


def run_part(row: CustomerImport, turns: Turns, after: int, until: int) -> None:
    """One stretch in a transaction of its own, committed when those before it are."""
    with turns.stopping_on_errors(after):
        # Somebody who waits for a row of ours may hold one that the stretch before us needs, a circle PostgreSQL cannot see:
        # so what was not kept in time is undone, and done again in its turn.
        for seconds in (LONGEST_HELD, None):
            if turns.is_over(after):
                return
            try:
                with transaction() as session:
                    ids = apply_part(session, row, after, until)
                    if not turns.wait(after, seconds):
                        raise LetGo
                    if not keep_part(session, row.id, after, until, ids, _put):
                        turns.stop(after)
                        raise LetGo
            except LetGo:
                turns.wait(after)
            else:
                turns.move(until)
                return


def _name(row: CustomerImport) -> str:
    return row.filename.rsplit(".", 1)[0][:60] or f"导入 {row.id}"


def _put(session: Session, row: CustomerImport, ids: list[int]) -> int:
    return add_members(session, f"import:{row.id}", ids)
