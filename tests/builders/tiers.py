"""Small builders for standings: orders of a customer, a life of orders."""

from datetime import timedelta

from sqlalchemy.orm import Session

from customers.purchase_models import Purchase
from customers.purchasing import PurchaseFacts, note_purchase
from foundation import clock


def order_facts(customer_id: int, *, days_ago: int = 0, yuan: int = 500, number: str = "", **rest: object) -> PurchaseFacts:
    """An order some days ago; its number is unique by customer and day unless given."""
    at = clock.at(clock.today() - timedelta(days=days_ago), 0, 1)
    facts = {"source": "pos", "order_no": number or f"{customer_id}-{days_ago}", "customer_id": customer_id, "at": at}
    return PurchaseFacts(**{**facts, "paid_fen": yuan * 100, **rest})  # type: ignore[arg-type]


def make_order(session: Session, customer_id: int, **facts: object) -> Purchase:
    """Such an order, kept."""
    return note_purchase(session, order_facts(customer_id, **facts))  # type: ignore[arg-type]
