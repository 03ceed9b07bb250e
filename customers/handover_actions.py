"""How a handover changes before the platform is asked: begun with a proposal, changed by hand, confirmed once, called off."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from customers.handover_asking import ask_platform
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.handover_proposing import count_active, people_of, why_not, write_proposal
from customers.handover_queries import OPEN, get_handover
from customers.handover_rules import AGAIN, LEAVER_DAYS, welcome_problem
from foundation import audit, clock
from foundation.errors import Conflict, Invalid
from org.console_queries import get_staff_in
from org.models import Staff, StaffStatus
from org.queries import AT_COUNTER, inside

OVERTAKEN = "您打开之后，有人改过这次交接。下面已是最新的安排，请看过再继续"
LEFT_BY_HAND = "不交接"
WELCOME = "您好，我是您的新导购，以后由我为您服务。尺码、新品、售后，随时找我就好。"


def start_handover(session: Session, staff: Staff, from_id: int) -> Handover:
    """Begin to hand over a guide's customers, with a proposal; an open handover of hers is gone on with (so a second press is
    harmless). Raises NotFound outside the subtree, NotAllowed, Conflict when there is nothing to hand over.
    """
    guide = get_staff_in(session, staff, from_id)
    found = session.scalars(select(Handover).where(Handover.from_id == guide.id, Handover.status.in_(OPEN))).first()
    if found is not None:
        return found
    now, departed = clock.now(), guide.status == StaffStatus.DEPARTED
    if departed and guide.departed_at is not None and guide.departed_at < now - timedelta(days=LEAVER_DAYS):
        raise Conflict("她离职超过一年，企业微信不再允许分配她的客户")
    if not count_active(session, guide.id):
        raise Conflict("她名下没有可以交接的客户")
    handover = Handover(
        welcome="" if departed else WELCOME,
        from_id=guide.id,
        departed=departed,
        staff_id=staff.id,
        created_at=now,
        status=HandoverStatus.READY,
    )
    session.add(handover)
    session.flush()
    rows = write_proposal(session, staff, handover, guide, now)
    audit.record(session, f"staff:{staff.id}", "handover.start", f"handover:{handover.id}", name=guide.name, rows=rows)
    return handover


def _ready(session: Session, staff: Staff, handover_id: int, revision: int | None) -> Handover:
    """Locked, before it runs, and as it was seen. Raises Conflict."""
    handover, _ = get_handover(session, staff, handover_id, lock=True)
    if handover.status != HandoverStatus.READY:
        raise Conflict("这次交接已经开始或已取消，不能再改")
    if revision is not None and revision != handover.revision:
        raise Conflict(OVERTAKEN, overtaken=True)
    return handover


def get_receiver(session: Session, staff: Staff, to_id: int | None, handover: Handover) -> Staff:
    """Who may take over: a guide or store manager at work in the viewer's subtree, not the one it comes from. Raises Invalid."""
    chosen = select(Staff).where(
        Staff.id == to_id, inside(Staff.path, staff.path), Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER)
    )
    found = session.scalars(chosen).one_or_none() if to_id and to_id != handover.from_id else None
    if found is None:
        raise Invalid("请选一位在职的同事", {"to_id": "请选一位在职的同事"})
    return found


def _which(handover: Handover, customer_ids: Sequence[int], everyone_of: int | None) -> list[ColumnElement[bool]]:
    """The chosen rows that may be changed: what the platform's rules left out stays left out."""
    chosen: ColumnElement[bool] = HandoverCustomer.customer_id.in_(list(customer_ids))
    if everyone_of is not None:
        chosen = or_(chosen, (HandoverCustomer.to_id == everyone_of) & (HandoverCustomer.step == HandoverStep.PROPOSED))
    may_change = HandoverCustomer.step.in_([HandoverStep.PROPOSED, HandoverStep.LEFT_OUT])
    return [HandoverCustomer.handover_id == handover.id, chosen, may_change, ~HandoverCustomer.fit.has_key("barred")]


def move_customers(
    session: Session, staff: Staff, handover_id: int, to_id: int | None, customer_ids: Sequence[int], *,
    everyone_of: int | None = None, revision: int | None = None,
) -> int:  # fmt: skip
    """Give chosen customers (or all a receiver was to get) to another colleague; how many. Raises Invalid, Conflict."""
    handover = _ready(session, staff, handover_id, revision)
    receiver = get_receiver(session, staff, to_id, handover)
    values = {"to_id": receiver.id, "step": HandoverStep.PROPOSED, "reason": "", "fit": {"by_hand": True}}
    return _change(session, handover, _which(handover, customer_ids, everyone_of), values)


def leave_out(
    session: Session, staff: Staff, handover_id: int, customer_ids: Sequence[int], reason: str, *,
    everyone_of: int | None = None, revision: int | None = None,
) -> int:  # fmt: skip
    """Keep chosen customers out of this handover, with why; they stay where they are. How many. Raises Invalid, Conflict."""
    handover = _ready(session, staff, handover_id, revision)
    values = {"step": HandoverStep.LEFT_OUT, "reason": (reason.strip() or LEFT_BY_HAND)[:200]}
    return _change(session, handover, _which(handover, customer_ids, everyone_of), values)


def _change(session: Session, handover: Handover, where: list[ColumnElement[bool]], values: Mapping[str, object]) -> int:
    done = session.execute(update(HandoverCustomer).where(*where).values(values).execution_options(synchronize_session=False))
    changed = done.rowcount if isinstance(done, CursorResult) else 0
    if not changed:
        raise Invalid("请先选择客户", {"customer": "请先选择客户"})
    handover.revision += 1
    session.flush()
    session.expire_all()
    return changed


def keep_welcome(session: Session, staff: Staff, handover_id: int, welcome: str) -> None:
    """Keep the words for the customers while the rest is still being arranged. Raises Invalid, Conflict."""
    handover = _ready(session, staff, handover_id, None)
    if problem := welcome_problem(welcome):
        raise Invalid("请看标红的地方", {"welcome": problem})
    handover.welcome = "" if handover.departed else welcome.strip()


def cancel_handover(session: Session, staff: Staff, handover_id: int) -> None:
    """Call it off before it runs; nothing was asked of the platform. Done twice it is done once."""
    handover, _ = get_handover(session, staff, handover_id, lock=True)
    if handover.status == HandoverStatus.CANCELLED:
        return
    handover = _ready(session, staff, handover_id, None)
    handover.status, handover.finished_at = HandoverStatus.CANCELLED, clock.now()
    audit.record(session, f"staff:{staff.id}", "handover.cancel", f"handover:{handover.id}")


def confirm_handover(session: Session, staff: Staff, handover_id: int, welcome: str, revision: int | None = None) -> Handover:
    """The manager's yes: the platform is asked, a hundred customers a call. A second press changes nothing.

    What changed since the proposal is looked at again. Raises Invalid for the words or for who has no receiver, Conflict.
    """
    handover, guide = get_handover(session, staff, handover_id, lock=True)
    if handover.status in {HandoverStatus.RUNNING, HandoverStatus.DONE}:
        return handover
    handover = _ready(session, staff, handover_id, revision)
    if problem := welcome_problem(welcome):
        raise Invalid("交接没有开始，请看标红的地方", {"welcome": problem})
    now = clock.now()
    _leave_out_changed(session, handover)
    _check_receivers(session, staff, handover)
    handover.welcome = "" if handover.departed else welcome.strip()
    handover.status, handover.confirmed_at = HandoverStatus.RUNNING, now
    rows = ask_platform(session, handover, guide, HandoverCustomer.step == HandoverStep.PROPOSED, now)
    audit.record(session, f"staff:{staff.id}", "handover.confirm", f"handover:{handover.id}", name=guide.name, rows=rows)
    return handover


def _leave_out_changed(session: Session, handover: Handover) -> None:
    """Who is no longer her customer, or may no longer go, is left out with the reason."""
    mine = HandoverCustomer.handover_id == handover.id
    proposed = list(
        session.scalars(select(HandoverCustomer).where(mine, HandoverCustomer.step == HandoverStep.PROPOSED).with_for_update())
    )
    now_rows = people_of(session, handover.from_id, clock.now(), only=[row.customer_id for row in proposed])
    still = {row.customer_id: why_not(row, handover.departed) for row in now_rows}
    for row in proposed:
        why = still.get(row.customer_id, "她和原导购已不是好友")
        if why:
            row.step, row.reason, row.fit = HandoverStep.LEFT_OUT, why, {"barred": True}
    session.flush()


def _check_receivers(session: Session, staff: Staff, handover: Handover) -> None:
    chosen = select(HandoverCustomer.to_id).distinct()
    to_ids = session.scalars(
        chosen.where(HandoverCustomer.handover_id == handover.id, HandoverCustomer.step == HandoverStep.PROPOSED)
    ).all()
    if not to_ids:
        raise Invalid("没有可以交接的客户", {"customer": "没有可以交接的客户，请先安排接替的同事"})
    if None in to_ids:
        raise Invalid("还有客户没有安排同事", {"customer": "还有客户没有安排接替的同事，请选人，或选择不交接"})
    for to_id in to_ids:
        try:
            get_receiver(session, staff, to_id, handover)
        except Invalid as problem:
            gone = session.get_one(Staff, to_id).name
            raise Invalid(
                problem.message, {"customer": f"{gone} 现在不能接替（离职、停用或调走了），请把她的客户换给别人"}
            ) from problem


def try_again(session: Session, staff: Staff, handover_id: int, customer_ids: Sequence[int], to_id: int | None) -> int:
    """Ask anew for customers the platform did not hand over, for another colleague; how many. Raises Invalid, Conflict."""
    handover, guide = get_handover(session, staff, handover_id, lock=True)
    if handover.status not in {HandoverStatus.RUNNING, HandoverStatus.DONE}:
        raise Conflict("这次交接还没有开始")
    receiver = get_receiver(session, staff, to_id, handover)
    asked = (HandoverCustomer.customer_id.in_(list(customer_ids))) & HandoverCustomer.step.in_(AGAIN)
    rows = session.scalars(select(HandoverCustomer).where(HandoverCustomer.handover_id == handover.id, asked)).all()
    if not rows:
        raise Invalid("请先选择客户", {"customer": "请先选择客户"})
    ids = [row.customer_id for row in rows]
    for row in rows:
        row.to_id, row.step, row.reason, row.settled_at = receiver.id, HandoverStep.PROPOSED, "", None
        row.fit = {"again": True, "owned": bool(row.fit.get("owned"))}
    handover.status, handover.finished_at = HandoverStatus.RUNNING, None
    session.flush()
    count = ask_platform(session, handover, guide, HandoverCustomer.customer_id.in_(ids), clock.now())
    audit.record(session, f"staff:{staff.id}", "handover.again", f"handover:{handover.id}", rows=count)
    return count
