"""Batches worked behind, a short transaction for each stretch of customers, so that a guide's tap waits for none of them long."""

from sqlalchemy.exc import DBAPIError

from customers import batches
from foundation.db import transaction
from foundation.log import logger
from jobs.alone import alone
from segments import batching, choosing

log = logger(__name__)
batching.plug_in()
choosing.plug_in()


def work_batches() -> int:
    """Every batch that waits or was broken off, one after the other; how many were worked.

    One the database breaks off (a deadlock, a lock waited for too long) does not keep back those behind it: it is tried again.
    """
    with transaction() as session:
        waiting = batches.list_open(session)
    worked = 0
    for batch_id in waiting:
        try:
            with alone(f"customers.batch {batch_id}") as mine:
                if mine:
                    work_batch(batch_id)
                    worked += 1
        except DBAPIError as broken:
            log.warning("batch broken off", batch_id=batch_id, why=str(broken.orig))
    return worked


def work_batch(batch_id: int) -> None:
    """One batch to its end."""
    with transaction() as session:
        choosing.freeze_chosen(session, batch_id)
    more = True
    while more:
        with transaction() as session:
            more = batches.work_batch(session, batch_id)
