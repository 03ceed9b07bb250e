"""Small builders for SOP: a brand with two regions, its people, tasks, copies, customers and the care plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from customers.models import Consent, Customer, Follow, FollowStatus
from foundation import clock
from org.models import Department, DepartmentKind, Role, Staff, StaffStatus, Store
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from sop.rules import TaskDraft


@dataclass
class Brand:
    """总部 1. with 华东 1.2. (stores 21, 22) and 华北 1.3. (store 31); `guides` by userid, two in each store."""

    headquarters: Staff
    east: Staff
    manager: Staff
    guides: dict[str, Staff]
    stores: dict[int, Store]

    @property
    def ai(self) -> Staff:
        """A guide of store 21 in 华东."""
        return self.guides["g21a"]

    @property
    def bo(self) -> Staff:
        """Her colleague in the same store."""
        return self.guides["g21b"]

    @property
    def far(self) -> Staff:
        """A guide of the other region."""
        return self.guides["g31a"]


def make_person(session: Session, userid: str, role: Role, path: str, *, store: Store | None = None) -> Staff:
    """An active member standing at the end of `path`."""
    staff = Staff(
        userid=userid, name=userid.upper(), role=role, path=path, status=StaffStatus.ACTIVE, created_at=clock.now(),
        department_id=int(path.split(".")[-2]) or None, store_id=store.id if store else None,
    )  # fmt: skip
    session.add(staff)
    session.flush()
    return staff


def _make_store(session: Session, department_id: int, region: int) -> Store:
    path = f"1.{region}.{department_id}."
    session.add(Department(id=department_id, parent_id=region, name=f"{department_id}店", path=path, kind=DepartmentKind.STORE))
    session.flush()
    store = Store(department_id=department_id, path=path, code=f"S{department_id}", name=f"{department_id}店")
    session.add(store)
    session.flush()
    return store


def make_brand(session: Session) -> Brand:
    """Headquarters, a regional manager, a store manager and six guides."""
    session.add(Department(id=1, parent_id=None, name="总部", path="1.", kind=DepartmentKind.HEADQUARTERS))
    for id, name in ((2, "华东大区"), (3, "华北大区")):
        session.add(Department(id=id, parent_id=1, name=name, path=f"1.{id}.", kind=DepartmentKind.REGION))
    stores = {id: _make_store(session, id, id // 10) for id in (21, 22, 31)}
    guides = {
        f"g{id}{letter}": make_person(session, f"g{id}{letter}", Role.GUIDE, store.path, store=store)
        for id, store in stores.items()
        for letter in "ab"
    }
    return Brand(
        headquarters=make_person(session, "hq", Role.HEADQUARTERS, "1."),
        east=make_person(session, "east", Role.REGIONAL_MANAGER, "1.2."),
        manager=make_person(session, "m21", Role.STORE_MANAGER, stores[21].path, store=stores[21]),
        guides=guides,
        stores=stores,
    )


def draft(**changes: object) -> TaskDraft:
    """A good task form for 华东, with changes."""
    form: dict[str, object] = {
        "title": "橱窗换冬装", "body": "按图陈列", "department_id": 2, "answer_kind": "tap", "estimated_minutes": 10,
        "deadline_at": clock.now() + timedelta(days=1),
    }  # fmt: skip
    return TaskDraft(**(form | changes))  # type: ignore[arg-type]


def make_task(
    session: Session, brand: Brand, *, status: TaskStatus = TaskStatus.RUNNING, ends_in: timedelta = timedelta(days=1),
    answer_kind: AnswerKind = AnswerKind.TAP, department_id: int = 2, path: str = "1.2.",
) -> Task:  # fmt: skip
    """A task of headquarters to 华东, already handed out unless told otherwise."""
    now = clock.now()
    task = Task(
        title="橱窗换冬装", body="按图陈列", department_id=department_id, path=path, answer_kind=answer_kind,
        estimated_minutes=10, deadline_at=now + ends_in, status=status, created_by=brand.headquarters.id, created_at=now,
        handed_out_to=0, reminded_to=0, published_at=None if status == TaskStatus.DRAFT else now,
    )  # fmt: skip
    session.add(task)
    session.flush()
    return task


def make_copy(
    session: Session,
    task: Task,
    guide: Staff,
    *,
    status: AssignmentStatus = AssignmentStatus.OPEN,
    done_at: datetime | None = None,
) -> Assignment:
    """One guide's copy."""
    copy = Assignment(
        task_id=task.id, guide_id=guide.id, store_id=guide.store_id, status=status, created_at=clock.now(), done_at=done_at,
        answer_photos=[],
    )  # fmt: skip
    session.add(copy)
    session.flush()
    return copy


def make_follow(
    session: Session, guide: Staff, external_userid: str, *, days_ago: int = 0, status: FollowStatus = FollowStatus.ACTIVE,
    consent: Consent = Consent.ALL, ended_at: datetime | None = None,
) -> Follow:  # fmt: skip
    """A customer of the guide, added at noon (Shanghai) some days ago; an external_userid met before is the same customer."""
    customer = session.query(Customer).filter_by(external_userid=external_userid).one_or_none()
    if customer is None:
        customer = Customer(
            external_userid=external_userid, name=external_userid, consent=consent, tag_ids=[], created_at=clock.now()
        )
        session.add(customer)
        session.flush()
    added = clock.at(clock.today() - timedelta(days=days_ago), 12)
    follow = Follow(
        customer_id=customer.id,
        staff_id=guide.id,
        status=status,
        tag_ids=[],
        followed_at=added,
        changed_at=added,
        ended_at=ended_at,
    )
    session.add(follow)
    session.flush()
    return follow
