"""What the platform's results say of takeovers under way, and what a takeover changes here. The handover is locked first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from customers.accounts import is_of_account
from customers.following import end_following, lock_customer, note_timeline, want_pull
from customers.handover_asking import IN_SERVICE, LEFT
from customers.handover_finishing import finish_if_settled
from customers.handover_models import Handover, HandoverCustomer, HandoverStep
from customers.handover_rules import FORGOTTEN, STEP_OF, UNDER_WAY
from customers.models import Customer, Follow, FollowStatus, Tag
from customers.owner_rules import HAND
from customers.owning import set_owner
from customers.rules import MAX_TAGS_AT_ONCE
from customers.tagging import tag_customer
from foundation import clock
from org.models import Staff
from outbox.models import MessageStatus, OutgoingMessage, ResultStatus

# The new relation is told by an event or a pull; after that long it is taken without.
RELATION_PATIENCE = timedelta(hours=1)
NO_RECORD = "企业微信没有这次交接的记录"


@dataclass(frozen=True, slots=True)
class Told:
    """One row of transfer_result: status 1 taken over, 2 waiting, 3 refused, 4 the receiver is full."""

    external_userid: str
    status: int
    at: datetime


def apply_results(session: Session, handover_id: int, to_id: int, told: Sequence[Told], asked_at: datetime) -> int:
    """Take over a part of the results of one pair; how many rows were settled. `asked_at`: before the platform was asked."""
    handover = session.get(Handover, handover_id, with_for_update=True)
    if handover is None:
        return 0
    by_id = {one.external_userid: one for one in told}
    settled = 0
    for row in _under_way(session, handover_id, to_id, list(by_id), asked_at):
        settled += _settle(session, handover, row, by_id[account_of(row)])
    session.flush()
    finish_if_settled(session, handover)
    return settled


def give_up_unknown(
    session: Session, handover_id: int, to_id: int, known: Sequence[str], asked_at: datetime, why: str = NO_RECORD
) -> int:
    """Rows the platform's complete answer does not hold though they were asked for long ago have failed (`why`); how many.

    So have those whose call is not there any more, or ended without anybody hearing of it: nothing else would ever end them.
    """
    handover = session.get(Handover, handover_id, with_for_update=True)
    late = select(HandoverCustomer).where(
        HandoverCustomer.handover_id == handover_id,
        HandoverCustomer.to_id == to_id,
        or_(
            HandoverCustomer.step == HandoverStep.WAITING,
            and_(HandoverCustomer.step == HandoverStep.ASKED, ~_call_lives(handover_id)),
        ),
        HandoverCustomer.asked_at < asked_at - FORGOTTEN,
    )
    told, count = set(known), 0
    for row in session.scalars(late):
        if account_of(row) not in told:
            row.step, row.reason, row.settled_at = HandoverStep.FAILED, why[:200], clock.now()
            count += 1
    session.flush()
    if handover is not None and count:
        finish_if_settled(session, handover)
    return count


def _call_lives(handover_id: int) -> ColumnElement[bool]:
    """Whether a takeover call that names the row's account is still to be made, or its answer to be taken."""
    ahead = OutgoingMessage.status.in_([MessageStatus.WAITING, MessageStatus.SENDING])
    call = select(OutgoingMessage.id).where(
        OutgoingMessage.about == f"handover:{handover_id}",
        OutgoingMessage.call.in_([IN_SERVICE, LEFT]),
        or_(ahead, OutgoingMessage.result_status == ResultStatus.WANTED),
        OutgoingMessage.payload["external_userid"].contains(HandoverCustomer.fit["account"]),
    )
    return call.exists()


def account_of(row: HandoverCustomer) -> str:
    """How the platform calls the customer that was asked for."""
    return str(row.fit.get("account", ""))


def _under_way(
    session: Session, handover_id: int, to_id: int, accounts: Sequence[str], asked_at: datetime
) -> Sequence[HandoverCustomer]:
    account = HandoverCustomer.fit["account"].astext
    query = select(HandoverCustomer).where(
        HandoverCustomer.handover_id == handover_id,
        HandoverCustomer.to_id == to_id,
        HandoverCustomer.step.in_(UNDER_WAY),
        HandoverCustomer.asked_at < asked_at,
        account.in_(accounts),
    )
    return session.scalars(query.order_by(account)).all()


def _settle(session: Session, handover: Handover, row: HandoverCustomer, told: Told) -> bool:
    step = STEP_OF.get(told.status, HandoverStep.WAITING)
    if step == HandoverStep.WAITING:
        row.step = step
        return False
    if step == HandoverStep.TAKEN and not _take_over(session, handover, row, told.at):
        row.step = HandoverStep.WAITING
        return False
    row.step, row.settled_at = step, min(told.at, clock.now())
    if step == HandoverStep.REFUSED:
        row.reason = "客户拒绝了"
    elif step == HandoverStep.OVER_LIMIT:
        row.reason = "接替的同事客户数已满"
    return True


def _take_over(session: Session, handover: Handover, row: HandoverCustomer, at: datetime) -> bool:
    """The customer belongs to her new guide: relation, owner, tags, timeline. False while the new relation is not known yet:
    she is pulled, and looked at again.
    """
    now = clock.now()
    at = min(at, now)
    guide, receiver = session.get_one(Staff, handover.from_id), session.get_one(Staff, row.to_id)
    account = lock_customer(session, account_of(row))
    fresh = _relation(session, account, receiver)
    if fresh is None or fresh.status != FollowStatus.ACTIVE:
        want_pull(session, account.external_userid)
        if now - at < RELATION_PATIENCE:
            return False
    by = f"handover:{handover.id}"
    person = session.get_one(Customer, account.merged_into_id or account.id)
    # Events of the takeover may have moved the owner by the brand's rules already; a hand's choice since then stands.
    if row.fit.get("owned") and not (person.owner_why == HAND and person.owner_id != guide.id):
        set_owner(session, person.id, receiver.id, "handover", by)
    old = _relation(session, account, guide)
    if old is not None and old.status in {FollowStatus.ACTIVE, FollowStatus.HALF}:
        end_following(session, guide.userid, account.external_userid, by="transfer", at=max(at, old.changed_at))
    _bring_tags(session, receiver, old, fresh, by)
    told = f"{guide.name or guide.userid} 交给 {receiver.name or receiver.userid}"
    once = f"handed_over:{handover.id}:{row.customer_id}:{receiver.id}"
    note_timeline(session, person.id, "handed_over", staff_id=receiver.id, at=at, once=once, note=told)
    return True


def _relation(session: Session, account: Customer, staff: Staff) -> Follow | None:
    return session.scalars(select(Follow).where(Follow.staff_id == staff.id, is_of_account(account))).one_or_none()


def _bring_tags(session: Session, receiver: Staff, old: Follow | None, fresh: Follow | None, by: str) -> None:
    """The platform leaves tags with the old relation: she keeps hers."""
    if old is None or fresh is None or fresh.status != FollowStatus.ACTIVE:
        return
    missing = set(old.tag_ids) - set(fresh.tag_ids)
    living = select(Tag.id).where(Tag.id.in_(missing), Tag.removed_at.is_(None), Tag.platform_id.is_not(None))
    tags = sorted(session.scalars(living))[:MAX_TAGS_AT_ONCE] if missing else []
    if tags:
        tag_customer(session, receiver, fresh.customer_id, add=tags, by=f"job:{by}", why="交接时带过来")
