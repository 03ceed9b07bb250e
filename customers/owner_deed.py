"""Batches that give customers to another owner (批量换归属), each move kept in her history; and take it back."""

from collections.abc import Sequence

from sqlalchemy import TextClause, select
from sqlalchemy.orm import Session

from customers.batch_kinds import Deed
from customers.batch_sql import GIVE_BACK, GIVE_TO
from customers.owner_rules import HAND, UNDO, WHY_NAMES
from customers.owning import without_jit
from customers.tag_bulk_sql import LOCK
from customers.tag_models import CustomerBatch
from foundation import clock
from foundation.db import Json
from foundation.errors import Invalid
from org.models import Role, Staff, StaffStatus
from org.queries import inside


def _check(session: Session, staff: Staff, deed: Json) -> Json:
    """The new owner works in the asker's own subtree."""
    wanted = deed.get("owner")
    chosen = select(Staff.id).where(Staff.id == wanted, Staff.status == StaffStatus.ACTIVE, inside(Staff.path, staff.path))
    if not isinstance(wanted, int) or session.scalar(chosen) is None:
        raise Invalid("请选一位在职的导购", {"guide": "请选一位您管理范围内在职的导购"})
    return {"owner": wanted}


def _apply(session: Session, batch: CustomerBatch, ids: Sequence[int]) -> int:
    """Those of nobody and of the asker's own subtree, as customers.owner_actions.may_take says of one."""
    staff = session.get_one(Staff, batch.staff_id)
    asked = {"owner": batch.deed["owner"], "path": staff.path, "whole": staff.role == Role.HEADQUARTERS}
    return _work(session, GIVE_TO, batch, ids, HAND, asked)


def _undo(session: Session, done: CustomerBatch, undo: CustomerBatch, ids: Sequence[int]) -> int:
    """Back to whose she was and for how long, unless somebody has moved or held her since."""
    return _work(session, GIVE_BACK, undo, ids, UNDO, {"undone": f"batch:{done.id}"})


def _work(session: Session, statement: TextClause, batch: CustomerBatch, ids: Sequence[int], why: str, asked: Json) -> int:
    """The customers' rows are locked first: nobody else moves them meanwhile. How many changed hands."""
    if not ids:
        return 0
    session.execute(LOCK, {"ids": list(ids)})
    without_jit(session, ids)
    facts = {"ids": list(ids), "now": clock.now(), "why": why, "reason": WHY_NAMES[why], "by": f"batch:{batch.id}"}
    changed = session.scalar(statement, facts | asked)
    session.expire_all()
    return int(changed or 0)


owner_deed = Deed("换归属", _check, _apply, _undo)
