"""A person erased in every table at once, with proof; and the tombstone that keeps her away until she adds us anew."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.models import Customer, Follow
from customers.person_registry import MESSAGE_OF_HERS, PLACES
from customers.respect_models import DataRequest, DataRequestKind, ErasedPerson
from foundation import audit, clock
from foundation.db import Json
from foundation.sealed import keyed_digest
from outbox.models import MessageStatus

PLACE = "erased_person.external_userid"
# 内部成员共享, 管理员/负责人分配 (DOC 92114): a new relation without her doing.
NOT_HER_DEED = (201, 202)
# One person's rows are few, but her traces in kept events and messages are looked for one by one.
NO_LIMIT = text("SET LOCAL statement_timeout = 0")
# Whoever merges or undoes locks pairs, then merges, then customers: so does this.
MERGES = (
    text("SELECT id FROM merge_candidate WHERE first_id = ANY(:ids) OR second_id = ANY(:ids) ORDER BY id FOR UPDATE"),
    text("SELECT id FROM customer_merge WHERE kept_id = ANY(:ids) OR gone_id = ANY(:ids) ORDER BY id FOR UPDATE"),
)
HER_MESSAGES = text(f"SELECT count(*) FROM outgoing_message WHERE {MESSAGE_OF_HERS}")  # noqa: S608 from the registry alone
# Locked by nobody else, or left out: the sender writes its outcomes in an order of its own.
LOCK_HER_MESSAGES = text(f"SELECT status FROM outgoing_message WHERE {MESSAGE_OF_HERS} FOR UPDATE SKIP LOCKED")  # noqa: S608


def person_rows(session: Session, customer_id: int) -> list[Customer]:
    """Her row and those that were merged into it; the same person. Locked, in the order everybody locks customers."""
    hers = (Customer.id == customer_id) | (Customer.merged_into_id == customer_id)
    chosen = select(Customer).where(hers).order_by(Customer.external_userid).with_for_update()
    chosen = chosen.execution_options(populate_existing=True)
    # Who was merged into her while this waited is seen by the second look only.
    session.scalars(chosen).all()
    return list(session.scalars(chosen))


def lock_merges(session: Session, customer_id: int) -> None:
    """Pairs and merges of hers, before her rows: nobody undoes what is being erased."""
    hers = (Customer.id == customer_id) | (Customer.merged_into_id == customer_id)
    ids = list(session.scalars(select(Customer.id).where(hers)))
    for locking in MERGES:
        session.execute(locking, {"ids": ids})


def hold_messages(session: Session, facts: Json) -> bool:
    """Lock what is owed about her; False while a message of hers is on its way, and could be written down after her erasing."""
    known = session.scalar(HER_MESSAGES, facts) or 0
    held = session.scalars(LOCK_HER_MESSAGES, facts).all()
    return len(held) >= known and MessageStatus.SENDING not in held


def facts_of_person(session: Session, rows: Sequence[Customer]) -> Json:
    """What the statements of the registry are asked with."""
    ids = [row.id for row in rows]
    follow_ids = list(session.scalars(select(Follow.id).where(Follow.customer_id.in_(ids))))
    words = {word for row in rows for word in (row.name, row.phone, row.member_no) if word}
    return {
        "ids": ids, "follow_ids": follow_ids, "external_userids": [row.external_userid for row in rows], "words": sorted(words),
        "abouts": [f"customer:{id_}" for id_ in ids] + [f"follow:{id_}" for id_ in follow_ids],
    }  # fmt: skip


def erase_person(session: Session, request: DataRequest) -> Json:
    """Do what the registry says, table by table, and keep the proof: rows, deeds, a digest over them. Once for each request.

    While a message of hers is on its way nothing is done yet, and `done_at` stays empty: a minute later it is tried again.
    """
    if request.done_at is not None or request.kind != DataRequestKind.ERASE:
        return request.proof
    session.execute(NO_LIMIT)
    lock_merges(session, request.customer_id)
    rows, now = person_rows(session, request.customer_id), clock.now()
    facts = facts_of_person(session, rows)
    if not hold_messages(session, facts):
        return request.proof
    done = _do_all(session, facts)
    session.expire_all()
    _bury(session, facts["external_userids"], request.id, now)
    request.proof = request.proof | {"places": done, "digest": proof_digest(request.id, done, now), "erased_at": now.isoformat()}
    request.done_at = now
    _end_others(session, request, facts["ids"], now)
    rows_gone = sum(int(one["rows"]) for one in done if one["deed"] != "keep")
    audit.record(session, f"staff:{request.staff_id}", "person.erase", f"customer:{request.customer_id}", request=request.id,
                 rows=rows_gone)  # fmt: skip
    session.flush()
    return request.proof


def _do_all(session: Session, facts: Json) -> list[Json]:
    """Every place in its order; what was done where any row was hers."""
    done = []
    for place in PLACES:
        count = session.scalar(text(place.counting), facts) or 0
        if count and place.statement:
            session.execute(text(place.statement), facts)
        if count:
            done.append({"table": place.table, "rows": count, "deed": str(place.deed), "why": place.why})
    return done


def name_exports(session: Session, made: Mapping[int, datetime]) -> None:
    """These exported files ({number: when it was asked for}) were taken away: the proof of each erasing since names them."""
    if not made:
        return
    erased = (DataRequest.kind == DataRequestKind.ERASE) & DataRequest.proof.has_key("erased_at")
    chosen = select(DataRequest).where(erased, DataRequest.done_at >= min(made.values())).with_for_update()
    for request in session.scalars(chosen.execution_options(populate_existing=True)):
        hers = {number for number, at in made.items() if request.done_at is not None and at <= request.done_at}
        if hers:
            request.proof = request.proof | {"exports": sorted({*request.proof.get("exports", ()), *hers})}
    session.flush()


def _end_others(session: Session, request: DataRequest, ids: Sequence[int], now: datetime) -> None:
    """Nothing is left to copy or to put right."""
    others = select(DataRequest).where(DataRequest.customer_id.in_(ids), DataRequest.id != request.id)
    others = others.where(DataRequest.done_at.is_(None))
    for other in session.scalars(others):
        other.done_at, other.proof = now, {"closed": "资料已按客户的要求删除"}


def proof_digest(request_id: int, done: Sequence[Json], at: datetime) -> str:
    """SHA-256 over what was done, so that a proof once handed out can be compared."""
    told = json.dumps([request_id, at.isoformat(), list(done)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _bury(session: Session, external_userids: Sequence[str], request_id: int, at: datetime) -> None:
    for external_userid in external_userids:
        row = {"digest": keyed_digest(PLACE, external_userid), "erased_at": at, "request_id": request_id}
        again = {"erased_at": at, "request_id": request_id}
        session.execute(insert(ErasedPerson).values(row).on_conflict_do_update(index_elements=["digest"], set_=again))


# One text: a list of hundreds would make another statement of each length.
MOMENTS = text("SELECT digest, erased_at FROM erased_person WHERE digest = ANY(string_to_array(:digests, ','))")


def erased_moments(session: Session, external_userids: Sequence[str]) -> dict[str, datetime]:
    """When whom of these was erased, in one statement; the others are missing."""
    digests = {keyed_digest(PLACE, external_userid): external_userid for external_userid in set(external_userids)}
    if not digests:
        return {}
    found = session.execute(MOMENTS, {"digests": ",".join(digests)})
    return {digests[digest]: erased_at for digest, erased_at in found}


def is_before_erasing(session: Session, external_userid: str, at: datetime) -> bool:
    """Whether an adding of this moment is from before she was erased: told late or told again, it does not bring her back."""
    erased_at = erased_moments(session, [external_userid]).get(external_userid)
    return erased_at is not None and at <= erased_at


def is_of_an_erased_life(session: Session, external_userid: str, at: datetime) -> bool:
    """Whether anything but an adding is of her old life: it happened before, or she has not come back since.

    A customer who added us anew has a row again; what happens to it after that is told as usual.
    """
    erased_at = erased_moments(session, [external_userid]).get(external_userid)
    if erased_at is None:
        return False
    return at <= erased_at or session.scalar(select(Customer.id).where(Customer.external_userid == external_userid)) is None


def without_erased(session: Session, rows: Sequence[Json]) -> list[Json]:
    """Pulled rows without the relations that began before their customer was erased, or that others made since."""
    moments = erased_moments(session, [row["external_contact"]["external_userid"] for row in rows])
    if not moments:
        return list(rows)

    def is_new(row: Json) -> bool:
        erased_at, info = moments.get(row["external_contact"]["external_userid"]), row["follow_info"]
        if erased_at is None:
            return True
        return info.get("add_way") not in NOT_HER_DEED and clock.from_unix(info.get("createtime") or 0) > erased_at

    return [row for row in rows if is_new(row)]
