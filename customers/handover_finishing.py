"""The end of a handover: cards to each new guide with her customers, and to who confirmed it with the figures."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.handover_cards import receiver_card, report_card
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.handover_queries import Taking, last_words, list_takings
from customers.handover_rules import AGAIN, UNDER_WAY
from customers.models import Customer
from foundation import clock
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane

SEND = "message/send"
SHOWN = 3


def finish_if_settled(session: Session, handover: Handover) -> bool:
    """Tell each receiver all of whose customers are settled; end it when nothing is under way any more. Safe to repeat: the
    card of a receiver is owed once for a number of customers taken.
    """
    if handover.status != HandoverStatus.RUNNING:
        return False
    takings = list_takings(session, handover.id)
    guide = session.get_one(Staff, handover.from_id)
    for taking in takings:
        if taking.staff is not None and not taking.count(*UNDER_WAY) and taking.count(HandoverStep.TAKEN):
            _tell_receiver(session, handover, guide, taking.staff, taking.count(HandoverStep.TAKEN))
    if any(taking.count(*UNDER_WAY) for taking in takings):
        return False
    handover.status, handover.finished_at = HandoverStatus.DONE, clock.now()
    session.flush()
    _report(session, handover, guide, takings)
    return True


def finish_left_over(session: Session, limit: int = 50) -> int:
    """End running handovers nothing of which is under way, though no answer ended them (the last customers were erased)."""
    under_way = select(HandoverCustomer.customer_id).where(
        HandoverCustomer.handover_id == Handover.id, HandoverCustomer.step.in_(UNDER_WAY)
    )
    settled = select(Handover).where(Handover.status == HandoverStatus.RUNNING, ~under_way.exists())
    rows = session.scalars(settled.order_by(Handover.id).limit(limit).with_for_update(skip_locked=True)).all()
    return sum(finish_if_settled(session, handover) for handover in rows)


def _tell_receiver(session: Session, handover: Handover, guide: Staff, receiver: Staff, taken: int) -> None:
    query = (
        select(Customer.id, Customer.name)
        .join(HandoverCustomer, HandoverCustomer.customer_id == Customer.id)
        .where(HandoverCustomer.handover_id == handover.id, HandoverCustomer.to_id == receiver.id)
        .where(HandoverCustomer.step == HandoverStep.TAKEN)
        .order_by(Customer.id)
        .limit(SHOWN)
    )
    names = {id_: name for id_, name in session.execute(query)}
    words = last_words(session, list(names), guide.id)
    notes = [(name, words[id_].step or words[id_].note or "") for id_, name in names.items()]
    card = receiver_card(receiver.userid, handover, guide.name or guide.userid, taken, notes)
    key = f"handover_card:{handover.id}:{receiver.id}:{taken}"
    enqueue(session, Lane.TASK, SEND, {key: card}, about=f"handover:{handover.id}")


def _report(session: Session, handover: Handover, guide: Staff, takings: list[Taking]) -> None:
    boss = session.get_one(Staff, handover.staff_id)
    taken, again = sum(one.count(HandoverStep.TAKEN) for one in takings), sum(one.count(*AGAIN) for one in takings)
    card = report_card(boss.userid, handover, guide.name or guide.userid, taken, again)
    key = f"handover_report:{handover.id}:{handover.revision}"
    enqueue(session, Lane.TASK, SEND, {key: card}, about=f"handover:{handover.id}")
