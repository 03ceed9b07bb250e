"""What is asked of a guide in one customer's chat: her own open tasks, and the care due for that relation."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from sop.actions import finish_care, seed_care_nodes
from sop.customer_queries import list_asked
from sop.models import AssignmentStatus, CareNode
from tests.builders.sop import make_brand, make_copy, make_follow, make_task


def test_the_care_due_stands_first_then_the_nearest_two_tasks(session: Session) -> None:
    brand = make_brand(session)
    seed_care_nodes(session)
    hers, old = make_follow(session, brand.ai, "wm1", days_ago=3), make_follow(session, brand.ai, "wm2", days_ago=12)
    copies = [make_copy(session, make_task(session, brand, ends_in=timedelta(hours=hours)), brand.ai) for hours in (9, 3, 6)]
    make_copy(session, make_task(session, brand), brand.ai, status=AssignmentStatus.DONE, done_at=clock.now())
    make_copy(session, make_task(session, brand, ends_in=timedelta(hours=-1)), brand.ai)
    make_copy(session, make_task(session, brand), brand.bo)
    node = session.scalars(select(CareNode).where(CareNode.day == 3)).one()
    asked = list_asked(session, brand.ai, hers)
    assert [(one.kind, one.id) for one in asked] == [("care", node.id), ("task", copies[1].id), ("task", copies[2].id)]
    assert [one.kind for one in list_asked(session, brand.ai, old)] == ["task", "task"]
    assert list_asked(session, brand.manager, hers) == []
    finish_care(session, brand.ai, hers.id, node.id, "done")
    assert {one.kind for one in list_asked(session, brand.ai, hers)} == {"task"}
