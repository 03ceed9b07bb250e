"""A manager changes whose customer she is, or leaves it to the rules again; she may give and take only within her own subtree."""

from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, FollowStatus
from customers.owner_rules import HAND
from customers.owning import LONGEST_NOTE, lock_person, set_owner
from foundation import audit, clock
from foundation.errors import Invalid, NotAllowed
from org.models import Role, Staff, StaffStatus
from org.queries import inside
from org.rules import like_words

HOLDS = (30, 90, 180, 365)
OFFERED = 60


def change_owner(
    session: Session, staff: Staff, customer_id: int, owner_id: int | None, hold: int | None, note: str, *, keep: bool = False
) -> bool:
    """Give her to a guide for `hold` days (None: until the rules say otherwise); no guide: the rules decide. Whether it changed.

    `keep` leaves the present end of the hold. Load her with permission first. Raises NotAllowed when she is another subtree's,
    Invalid with the fields.
    """
    problems = {}
    if hold is not None and hold not in HOLDS:
        problems["hold"] = "请从列表里选择"
    if len(note) > LONGEST_NOTE:
        problems["note"] = f"最多 {LONGEST_NOTE} 字"
    customer = lock_person(session, customer_id)
    if owner_id not in (None, customer.owner_id) and session.scalar(_reachable(staff).where(Staff.id == owner_id)) is None:
        problems["owner"] = "请选择您管理范围内在职的导购"
    if problems:
        raise Invalid("归属没有改，请看标红的地方", problems)
    if not may_take(session, staff, customer):
        raise NotAllowed("这位客户现在归属别的门店或区域，请由上一级或总部来改")
    was, until = customer.owner_id, clock.now() + timedelta(days=hold) if hold and owner_id else None
    until = customer.owner_locked_until if keep and owner_id else until
    changed = set_owner(session, customer_id, owner_id, HAND, f"staff:{staff.id}", note.strip(), locked_until=until)
    facts = {"was": was, "now": customer.owner_id, "until": until.isoformat() if until else None}
    subject = f"customer:{customer.id}"
    audit.record(session, f"staff:{staff.id}", "customer.owner", subject, note=note.strip(), owner=facts)
    return changed


def may_take(session: Session, staff: Staff, customer: Customer) -> bool:
    """Whether this manager may change her owner: she has none, or one of the manager's own subtree."""
    if customer.owner_id is None or staff.role == Role.HEADQUARTERS:
        return True
    return session.scalar(select(Staff.id).where(Staff.id == customer.owner_id, inside(Staff.path, staff.path))) is not None


def _reachable(viewer: Staff) -> Select[int]:
    return select(Staff.id).where(inside(Staff.path, viewer.path), Staff.status == StaffStatus.ACTIVE)


def guides_offered(session: Session, viewer: Staff, customer_id: int, q: str = "") -> tuple[list[Staff], list[Staff]]:
    """(her friends, others) of the viewer's subtree who still work here: by name or userid, or of her friends' stores."""
    active = FollowStatus.ACTIVE
    friends = select(Follow.staff_id).where(Follow.customer_id == customer_id, Follow.status == active)
    chosen = select(Staff).where(Staff.id.in_(_reachable(viewer)))
    hers = list(session.scalars(chosen.where(Staff.id.in_(friends)).order_by(Staff.id).limit(OFFERED)))
    others = chosen.where(Staff.id.not_in(friends))
    if q:
        others = others.where(Staff.name.ilike(like_words(q)) | Staff.userid.ilike(like_words(q)))
    else:
        others = others.where(Staff.store_id.in_({one.store_id for one in hers if one.store_id}))
    return hers, list(session.scalars(others.order_by(Staff.id).limit(OFFERED)))
