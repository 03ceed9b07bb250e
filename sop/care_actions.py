"""What changes of the lifecycle SOP: the plan, the morning's digests and cards, and what a guide did for a customer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Integer, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.actions import note_timeline
from customers.respect import note_contact
from customers.respect_models import ContactKind
from foundation import audit, clock
from foundation.config import settings
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.text import clean
from org.models import Role, Staff
from org.queries import list_active_guides
from org.rules import ROOT_PATH
from outbox.actions import enqueue
from outbox.models import Lane
from sop.cards import morning_card
from sop.care_queries import CareLoad, find_care_due, list_care_loads
from sop.models import Assignment, AssignmentStatus, CareDigest, CareDone, CareNode, Task
from sop.rules import CARE_OUTCOMES, CareDraft, care_is_due, care_problems

# The hour at which the day's card is of no use any more; a brand's own hour may be so late that it needs a while yet.
EVENING, AT_LEAST = 21, timedelta(hours=6)

FIRST_PLAN = (
    (1, "加好友次日问候", "感谢添加，问一句昨天试的款式是否合适，不推销。", 1),
    (3, "三天回访", "问穿着感受和洗护问题，发一条洗护或搭配小知识。", 2),
    (7, "一周搭配建议", "按她的尺码和喜好推荐一套搭配，问是否需要留货。", 2),
    (15, "半月到店邀请", "邀请到店试新款，说明门店地址和营业时间。", 2),
    (30, "满月正装转化", "回顾她关注过的款式，给出合适的优惠或新品。", 3),
)

RankLines = Callable[[Session, Sequence[int]], Mapping[int, str]]


def seed_care_nodes(session: Session, scripts: Mapping[int, int] | None = None) -> int:
    """Put in the first plan (days 1, 3, 7, 15, 30) where a day has none; how many were new. `scripts`: day → item to say."""
    rows = [
        {"day": day, "title": title, "advice": advice, "estimated_minutes": minutes, "enabled": True}
        | {"item_id": (scripts or {}).get(day)}
        for day, title, advice, minutes in FIRST_PLAN
    ]
    return len(session.execute(insert(CareNode).values(rows).on_conflict_do_nothing().returning(CareNode.id)).all())


def save_care_node(session: Session, staff: Staff, form: CareDraft, node_id: int | None = None) -> CareNode:
    """Write a node of the plan, new or changed; headquarters only, as the plan is every guide's.

    Raises NotAllowed, NotFound, Invalid (each field named in Chinese).
    """
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以修改客户生命周期计划")
    problems = care_problems(form)
    taken = session.scalar(select(CareNode.id).where(CareNode.day == form.day)) if form.day is not None else None
    if taken is not None and taken != node_id:
        problems["day"] = f"第 {form.day} 天已经有一个节点"
    if problems:
        raise Invalid("节点没有保存，请看标红的地方", problems)
    node = CareNode() if node_id is None else session.get(CareNode, node_id)
    if node is None:
        raise NotFound("没有这个节点")
    node.day, node.estimated_minutes = form.day or 1, form.estimated_minutes or 1
    node.title, node.advice = clean(form.title).strip(), clean(form.advice).strip()
    node.item_id, node.enabled = form.item_id, form.enabled
    session.add(node)
    session.flush()
    audit.record(session, f"staff:{staff.id}", "care_node.save", f"care_node:{node.id}", day=node.day, enabled=node.enabled)
    return node


def hand_out_care(session: Session, on: date, after_id: int = 0, limit: int = 500, *, rank_lines: RankLines | None = None) -> int:
    """Owe the next guides their card of the morning of day `on`, one for each who has customers due.

    Returns the id to go on after, 0 when every guide had her turn. `rank_lines` tells each guide's rank in Chinese: the board
    stands above this room, so its words are handed in. Repeating a chunk or a day changes nothing.
    """
    guides = list_active_guides(session, ROOT_PATH, after_id=after_id, limit=limit)
    if not guides:
        return 0
    loads = {load.guide_id: load for load in list_care_loads(session, on, [guide.id for guide in guides])}
    new = _make_digests(session, on, list(loads.values()))
    if new:
        owed = _open_task_counts(session, new)
        ranks = rank_lines(session, new) if rank_lines else {}
        userids = {guide.id: guide.userid for guide in guides}
        cards = {
            f"care:{on.isoformat()}:{id}": morning_card(userids[id], on, loads[id], owed.get(id, (0, 0)), ranks.get(id, ""))
            for id in new
        }
        enqueue(session, Lane.TASK, "message/send", cards, about=f"care:{on.isoformat()}", expires_at=_evening(on))
    return guides[-1].id


def _evening(on: date) -> datetime:
    """When the card of a day ends."""
    hour, minute = settings().morning_card_at.split(":")
    return max(clock.at(on, EVENING), clock.at(on, int(hour), int(minute)) + AT_LEAST)


def _make_digests(session: Session, on: date, loads: Sequence[CareLoad]) -> list[int]:
    if not loads:
        return []
    guides, counts = [load.guide_id for load in loads], [load.customers for load in loads]
    rows = select(
        func.unnest(cast(guides, ARRAY(BigInteger))), func.unnest(cast(counts, ARRAY(Integer))), literal(on), literal(clock.now())
    )
    digests = insert(CareDigest).from_select(["guide_id", "due_count", "on", "created_at"], rows)
    made = digests.on_conflict_do_nothing().returning(CareDigest.guide_id)
    return list(session.scalars(made))


def _open_task_counts(session: Session, guide_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """guide id → (open tasks, their minutes)."""
    query = (
        select(Assignment.guide_id, func.count(), func.sum(Task.estimated_minutes))
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.guide_id.in_(guide_ids), Assignment.status == AssignmentStatus.OPEN, Task.deadline_at > clock.now())
        .group_by(Assignment.guide_id)
    )
    return {guide_id: (count, minutes) for guide_id, count, minutes in session.execute(query)}


def finish_care(session: Session, guide: Staff, follow_id: int, node_id: int, outcome: str) -> bool:
    """Note that she did ("done") or skipped ("skip") a node for one of her customers; whether this changed anything.

    A skip may still become done, never the other way. Raises Invalid, NotFound (not her customer), Conflict (not due now:
    points are earned on the day).
    """
    if outcome not in CARE_OUTCOMES:
        raise Invalid("请选择完成或跳过", {"outcome": "请选择完成或跳过"})
    found = find_care_due(session, guide, follow_id, node_id)
    if found is None:
        raise NotFound("没有这位客户")
    follow, node = found
    since = clock.day_of(follow.followed_at)
    if not care_is_due(since, node.day, clock.today()):
        raise Conflict("这位客户今天不在关怀名单里")
    row = {"follow_id": follow_id, "node_id": node_id, "since": since, "guide_id": guide.id, "outcome": outcome}
    if not _note_care(session, row):
        return False
    note_timeline(
        session, follow.customer_id, "care", staff_id=guide.id, at=clock.now(),
        once=f"care:{follow_id}:{node_id}:{since.isoformat()}:{outcome}", day=node.day, title=node.title, outcome=outcome,
    )  # fmt: skip
    if outcome == "done":
        about, once = f"care_node:{node_id}", f"care:{follow_id}:{node_id}:{since.isoformat()}"
        note_contact(session, follow.customer_id, ContactKind.CARE, "care", guide.id, about, once)
    return True


def _note_care(session: Session, values: Json) -> bool:
    row = insert(CareDone).values(**values, at=clock.now())
    after_skip = row.on_conflict_do_update(
        index_elements=["follow_id", "node_id", "since"],
        set_={"outcome": row.excluded.outcome, "at": row.excluded.at, "guide_id": row.excluded.guide_id},
        where=(CareDone.outcome == "skip") & (row.excluded.outcome == "done"),
    )
    return session.execute(after_skip.returning(CareDone.id)).first() is not None
