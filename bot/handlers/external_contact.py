"""客户变更 (DOC 92130): what an event about a customer means for us. What must be pulled is marked, not read here."""

from sqlalchemy.orm import Session

from acquisition.actions import arrive, welcome
from acquisition.welcomes import Arrival
from bot.fields import need, text_of
from bot.models import InboundEvent
from bot.rules import welcome_counts_from
from customers import actions as customers
from customers.erasing import is_before_erasing, is_of_an_erased_life
from customers.models import Customer
from org.models import Staff


def added(session: Session, event: InboundEvent) -> None:
    """A guide and a customer are friends now. The welcome is owed first, everything else can wait."""
    _start(session, event, half=False)


def greeting_of(event: InboundEvent) -> Arrival | None:
    """Who is owed a welcome by this event; None when there is no code or it came too late to mean anything."""
    counts_from = welcome_counts_from(event.created_at_platform, event.received_at)
    code = text_of(event.body, "WelcomeCode")
    if not code or counts_from is None:
        return None
    userid, external_userid = need(event.body, "UserID"), need(event.body, "ExternalUserID")
    return Arrival(userid, external_userid, text_of(event.body, "State", 64), code, counts_from)


def half_added(session: Session, event: InboundEvent) -> None:
    """The customer added a guide who needs not confirm; this event may carry the welcome code instead of the next."""
    _start(session, event, half=True)


def _is_of_an_erased_life(session: Session, event: InboundEvent) -> bool:
    """She was erased at her wish; what is told of the time before, or of a relation she has left behind, is not kept."""
    return is_of_an_erased_life(session, need(event.body, "ExternalUserID"), event.created_at_platform)


def _start(session: Session, event: InboundEvent, *, half: bool) -> None:
    if is_before_erasing(session, need(event.body, "ExternalUserID"), event.created_at_platform):
        return
    counts_from = welcome_counts_from(event.created_at_platform, event.received_at)
    code = text_of(event.body, "WelcomeCode") if counts_from is not None else ""
    usual = counts_from == event.created_at_platform
    follow = arrive(
        session,
        need(event.body, "UserID"),
        need(event.body, "ExternalUserID"),
        at=event.created_at_platform,
        state=text_of(event.body, "State", 64),
        welcome_code=code if usual else "",
        half=half,
    )
    if code and counts_from is not None and not usual:
        # A clock is wrong: history goes by the platform's, the code's 20 seconds by ours.
        customer, staff = session.get_one(Customer, follow.customer_id), session.get_one(Staff, follow.staff_id)
        welcome(session, follow, customer, staff, code, counts_from)


def edited(session: Session, event: InboundEvent) -> None:
    """The guide changed remark, phone or tags in her client; the event says only that, so the customer is pulled."""
    need(event.body, "UserID")
    if not _is_of_an_erased_life(session, event):
        customers.want_pull(session, need(event.body, "ExternalUserID"))


def deleted(session: Session, event: InboundEvent) -> None:
    """The guide deleted the customer, or the customer was handed over (DELETE_BY_TRANSFER)."""
    by = "transfer" if text_of(event.body, "Source") == "DELETE_BY_TRANSFER" else "guide"
    _end(session, event, by)


def unfollowed(session: Session, event: InboundEvent) -> None:
    """The customer deleted the guide."""
    _end(session, event, "customer")


def _end(session: Session, event: InboundEvent, by: str) -> None:
    userid, external_userid = need(event.body, "UserID"), need(event.body, "ExternalUserID")
    if not _is_of_an_erased_life(session, event):
        customers.end_following(session, userid, external_userid, by=by, at=event.created_at_platform)


def transfer_failed(session: Session, event: InboundEvent) -> None:
    """A takeover failed: the customer refused, or the guide has too many."""
    if _is_of_an_erased_life(session, event):
        return
    customers.transfer_failed(
        session,
        need(event.body, "UserID"),
        need(event.body, "ExternalUserID"),
        reason=text_of(event.body, "FailReason", 64),
        at=event.created_at_platform,
    )
