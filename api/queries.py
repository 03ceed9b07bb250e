"""What is read of the change feed. Never further than the oldest transaction still open, so that nothing is skipped."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.models import CustomerChange
from customers.models import Customer

OLDEST_OPEN = text("customer_change.xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")


# Of who was erased the one she had.
USERID = func.coalesce(CustomerChange.facts["external_userid"].astext, Customer.external_userid)


def page_changes(session: Session, after: int, kind: str | None, limit: int) -> list[tuple[CustomerChange, str]]:
    """Changes beyond `after` in their order, each with the customer's external_userid."""
    chosen = select(CustomerChange, USERID).join(Customer, Customer.id == CustomerChange.customer_id)
    chosen = chosen.where(CustomerChange.id > after, OLDEST_OPEN)
    if kind:
        chosen = chosen.where(CustomerChange.kind == kind)
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(CustomerChange.id).limit(limit))]
