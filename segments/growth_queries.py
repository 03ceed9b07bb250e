"""What the charts of customers read: last night's counts of one place, all of it small and in one statement."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from org.models import Staff
from org.queries import inside
from segments.models import CustomerCount

MOST = 5_000
Counts = dict[str, dict[str, int]]


def growth_of(session: Session, viewer: Staff, path: str = "") -> Counts:
    """{kind: {key: customers}} of the viewer's place, or of a place below it; empty before the first night."""
    chosen = select(CustomerCount.kind, CustomerCount.key, CustomerCount.customers).where(
        CustomerCount.path == (path or viewer.path), inside(CustomerCount.path, viewer.path)
    )
    counts: Counts = {}
    for kind, key, customers in session.execute(chosen.limit(MOST)):
        counts.setdefault(kind, {})[key] = customers
    return counts
