"""Visits of a file let in: the same as a system tells them, a stretch of staged rows at a time."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.import_models import ImportRow
from customers.import_reading import DEFAULT_SOURCE
from customers.store_visits import Heard, StoreVisit, note_store_visits

NEWS = (Heard.ADDED, Heard.UPDATED)


def let_visits_in(session: Session, import_id: int, after: int, until: int) -> list[int]:
    """Note the visits of rows after `after` until `until`; whose they were that are news, one for each visit."""
    staged = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row > after, ImportRow.row <= until)
    visits = [
        StoreVisit(one.customer_id, one.at, one.store_id, one.staff_id, DEFAULT_SOURCE)
        for one in session.scalars(staged.order_by(ImportRow.row))
        if one.at is not None and one.store_id is not None
    ]
    heard = note_store_visits(session, visits)
    return [visit.customer_id for visit, became in zip(visits, heard, strict=True) if became in NEWS]
