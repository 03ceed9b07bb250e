"""Batches worked behind, a short transaction for each stretch of customers, so that a guide's tap waits for none of them long."""

from customers import batches
from foundation.db import transaction
from jobs.alone import each_alone
from segments import batching, choosing

batching.plug_in()
choosing.plug_in()


def work_batches() -> int:
    """Every batch that waits or was broken off, one after the other; how many were worked."""
    with transaction() as session:
        waiting = batches.list_open(session)
    return each_alone("customers.batch", waiting, work_batch)


def work_batch(batch_id: int) -> None:
    """One batch to its end."""
    with transaction() as session:
        choosing.freeze_chosen(session, batch_id)
    more = True
    while more:
        with transaction() as session:
            more = batches.work_batch(session, batch_id)
