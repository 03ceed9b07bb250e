"""Jobs of loss and handover: losses told of, results of takeovers asked for, leavers' customers read."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from customers.handover_finishing import finish_left_over
from customers.handover_queries import Polled, list_polled
from customers.handover_results import Told, apply_results, give_up_unknown
from customers.loss_telling import tell_losses
from customers.unassigned import leavers_with_customers, take_unassigned, want_those_gone
from foundation import clock
from foundation.db import Json, transaction
from foundation.log import logger
from jobs.tick import facts_of, note_facts
from wecom import reads
from wecom.errors import CORP_WIDE, PlatformError, Refused

log = logger(__name__)
Key = tuple[int, int]
PART = 50
POLL = "customers.poll_handovers"
PAIRS = 200
# A pair the platform refuses to tell of for so long is given up: its customers can be asked for again.
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
            if isinstance(trouble, Refused) and trouble.errcode not in CORP_WIDE:
                settled += _note_refusal(pair, trouble)
    with transaction() as session:
        finish_left_over(session)
    return settled


def _next_pairs() -> list[Polled]:
    """The pairs after those of the last run, and round again: with more than one run can ask for, each has its turn."""
    with transaction() as session:
        facts = facts_of(session, POLL)
        handover_id, to_id = facts.get("after", (0, 0))
        pairs = list_polled(session, (handover_id, to_id), PAIRS)
        if not pairs and handover_id:
            handover_id, to_id = 0, 0
            pairs = list_polled(session, limit=PAIRS)
        last = _key(pairs[-1]) if len(pairs) == PAIRS else (0, 0)
        # Those this run would come to but does not are not asked about any more.
        gone = {key for key in _refused(facts) if key > (handover_id, to_id) and (key <= last or not any(last))}
        gone -= {_key(pair) for pair in pairs}
        kept = {key: since for key, since in _refused(facts).items() if key not in gone}
        _note(session, {"after": last}, kept)
    return pairs


def _key(pair: Polled) -> Key:
    return pair.handover_id, pair.to_id


def _refused(facts: Json) -> dict[Key, str]:
    """Since when the platform refuses to tell of a pair."""
    return {(handover_id, to_id): since for handover_id, to_id, since in facts.get("refused", [])}


def _note(session: Session, facts: Json, refused: Mapping[Key, str]) -> None:
    note_facts(session, POLL, facts | {"refused": [[*key, since] for key, since in refused.items()]})


def _poll(pair: Polled) -> int:
    asked_at = clock.now()
    rows = reads.transfer_results(pair.departed, pair.from_userid, pair.to_userid)
    told = [Told(str(row["external_userid"]), int(row["status"]), clock.from_unix(row.get("takeover_time") or 0)) for row in rows]
    settled = 0
    for start in range(0, len(told), PART):
        with transaction() as session:
            settled += apply_results(session, pair.handover_id, pair.to_id, told[start : start + PART], asked_at)
    with transaction() as session:
        facts = facts_of(session, POLL)
        refused = _refused(facts)
        if refused.pop(_key(pair), None):
            _note(session, facts, refused)
        return settled + give_up_unknown(session, pair.handover_id, pair.to_id, [one.external_userid for one in told], asked_at)


def _note_refusal(pair: Polled, trouble: Refused) -> int:
    """Keep the moment of the first refusal since it was told of; how many customers were given up because that was long ago."""
    now = clock.now()
    with transaction() as session:
        facts = facts_of(session, POLL)
        since = _refused(facts).get(_key(pair))
        if since is None:
            _note(session, facts, _refused(facts) | {_key(pair): now.isoformat()})
            return 0
        if datetime.fromisoformat(since) > now - UNTOLD:
            return 0
        why = f"企业微信一直没有告诉结果：{trouble.message}"
        return give_up_unknown(session, pair.handover_id, pair.to_id, [], now - UNTOLD, why)


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
