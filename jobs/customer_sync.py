"""The sync of customers: chunks of members pulled side by side, each page applied with its cursor in one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from customers.actions import apply_pulled, end_unlisted
from foundation import clock
from foundation.config import settings
from foundation.db import Json, transaction
from jobs.sync_run import Going, bearable, in_parallel, patiently
from org.actions import meet_all, start_run
from org.queries import find_latest_run, list_guides_missing_in
from wecom import reads
from wecom.errors import PlatformError, Refused

MOST_MEMBERS = 100
NO_LICENCE = 701008
NO_CUSTOMER_CONTACT = 84074


def pull_customers(run: Going) -> None:
    """Every customer of every member who uses 客户联系 (DOC 92571, 92994). Goes on from the open chunks of the cursor."""
    try:
        userids = sorted(patiently(reads.list_follow_userids))
    except Refused as error:
        run.missing("customers", bearable(error).errcode, [])
        return
    _begin(run, userids)
    while _open_chunks(run, userids):
        _round(run, userids)


def _begin(run: Going, userids: list[str]) -> None:
    if "after" in run.cursor:
        return
    run.cursor = {**run.cursor, "after": "", "open": []}
    with transaction() as session:
        meet_all(session, userids)
        without = list_guides_missing_in(session, userids)
        if without:
            run.missing("customers", NO_CUSTOMER_CONTACT, without)
        run.seen("customers", guides=len(userids))
        run.record(session, expect=len(userids))


def _open_chunks(run: Going, userids: list[str]) -> list[Json]:
    """Fill up the chunks under way: each {"from", "to", "cursor", "since"} is the members in (from, to]."""
    chunks: list[Json] = list(run.cursor["open"])
    workers = settings().sync_workers
    size = max(1, min(MOST_MEMBERS, -(-len(userids) // workers)))
    after = str(run.cursor["after"])
    while len(chunks) < workers and (rest := [userid for userid in userids if userid > after][:size]):
        chunks.append({"from": after, "to": rest[-1], "cursor": "", "since": clock.now().isoformat()})
        after = rest[-1]
    run.cursor = {**run.cursor, "after": after, "open": chunks}
    return chunks


def _members(chunk: Json, userids: list[str]) -> list[str]:
    return [userid for userid in userids if chunk["from"] < userid <= chunk["to"]]


def _round(run: Going, userids: list[str]) -> None:
    """One page of every open chunk."""
    chunks: list[Json] = run.cursor["open"]
    asked = [(_members(chunk, userids), str(chunk["cursor"])) for chunk in chunks]
    fetched_at = clock.now()
    answers = in_parallel(lambda each: reads.pull_customers(*each) if each[0] else ([], "", []), asked)
    with transaction() as session:
        rows, still_open, finished = [], [], 0
        for chunk, (members, _), answer in zip(chunks, asked, answers, strict=True):
            if isinstance(answer, PlatformError):
                left = _after_refusal(run, chunk, members, answer)
            else:
                rows += answer[0]
                left = _after_page(run, chunk, answer[1], answer[2])
            still_open += left
            finished += 0 if left else len(members)
        run.cursor = {**run.cursor, "open": still_open}
        _apply(session, run, rows, fetched_at)
        _end_unlisted(session, run, [chunk for chunk in chunks if chunk.get("whole")], userids)
        run.record(session, done=finished)


def _after_page(run: Going, chunk: Json, following: str, unlicensed: list[str]) -> list[Json]:
    blind = sorted({*chunk.get("blind", []), *unlicensed})
    if not following:
        chunk["whole"], chunk["blind"] = True, blind
        if blind:
            run.missing("customers", NO_LICENCE, blind)
        return []
    return [{**chunk, "cursor": following, "blind": blind}]


def _after_refusal(run: Going, chunk: Json, members: list[str], error: PlatformError) -> list[Json]:
    """A cursor that is no longer good begins its chunk again; one member who is refused must not cost the others theirs."""
    since = clock.now().isoformat()
    if chunk["cursor"]:
        return [{**chunk, "cursor": "", "since": since}]
    if len(members) > 1:
        edges = [str(chunk["from"]), *members]
        return [{"from": edges[i], "to": members[i], "cursor": "", "since": since} for i in range(len(members))]
    run.missing("customers", error.errcode, members)
    return []


def _apply(session: Session, run: Going, rows: list[Json], fetched_at: datetime) -> None:
    result = apply_pulled(session, rows, fetched_at=fetched_at)
    run.seen("customers", seen=result.rows, new=result.fresh)
    if result.unknown_tags:
        ask_for_tags(session)


def _end_unlisted(session: Session, run: Going, chunks: list[Json], userids: list[str]) -> None:
    """Relations a whole chunk did not show have ended while nobody told us."""
    for chunk in chunks:
        members = [userid for userid in _members(chunk, userids) if userid not in chunk["blind"]]
        while members and (count := end_unlisted(session, members, datetime.fromisoformat(chunk["since"]))):
            run.seen("customers", ended=count)


def ask_for_tags(session: Session) -> None:
    """A customer has a tag we do not know: pull the tags, unless that was done minutes ago (rule-group tags are never listed)."""
    latest = find_latest_run(session, "tags")
    if latest is None or (clock.now() - latest.created_at).total_seconds() > 600:
        start_run(session, "tags", "platform")
