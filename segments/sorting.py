"""A page of the people a rule holds for, sorted by one column: the counter tells it at once, PostgreSQL mostly in seconds."""

from psycopg.errors import QueryCanceled
from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from foundation import clock
from org.models import Staff
from segments.asking import ask
from segments.models import CustomerFacts
from segments.nodes import Rule
from segments.ordering import Order, Place, beyond, rank_of, value_of
from segments.queries import holds
from segments.resolving import resolve
from segments.scopes import Scope, scope_of

# Without the counter everybody found is read and compared, which no index spares: as long as this somebody may wait for it.
MOST_SECONDS = 3
SETTINGS = {"statement_timeout": f"{MOST_SECONDS}s", "jit": "off"}


def sorted_page(
    session: Session, viewer: Staff | Scope, rule: Rule, order: Order, after: Place | None = None, limit: int = 50
) -> list[Place] | None:
    """The first `limit` behind `after` in this order; None when nobody could tell in time.

    The values are those she was sorted by, which the next page must go on from: her facts may have changed meanwhile.
    """
    whole = resolve(session, rule, viewer)
    asked = {"column": order.column, "falling": order.falling}
    told = ask("sorted", whole, scope_of(viewer), clock.today(), order=asked, after=after, limit=limit)
    if told is not None:
        return [Place(int(id_), int(value)) for id_, value in told["answer"]]
    chosen = select(CustomerFacts.customer_id, value_of(order)).where(holds(whole, viewer)).limit(limit)
    chosen = chosen.order_by(rank_of(order).desc(), CustomerFacts.customer_id.desc())
    rows = _in_time(session, chosen if after is None else chosen.where(beyond(order, after)))
    return None if rows is None else [Place(id_, value) for id_, value in rows]


def _in_time(session: Session, chosen: Select[int, int]) -> list[Row[int, int]] | None:
    """What is chosen, or None when it took too long. The settings go with the savepoint."""
    limited = session.begin_nested()
    try:
        session.execute(select(*(func.set_config(name, value, True) for name, value in SETTINGS.items())))
        return list(session.execute(chosen).all())
    except OperationalError as late:
        if not isinstance(late.orig, QueryCanceled):
            raise
        return None
    finally:
        limited.rollback()
