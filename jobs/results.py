"""What came of calls somebody waits for: each answer goes to the room that asked, once, also when the sender died in between."""

from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from customers import handover_asking
from foundation.db import transaction
from foundation.log import logger
from jobs import customer_jobs
from jobs.menu_jobs import menu_answered
from outbox.actions import count_result_try, note_result
from outbox.models import OutgoingMessage, ResultStatus
from outbox.queries import get_message, list_results_wanted

log = logger(__name__)
Taker = Callable[[Session, OutgoingMessage], None]


RESULT_HANDLERS: dict[str, Taker] = {**customer_jobs.RESULTS, **handover_asking.RESULTS, "menu/create": menu_answered}
RELEASES: dict[str, Taker] = {**customer_jobs.RELEASES, **handover_asking.RELEASES}
MOST_TRIES = 10


def handle(message: OutgoingMessage) -> None:
    """Give an ended call's result to who waits for it; what fails is left for the sweeper, a bounded number of times. Never
    raises for a result that cannot be used: the sender must go on."""
    try:
        with transaction() as session:
            _take(session, message.id)
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        log.warning("result left for the sweeper", message_id=message.id, problem=type(error).__name__)
    except Exception:  # the taker is at fault, not the call: counted, logged, and the road goes on
        log.exception("result not taken", message_id=message.id, call=message.call)
        with transaction() as session:
            tries = count_result_try(session, message.id)
        if tries >= MOST_TRIES:
            _give_up(message)


def _give_up(message: OutgoingMessage) -> None:
    """Close a result nobody can use, and let go what waits for it."""
    log.error("result given up", message_id=message.id, call=message.call)
    release = RELEASES.get(message.call)
    try:
        with transaction() as session:
            if release is not None:
                release(session, message)
            note_result(session, message.id, ResultStatus.FAILED)
    except (OperationalError, InterfaceError, PoolTimeout):
        raise
    except Exception:  # closed all the same: the sweeper's list must not fill with what cannot be helped
        log.exception("nothing released", message_id=message.id, call=message.call)
        with transaction() as session:
            note_result(session, message.id, ResultStatus.FAILED)


def _take(session: Session, message_id: int) -> None:
    """The row is locked first, so sender and sweeper never take one result twice."""
    message = get_message(session, message_id, lock=True)
    if message.result_status != ResultStatus.WANTED:
        return
    taker = RESULT_HANDLERS.get(message.call)
    if taker is not None:
        taker(session, message)
    note_result(session, message.id, ResultStatus.HANDLED if taker else ResultStatus.FAILED)


def handle_left(limit: int = 100) -> int:
    """Results whose sender died before handing them over; how many."""
    with transaction() as session:
        left = list_results_wanted(session, limit)
    for message in left:
        handle(message)
    return len(left)
