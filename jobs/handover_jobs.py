"""Jobs of loss and handover: losses told of, results of takeovers asked for, leavers' customers read."""

from datetime import timedelta

from customers.handover_finishing import finish_left_over
from customers.handover_queries import Polled, list_polled
from customers.handover_results import Told, apply_results, give_up_unknown
from customers.loss_telling import tell_losses
from customers.unassigned import leavers_with_customers, take_unassigned, want_those_gone
from foundation import clock
from foundation.db import transaction
from foundation.log import logger
from jobs.tick import facts_of, note_facts
from wecom import reads
from wecom.errors import PlatformError, Refused

log = logger(__name__)
PART = 50
POLL = "customers.poll_handovers"
PAIRS = 200
# A pair the platform will not tell of for so long is given up: its customers can be asked for again.
UNTOLD = timedelta(days=7)
# The list of a brand with 20,000 guides; beyond it something is wrong with the cursor.
MOST_PAGES = 1000


def tell_of_losses() -> int:
    """Cards about fresh losses, 200 a transaction; how many losses were gone through."""
    total = 0
    while True:
        with transaction() as session:
            done = tell_losses(session)
        if not done:
            return total
        total += done


def poll_handovers() -> int:
    """Ask for the results of takeovers under way, pair by pair; how many customers were settled. Trouble with one pair leaves
    the others alone.
    """
    settled = 0
    for pair in _next_pairs():
        try:
            settled += _poll(pair)
        except PlatformError as trouble:
            log.warning("takeovers not asked for", handover=pair.handover_id, errcode=trouble.errcode, why=trouble.message)
            settled += _give_up(pair, trouble) if isinstance(trouble, Refused) else 0
    with transaction() as session:
        finish_left_over(session)
    return settled


def _next_pairs() -> list[Polled]:
    """The pairs after those of the last run, and round again: with more than one run can ask for, each has its turn."""
    with transaction() as session:
        handover_id, to_id = facts_of(session, POLL).get("after", (0, 0))
        pairs = list_polled(session, (handover_id, to_id), PAIRS)
        if not pairs and handover_id:
            pairs = list_polled(session, limit=PAIRS)
        last = [pairs[-1].handover_id, pairs[-1].to_id] if len(pairs) == PAIRS else [0, 0]
        note_facts(session, POLL, {"after": last})
    return pairs


def _poll(pair: Polled) -> int:
    asked_at = clock.now()
    rows = reads.transfer_results(pair.departed, pair.from_userid, pair.to_userid)
    told = [Told(str(row["external_userid"]), int(row["status"]), clock.from_unix(row.get("takeover_time") or 0)) for row in rows]
    settled = 0
    for start in range(0, len(told), PART):
        with transaction() as session:
            settled += apply_results(session, pair.handover_id, pair.to_id, told[start : start + PART], asked_at)
    with transaction() as session:
        return settled + give_up_unknown(session, pair.handover_id, pair.to_id, [one.external_userid for one in told], asked_at)


def _give_up(pair: Polled, trouble: Refused) -> int:
    with transaction() as session:
        why = f"企业微信一直没有告诉结果：{trouble.message}"
        return give_up_unknown(session, pair.handover_id, pair.to_id, [], clock.now() - UNTOLD, why)


def pull_unassigned() -> int:
    """Read who waits for somebody because her guide left; how many relations were new to us."""
    waiting: dict[str, list[str]] = {}
    fresh, cursor = 0, ""
    for _ in range(MOST_PAGES):
        try:
            rows, cursor = reads.list_unassigned(cursor)
        except PlatformError as trouble:
            log.warning("leavers' customers not read", errcode=trouble.errcode, why=trouble.message)
            return fresh
        for start in range(0, len(rows), PART):
            with transaction() as session:
                fresh += take_unassigned(session, rows[start : start + PART])
        for row in rows:
            waiting.setdefault(str(row["handover_userid"]), []).append(str(row["external_userid"]))
        if not cursor:
            break
    else:
        log.warning("list of leavers' customers does not end", pages=MOST_PAGES)
        return fresh
    with transaction() as session:
        leavers = leavers_with_customers(session)
    for userid in leavers:
        with transaction() as session:
            want_those_gone(session, userid, waiting.get(userid, []))
    return fresh
