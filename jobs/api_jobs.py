"""Webhooks told, and what the open door keeps no longer. Plain functions; every call stands outside a transaction."""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from api.calling import send
from api.delivery import Owed, claim, put_back, record
from api.keys import forget_old
from api.rules import PING
from foundation.db import transaction

AT_ONCE = 16
# Of an address that takes its time with each: well below the lease, after which another worker would tell the rest too.
LONGEST_TURN = 60.0


def tell_webhooks(most_rounds: int = 50) -> int:
    """Tell what is due, the addresses side by side, each in order and none waiting for another; how many were told well."""
    told: set[Future[int]] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        telling: set[Future[int]] = set()
        for _ in range(most_rounds):
            with transaction() as session:
                claimed = claim(session)
            telling |= {pool.submit(_tell, calls) for calls in claimed}
            if not telling:
                break
            done, telling = wait(telling, return_when=FIRST_COMPLETED)
            told |= done
    # Only now that every address was told: the first error would keep the others from it.
    return sum(one.result() for one in told | telling)


def _tell(calls: list[Owed]) -> int:
    """The calls of one address, one after the other; at a failure the rest wait as long as the failed one, so that order is kept.

    Behind one that is dead by now they go on: at once when the address answers. A trial holds up nothing.
    """
    good, began = 0, time.monotonic()
    for place, owed in enumerate(calls):
        if time.monotonic() - began > LONGEST_TURN:
            with transaction() as session:
                put_back(session, calls[place:], timedelta(0))
            break
        outcome = send(owed)
        stop = not outcome.ok and owed.kind != PING
        with transaction() as session:
            pause = record(session, owed, outcome)
            if stop:
                put_back(session, calls[place + 1 :], pause)
        if stop:
            break
        good += outcome.ok
    return good


def forget_old_calls() -> int:
    """Until nothing old is left; how many rows went."""
    gone = 0
    while True:
        with transaction() as session:
            found = forget_old(session)
        if not found:
            return gone
        gone += found
