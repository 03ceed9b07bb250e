"""Webhooks told, and what the open door keeps no longer. Plain functions; every call stands outside a transaction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from api.delivery import Owed, claim, put_back, record, send
from api.keys import forget_old
from api.rules import FIRST_WAIT, PING, wait_before_retry
from foundation.db import transaction

AT_ONCE = 16


def tell_webhooks(most_rounds: int = 50) -> int:
    """Tell what is due, the addresses side by side, each in order; how many were told well."""
    told = 0
    for _ in range(most_rounds):
        with transaction() as session:
            claimed = claim(session)
        if not claimed:
            break
        with ThreadPoolExecutor(min(AT_ONCE, len(claimed))) as pool:
            telling = [pool.submit(_tell, calls) for calls in claimed]
        # Only now that every address was told: map() would give up the others at the first error.
        told += sum(one.result() for one in telling)
    return told


def _tell(calls: list[Owed]) -> int:
    """The calls of one address, one after the other; at a failure the rest wait as long as the failed one, so that order is kept.

    Behind one that is dead by now they go on: at once when the address answers. A trial holds up nothing.
    """
    good = 0
    for place, owed in enumerate(calls):
        outcome = send(owed)
        stop = not outcome.ok and owed.kind != PING
        with transaction() as session:
            record(session, owed, outcome)
            if stop:
                dead_wait = FIRST_WAIT if outcome.unreachable else timedelta(0)
                put_back(session, calls[place + 1 :], wait_before_retry(owed.attempts) or dead_wait)
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
