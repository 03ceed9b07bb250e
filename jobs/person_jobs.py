"""Erasing at a person's wish, one a transaction, all or nothing; and files that were brought in, which hold people's data."""

from datetime import timedelta

from customers.import_keeping import KEPT, cancel_forgotten, files_to_forget, forget_problems, note_forgotten
from customers.person_requests import erase_confirmed
from foundation import clock
from foundation.blobs import drop_blob
from foundation.db import transaction
from jobs.export_jobs import clear_erased


def erase_wanted() -> int:
    """How many were erased. Whose data stood in which file nobody knows: every file whose import has ended and every exported one
    goes with them.
    """
    erased = 0
    while True:
        with transaction() as session:
            done = erase_confirmed(session)
        if not done:
            break
        erased += done
    if erased:
        forget_files(timedelta(0))
    # Also when nothing was erased now: a run that died after an erasing left files behind.
    clear_erased()
    return erased


def forget_files(kept: timedelta = KEPT) -> int:
    """Files go first, then the word of them: killed in between, the next run only finds less to do. How many files."""
    before, gone = clock.now() - kept, 0
    while True:
        with transaction() as session:
            keys = files_to_forget(session, before)
        if not keys:
            return gone
        for key in keys:
            drop_blob(key)
        with transaction() as session:
            note_forgotten(session, keys)
        gone += len(keys)


def forget_old_imports() -> int:
    """The night's: unconfirmed imports are ended, files and problem rows past their time go."""
    with transaction() as session:
        ended = cancel_forgotten(session)
    with transaction() as session:
        problems = forget_problems(session)
    return ended + problems + forget_files()
