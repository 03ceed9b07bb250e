"""Facts of customers asked for without a change of theirs, which the triggers would ask for themselves."""

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from segments.models import FactsWanted


def ask_for_facts(session: Session, ids: Sequence[int], *, bulk: bool = False) -> None:
    """As a trigger asks: `bulk` is taken behind the others."""
    session.execute(insert(FactsWanted), [{"customer_id": one, "bulk": bulk} for one in ids])
