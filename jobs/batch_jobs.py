"""Batches worked behind, a short transaction for each stretch of customers, so that a guide's tap waits for none of them long."""

from concurrent.futures import ThreadPoolExecutor, wait

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from customers import batches
from customers.batch_lanes import Course, OutOfTurn, course_of, work_ahead
from customers.batch_stretch import AT_ONCE
from foundation.db import transaction
from foundation.log import logger
from jobs.alone import each_alone, why
from segments import batching, choosing

LANES = 2
log = logger(__name__)
batching.plug_in()
choosing.plug_in()


def work_batches() -> int:
    """Every batch that waits or was broken off, one after the other; how many were worked."""
    with transaction() as session:
        waiting = batches.list_open(session)
    return each_alone("customers.batch", waiting, work_batch, batches.note_trouble)


def work_batch(batch_id: int, limit: int = AT_ONCE) -> None:
    """One batch to its end. A stretch alone comes first, and again after lanes that were broken off: it always gets on."""
    with transaction() as session:
        choosing.freeze_chosen(session, batch_id)
    while _work_alone(batch_id, limit):
        _work_in_lanes(batch_id, limit)


def _work_alone(batch_id: int, limit: int) -> bool:
    with transaction() as session:
        return batches.work_batch(session, batch_id, limit)


def _work_in_lanes(batch_id: int, limit: int) -> None:
    with transaction() as session:
        course = course_of(session, batch_id)
    if course is None:
        return
    with ThreadPoolExecutor(LANES, thread_name_prefix="batch") as pool:
        try:
            lanes = [pool.submit(_lane, batch_id, course, limit) for _ in range(LANES)]
            # Not one long wait: a worker told to stop is told between two of them, and the lanes end with their stretch.
            while wait(lanes, timeout=0.5).not_done:
                pass
        finally:
            course.over = True
    for lane in lanes:
        lane.result()


def _lane(batch_id: int, course: Course, limit: int) -> None:
    more = True
    try:
        while more:
            with transaction() as session:
                more = work_ahead(session, batch_id, course, limit)
    except OutOfTurn:
        log.info("stretch thrown away", batch_id=batch_id)
    except (DBAPIError, PoolTimeout) as broken:
        # Whatever the database refused here, the stretch alone meets again.
        log.warning("lane broken off", batch_id=batch_id, why=why(broken))
    finally:
        course.over = True
