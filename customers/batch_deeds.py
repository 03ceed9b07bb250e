"""Batches that tighten what customers let us send (接收意愿), thousands at once, and take it back."""

from collections.abc import Sequence

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

from customers.batch_kinds import Deed
from customers.batch_sql import LOOSEN_AGAIN, TIGHTEN
from customers.models import Consent
from customers.owning import without_jit
from customers.tag_bulk_sql import LOCK
from customers.tag_models import CustomerBatch
from foundation import clock
from foundation.db import Json
from foundation.errors import Invalid
from org.models import Staff

ONE_BY_ONE = "放宽接收意愿只能逐位进行，并记下客户原话"


def _check(_session: Session, _staff: Staff, deed: Json) -> Json:
    """Only tighter: what one customer allows again nobody says for thousands."""
    wanted = deed.get("consent")
    if wanted not in set(Consent):
        raise Invalid("请选择接收意愿", {"consent": "请选择接收意愿"})
    if wanted == Consent.ALL:
        raise Invalid(ONE_BY_ONE, {"consent": ONE_BY_ONE})
    return {"consent": wanted}


def _apply(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
    return _work(session, TIGHTEN, batch, ids, wanted=batch.deed["consent"])


def _undo(session: Session, done: CustomerBatch, undo: CustomerBatch, ids: Sequence[int]) -> int:
    """Back to what she allowed before, unless she or somebody has said something since."""
    return _work(session, LOOSEN_AGAIN, undo, ids, undone=f"batch:{done.id}", since=done.created_at)


def _work(session: Session, statement: TextClause, batch: CustomerBatch, ids: Sequence[int], **told: object) -> int:
    """The customers' rows are locked first: nobody else changes their wishes meanwhile. How many changed."""
    if not ids:
        return 0
    session.execute(LOCK, {"ids": list(ids)})
    without_jit(session, ids)
    now = clock.now()
    facts = {
        "ids": list(ids), "now": now, "moment": str(now.timestamp()), "source": f"batch:{batch.id}", "staff_id": batch.staff_id,
        "actor": f"staff:{batch.staff_id}",
    }  # fmt: skip
    changed = session.scalar(statement, facts | told)
    session.expire_all()
    return int(changed or 0)


consent_deed = Deed("接收意愿", _check, _apply, _undo)
