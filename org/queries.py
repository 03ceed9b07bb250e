"""What is read of the organisation. Every list is inside the viewer's own subtree: `path LIKE viewer.path || '%'`."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from foundation import clock
from foundation.errors import NotFound, SignInNeeded
from org.models import Department, Role, Staff, StaffStatus, Store, SyncRun, SyncStatus
from org.rules import NOWHERE

AT_COUNTER = (Role.GUIDE, Role.STORE_MANAGER)


def inside(path: InstrumentedAttribute[str] | ColumnElement[str], scope: str) -> ColumnElement[bool]:
    """The scope rule in one place. An empty scope, or nowhere, means nothing: never everything, nor the others in nowhere."""
    return path.like(f"{scope}%") if scope and scope != NOWHERE else false()


def get_staff(session: Session, staff_id: int) -> Staff:
    """A member by our id, departed ones too; raises NotFound."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("没有这位成员")
    return staff


def find_staff(session: Session, userid: str) -> Staff | None:
    """A member by the platform's userid, departed ones too."""
    return session.scalars(select(Staff).where(Staff.userid == userid)).one_or_none()


def signed_in_staff(session: Session, staff_id: int, epoch: int) -> Staff:
    """Who this session belongs to; raises SignInNeeded when she left, was disabled, or her sessions were ended."""
    staff = session.get(Staff, staff_id)
    if staff is None or staff.epoch != epoch or staff.status != StaffStatus.ACTIVE:
        raise SignInNeeded("请重新登录")
    return staff


def list_active_guides(session: Session, path: str, *, after_id: int = 0, limit: int = 500) -> list[Staff]:
    """Guides and store managers at work below a path, by id."""
    return list(session.scalars(select(Staff).where(*_active_guides(path), Staff.id > after_id).order_by(Staff.id).limit(limit)))


def count_active_guides(session: Session, path: str) -> int:
    """How many `list_active_guides` would give."""
    return session.scalar(select(func.count()).select_from(Staff).where(*_active_guides(path))) or 0


def _active_guides(path: str) -> tuple[ColumnElement[bool], ...]:
    return (inside(Staff.path, path), Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER))


def get_department_in(session: Session, staff: Staff, department_id: int) -> Department:
    """A living department of her subtree; raises NotFound for any other."""
    found = session.scalars(
        select(Department).where(
            Department.id == department_id, Department.removed_at.is_(None), inside(Department.path, staff.path)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("没有这个部门")
    return found


def list_departments_after(session: Session, after_id: int) -> dict[int, str]:
    """Living departments with a larger id, by id: id → name. For syncs, never for a person."""
    living = select(Department.id, Department.name).where(Department.removed_at.is_(None), Department.id > after_id)
    return {row.id: row.name for row in session.execute(living.order_by(Department.id))}


def unknown_departments(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these departments nobody told us of."""
    return set(ids) - set(session.scalars(select(Department.id).where(Department.id.in_(ids))))


def list_departments_in(session: Session, staff: Staff, limit: int = 2000) -> list[Department]:
    """Living departments of her subtree, in the order of a tree."""
    return list(
        session.scalars(
            select(Department)
            .where(Department.removed_at.is_(None), inside(Department.path, staff.path))
            .order_by(Department.path)
            .limit(limit)
        )
    )


def list_stores_in(session: Session, staff: Staff, limit: int = 2000) -> list[Store]:
    """Open stores of her subtree, by name."""
    return list(
        session.scalars(
            select(Store).where(Store.closed_at.is_(None), inside(Store.path, staff.path)).order_by(Store.name).limit(limit)
        )
    )


def get_store(session: Session, store_id: int) -> Store:
    """A store, closed ones too; raises NotFound."""
    store = session.get(Store, store_id)
    if store is None:
        raise NotFound("没有这家门店")
    return store


def colleagues_of(session: Session, staff: Staff) -> list[Staff]:
    """Who is at work in her store, herself included; without a store only herself."""
    if staff.store_id is None:
        return [staff]
    return list(
        session.scalars(
            select(Staff).where(Staff.store_id == staff.store_id, Staff.status == StaffStatus.ACTIVE).order_by(Staff.id)
        )
    )


def list_guides_missing_in(session: Session, userids: Collection[str]) -> list[str]:
    """Names (or userids) of the guides and store managers at work whose userid is not among these. For syncs."""
    told = set(userids)
    chosen = select(Staff.userid, Staff.name).where(Staff.status == StaffStatus.ACTIVE, Staff.role.in_(AT_COUNTER))
    return [row.name or row.userid for row in session.execute(chosen) if row.userid not in told]


def list_staff_of(session: Session, userids: Sequence[str]) -> dict[str, Staff]:
    """Members by userid; unknown ones are absent."""
    return {staff.userid: staff for staff in session.scalars(select(Staff).where(Staff.userid.in_(userids)))}


def list_wanted_staff(session: Session, limit: int) -> list[str]:
    """Userids whose profile is to be pulled, the longest waiting first."""
    return list(
        session.scalars(
            select(Staff.userid).where(Staff.pull_wanted_at <= clock.now()).order_by(Staff.pull_wanted_at).limit(limit)
        )
    )


def list_unseen_staff(session: Session, run: SyncRun, after_id: int, limit: int) -> list[Staff]:
    """Members not met in this run though not departed: gone, or no longer visible. By id."""
    return list(
        session.scalars(
            select(Staff)
            .where(
                Staff.id > after_id,
                Staff.status != StaffStatus.DEPARTED,
                Staff.pulled_at.is_(None) | (Staff.pulled_at < run.created_at),
            )
            .order_by(Staff.id)
            .limit(limit)
        )
    )


def get_run(session: Session, run_id: int) -> SyncRun:
    """One sync; raises NotFound."""
    run = session.get(SyncRun, run_id)
    if run is None:
        raise NotFound("没有这次同步")
    return run


def find_latest_run(session: Session, kind: str) -> SyncRun | None:
    """The newest sync of a kind, in whatever state."""
    return session.scalars(select(SyncRun).where(SyncRun.kind == kind).order_by(SyncRun.id.desc()).limit(1)).one_or_none()


def ended_before(session: Session, kinds: Collection[str]) -> bool:
    """Whether some sync of these kinds ended well already."""
    done = select(SyncRun.id).where(SyncRun.kind.in_(kinds), SyncRun.status == SyncStatus.DONE)
    return session.scalar(done.limit(1)) is not None


def is_batch() -> ColumnElement[bool]:
    """Whether a run is no sync but a batch of something else (org.batches)."""
    return SyncRun.kind.contains(":")


def page_runs(session: Session, before_id: int | None = None, limit: int = 20) -> list[SyncRun]:
    """Syncs, newest first."""
    chosen = select(SyncRun).where(~is_batch()).order_by(SyncRun.id.desc()).limit(limit)
    return list(session.scalars(chosen.where(SyncRun.id < before_id) if before_id else chosen))
