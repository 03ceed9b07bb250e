"""Requests about a person's data (个人信息保护法第四十四至四十七条), from asking to proof. Headquarters alone."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.erasing import erase_person, person_rows
from customers.models import Customer
from customers.person_rules import KIND_NAMES, MAX_IDENTIFIED, due_on
from customers.queries import get_customer_card
from customers.respect_models import DataRequest, DataRequestKind
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.text import clean
from foundation.wake import ring
from org.models import Role, Staff

ERASE_JOB = "customers.erase"
CONFIRMATION = "删除"
MAX_REASON = 200
MOST_TRIED = 20
ERASED = "erased-"


def _only_headquarters(staff: Staff) -> None:
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以处理个人信息请求")


def ask_for_data(session: Session, staff: Staff, external_userid: str, kind: str, identified_by: str, once: str) -> DataRequest:
    """Note what she asks for, and how it was made sure that it is she; the same `once` is the same request.

    Raises NotAllowed, NotFound, Invalid with the fields.
    """
    _only_headquarters(staff)
    customer, _, _ = get_customer_card(session, staff, external_userid)
    identified_by = clean(identified_by).strip()
    problems = {} if kind in set(DataRequestKind) else {"kind": "请选择客户要什么"}
    if not 1 <= len(identified_by) <= MAX_IDENTIFIED:
        problems["identified_by"] = f"写明怎样确认是客户本人，1 到 {MAX_IDENTIFIED} 字"
    if problems:
        raise Invalid("请求没有保存，请看标红的地方", problems)
    now = clock.now()
    row = {
        "customer_id": customer.id, "kind": kind, "asked_at": now, "due_on": due_on(clock.day_of(now)), "staff_id": staff.id,
        "identified_by": identified_by, "proof": {}, "blob_key": "", "once": f"{staff.id}:{once}"[:80],
    }  # fmt: skip
    fresh = insert(DataRequest).values(row).on_conflict_do_nothing(index_elements=["once"]).returning(DataRequest)
    made: DataRequest | None = session.scalar(fresh)
    if made is None:
        return session.scalars(select(DataRequest).where(DataRequest.once == row["once"])).one()
    audit.record(session, f"staff:{staff.id}", "person.ask", f"customer:{customer.id}", request=made.id, kind=str(made.kind))
    return made


def get_request(session: Session, staff: Staff, request_id: int, *, lock: bool = False) -> DataRequest:
    """A request; raises NotAllowed, NotFound."""
    _only_headquarters(staff)
    found = session.get(DataRequest, request_id, with_for_update=lock or None, populate_existing=True)
    if found is None:
        raise NotFound("没有这个请求")
    return found


def _open(session: Session, staff: Staff, request_id: int, kind: DataRequestKind) -> DataRequest:
    request = get_request(session, staff, request_id, lock=True)
    if request.kind != kind:
        raise Conflict(f"这个请求要的是{KIND_NAMES[DataRequestKind(request.kind)]}")
    if request.done_at is not None:
        raise Conflict("这个请求已经办完")
    return request


def rows_to_copy(session: Session, staff: Staff, request_id: int) -> list[int]:
    """The rows of the person whose copy is asked for, locked. Raises NotFound, Conflict also when it was closed or she erased."""
    _, rows = _open_copy(session, staff, request_id)
    return rows


def _open_copy(session: Session, staff: Staff, request_id: int) -> tuple[DataRequest, list[int]]:
    # Her rows before the request, as erasing locks them: what it changed of either is seen here.
    rows = person_rows(session, get_request(session, staff, request_id).customer_id)
    request = get_request(session, staff, request_id, lock=True)
    if request.kind != DataRequestKind.COPY:
        raise Conflict("这个请求要的不是副本")
    if any(row.external_userid.startswith(ERASED) for row in rows):
        raise Conflict("这位客户的资料已经删除，没有副本可以导出")
    if "closed" in request.proof:
        raise Conflict("这个请求已经关闭，不能再导出副本")
    return request, [row.id for row in rows]


def copy_handed_out(session: Session, staff: Staff, request_id: int, counts: Mapping[str, int], sha256: str) -> DataRequest:
    """The file was made and handed out; made again it is the newest file that is noted. Raises as `rows_to_copy`."""
    request, _ = _open_copy(session, staff, request_id)
    places = [{"table": name, "rows": count, "deed": "copy", "why": ""} for name, count in counts.items() if count]
    request.proof = {"places": places, "digest": sha256}
    request.done_at = request.done_at or clock.now()
    subject = f"customer:{request.customer_id}"
    audit.record(session, f"staff:{staff.id}", "person.copy", subject, request=request.id, rows=sum(counts.values()))
    session.flush()
    return request


def corrected(session: Session, staff: Staff, request_id: int, fields: Sequence[str]) -> DataRequest:
    """Her data was put right; only the names of the fields are kept as proof. Raises NotFound, Conflict."""
    request = _open(session, staff, request_id, DataRequestKind.CORRECT)
    request.proof, request.done_at = {"fields": list(fields)}, clock.now()
    session.flush()
    return request


def confirm_erasing(session: Session, staff: Staff, request_id: int, typed: str) -> DataRequest:
    """She is to be erased for good; a job does it at once. Raises NotFound, Conflict, Invalid with the field `typed`."""
    request = _open(session, staff, request_id, DataRequestKind.ERASE)
    if typed.strip() != CONFIRMATION:
        raise Invalid("还没有开始删除", {"typed": f"删除后无法恢复；确认请输入“{CONFIRMATION}”两个字"})
    if "confirmed_at" not in request.proof:
        request.proof = {"confirmed_at": clock.now().isoformat(), "confirmed_by": staff.id}
        audit.record(session, f"staff:{staff.id}", "person.confirm", f"customer:{request.customer_id}", request=request.id)
    session.flush()
    ring(session, ERASE_JOB)
    return request


def close_request(session: Session, staff: Staff, request_id: int, reason: str) -> DataRequest:
    """End a request without doing it (withdrawn, not identified …), with why. Raises NotFound, Conflict, Invalid."""
    request = get_request(session, staff, request_id, lock=True)
    if request.done_at is not None or "confirmed_at" in request.proof:
        raise Conflict("这个请求已经办完，或正在办理")
    reason = clean(reason).strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise Invalid("请求没有关闭", {"reason": f"写明为什么不办，1 到 {MAX_REASON} 字；要答复给客户本人"})
    request.proof, request.done_at = {"closed": reason}, clock.now()
    subject = f"customer:{request.customer_id}"
    audit.record(session, f"staff:{staff.id}", "person.close", subject, request=request.id, reason=reason)
    session.flush()
    return request


def erase_confirmed(session: Session, limit: int = 1) -> int:
    """Do the next confirmed erasings; how many. One a transaction is best: each is all or nothing.

    Who has a message on its way is passed over, and erased when it has ended.
    """
    confirmed = DataRequest.proof.has_key("confirmed_at")
    waiting = select(DataRequest).where(DataRequest.done_at.is_(None), DataRequest.kind == DataRequestKind.ERASE, confirmed)
    done = 0
    for request in session.scalars(waiting.order_by(DataRequest.id).limit(MOST_TRIED).with_for_update(skip_locked=True)).all():
        erase_person(session, request)
        done += request.done_at is not None
        if done >= limit:
            break
    return done


def page_requests(
    session: Session, staff: Staff, *, done: bool, after: int | None = None, limit: int = 50
) -> Sequence[DataRequest]:
    """Open ones by due day, or ended ones newest first; `after` is the id of the last one shown."""
    _only_headquarters(staff)
    chosen = select(DataRequest).where(DataRequest.done_at.is_not(None) if done else DataRequest.done_at.is_(None))
    # Requests are due in the order they were asked: the id is the order of both.
    if after is not None:
        chosen = chosen.where(DataRequest.id < after if done else DataRequest.id > after)
    return session.scalars(chosen.order_by(DataRequest.id.desc() if done else DataRequest.id).limit(limit)).all()


def requests_of(session: Session, customer_id: int, limit: int = 20) -> Sequence[DataRequest]:
    """What one customer asked for, newest first. Load her with permission first."""
    chosen = select(DataRequest).where(DataRequest.customer_id == customer_id)
    return session.scalars(chosen.order_by(DataRequest.id.desc()).limit(limit)).all()


def names_of_people(session: Session, customer_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(external_userid, nickname) by id; of who was erased only ("", "已删除的客户 12")."""
    rows = session.execute(select(Customer.id, Customer.external_userid, Customer.name).where(Customer.id.in_(customer_ids)))
    return {
        id_: ("", f"已删除的客户 {id_}") if external_userid.startswith(ERASED) else (external_userid, name or "微信客户")
        for id_, external_userid, name in rows
    }
