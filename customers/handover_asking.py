"""The calls a confirmed handover owes the platform, and what their answers say: begun, or not and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from customers.following import POLL_JOB
from customers.handover_finishing import finish_if_settled
from customers.handover_models import Handover, HandoverCustomer, HandoverStep
from customers.handover_rules import BATCH, BEGUN, FULL
from customers.models import Consent, Customer, Follow
from foundation import clock
from foundation.db import Json
from foundation.wake import ring
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane, MessageStatus, OutgoingMessage
from wecom.reasons import reason

IN_SERVICE, LEFT = "externalcontact/transfer_customer", "externalcontact/resigned/transfer_customer"


def ask_platform(session: Session, handover: Handover, guide: Staff, which: ColumnElement[bool], now: datetime) -> int:
    """Owe the takeover of the chosen rows (DOC 92125, 94081), at most 100 customers of one receiver a call; how many rows."""
    # A person merged from several accounts is handed over as the account this guide knows.
    account = func.coalesce(Follow.external_userid, Customer.external_userid)
    query = (
        select(HandoverCustomer, account, Customer.consent, Customer.owner_id, Staff.userid)
        .join(Customer, Customer.id == HandoverCustomer.customer_id)
        .outerjoin(Follow, (Follow.customer_id == Customer.id) & (Follow.staff_id == handover.from_id))
        .join(Staff, Staff.id == HandoverCustomer.to_id)
        .where(HandoverCustomer.handover_id == handover.id, HandoverCustomer.step == HandoverStep.PROPOSED, which)
        .order_by(HandoverCustomer.customer_id)
    )
    groups: dict[tuple[str, bool], list[str]] = {}
    count = 0
    for row, external_userid, consent, owner_id, userid in session.execute(query):
        row.step, row.asked_at, row.settled_at = HandoverStep.ASKED, now, None
        row.fit = {**row.fit, "owned": row.fit.get("owned", owner_id == handover.from_id), "account": external_userid}
        # Who wants no messages gets none of our words: the platform's own are not ours to leave out.
        groups.setdefault((userid, consent != Consent.NONE), []).append(external_userid)
        count += 1
    handover.revision += 1
    session.flush()
    call = LEFT if handover.departed else IN_SERVICE
    enqueue(session, Lane.TASK, call, dict(_calls(handover, guide, groups)), about=f"handover:{handover.id}", wants_result=True)
    return count


def _calls(handover: Handover, guide: Staff, groups: dict[tuple[str, bool], list[str]]) -> Iterator[tuple[str, Json]]:
    for (userid, may_greet), wanted in groups.items():
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            body: Json = {"handover_userid": guide.userid, "takeover_userid": userid, "external_userid": part}
            if handover.welcome and may_greet and not handover.departed:
                body["transfer_success_msg"] = handover.welcome
            yield f"handover:{handover.id}:{handover.revision}:{userid}:{int(may_greet)}:{start}", body


def transfer_answered(session: Session, message: OutgoingMessage) -> None:
    """The answer of a takeover call: 0 is begun, not done (DOC 92125). What was refused as a whole failed for each customer."""
    handover = session.get(Handover, int(message.about.removeprefix("handover:")), with_for_update=True)
    if handover is None:
        return
    sent = message.status == MessageStatus.SENT
    codes = {row["external_userid"]: int(row.get("errcode") or 0) for row in (message.answer or {}).get("customer", [])}
    now = clock.now()
    for row, external_userid in _asked(session, handover.id, message.payload):
        errcode = codes.get(external_userid, 0) if sent else message.errcode
        if sent and errcode in BEGUN:
            row.step = HandoverStep.WAITING
            continue
        row.step = HandoverStep.OVER_LIMIT if errcode == FULL else HandoverStep.FAILED
        row.reason = (reason(errcode) if sent and errcode else message.reason)[:200]
        row.settled_at, row.fit = now, {**row.fit, "errcode": errcode}
    session.flush()
    ring(session, POLL_JOB)
    finish_if_settled(session, handover)


def transfer_unanswered(session: Session, message: OutgoingMessage) -> None:
    """An answer nobody could use: the results will tell."""
    handover = session.get(Handover, int(message.about.removeprefix("handover:")), with_for_update=True)
    if handover is not None:
        for row, _ in _asked(session, handover.id, message.payload):
            row.step = HandoverStep.WAITING
        session.flush()


def _asked(session: Session, handover_id: int, payload: Json) -> Sequence[tuple[HandoverCustomer, str]]:
    """The rows a call was about and that still wait for its answer."""
    query = (
        select(HandoverCustomer)
        .join(Staff, Staff.id == HandoverCustomer.to_id)
        .where(
            HandoverCustomer.handover_id == handover_id,
            HandoverCustomer.step == HandoverStep.ASKED,
            HandoverCustomer.fit["account"].astext.in_(payload["external_userid"]),
            Staff.userid == payload["takeover_userid"],
        )
    )
    return [(row, str(row.fit["account"])) for row in session.scalars(query)]


RESULTS = {IN_SERVICE: transfer_answered, LEFT: transfer_answered}
RELEASES = {IN_SERVICE: transfer_unanswered, LEFT: transfer_unanswered}
