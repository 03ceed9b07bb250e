"""Who may be one person: pairs found by the same UnionID, member number or phone, decided by people, merged one by one."""

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from customers.merging import merge, undo_merge
from customers.models import Customer
from customers.owner_models import CandidateStatus, CustomerMerge, MergeCandidate
from customers.owner_rules import rules_of
from customers.policies import policy
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.wake import ring
from org.models import Role, Staff

MERGE_JOB = "customers.merge"
SURE = ("unionid", "member_no")
# A phone of a store or a made-up number stands with many people: that is no person.
MOST_ALIKE = 5
NO_LIMIT = text("SET LOCAL statement_timeout = 0")
FIND = {
    name: text(f"""
INSERT INTO merge_candidate (first_id, second_id, because, status, found_at, by, reason)
SELECT same.first_id, other.id, '{name}', 'open', :now, '', ''
FROM (SELECT {name} AS value, min(id) AS first_id FROM customer WHERE {name} IS NOT NULL AND merged_into_id IS NULL
      GROUP BY {name} HAVING count(*) BETWEEN 2 AND :most) AS same
JOIN customer AS other ON other.{name} = same.value AND other.id <> same.first_id AND other.merged_into_id IS NULL
ON CONFLICT (first_id, second_id) DO UPDATE SET status = 'open', because = excluded.because, found_at = excluded.found_at
WHERE merge_candidate.status = 'stale'
RETURNING id
""")  # noqa: S608  the names are ours
    for name in ("unionid", "member_no", "phone")
}
GONE = text("""
UPDATE merge_candidate SET status = 'stale', decided_at = :now, reason = '已经不一样了' FROM customer AS one, customer AS other
WHERE merge_candidate.status = 'open' AND one.id = merge_candidate.first_id AND other.id = merge_candidate.second_id
  AND (one.merged_into_id IS NOT NULL OR other.merged_into_id IS NOT NULL
       OR COALESCE(one.unionid = other.unionid, false) IS FALSE AND COALESCE(one.member_no = other.member_no, false) IS FALSE
          AND COALESCE(one.phone = other.phone, false) IS FALSE)
""")


def find_candidates(session: Session) -> int:
    """Look at everybody once (a night's work); how many new pairs. A pair said to be two people is never asked about again."""
    session.execute(NO_LIMIT)
    session.execute(GONE, {"now": clock.now()})
    found = sum(len(session.scalars(one, {"now": clock.now(), "most": MOST_ALIKE}).all()) for one in FIND.values())
    if rules_of(policy(session, "owner")).merge_unionid:
        _want(session, ("unionid",), "rule")
    return found


def _want(session: Session, because: tuple[str, ...], by: str) -> int:
    chosen = update(MergeCandidate).where(MergeCandidate.status == CandidateStatus.OPEN, MergeCandidate.because.in_(because))
    wanted = chosen.values(status=CandidateStatus.WANTED, decided_at=clock.now(), by=by).returning(MergeCandidate.id)
    count = len(session.scalars(wanted).all())
    if count:
        ring(session, MERGE_JOB)
    return count


def want_sure(session: Session, staff: Staff) -> int:
    """Have all pairs of the same UnionID or member number merged, the older row kept; how many. Raises NotAllowed."""
    _must_be_headquarters(staff)
    count = _want(session, SURE, f"staff:{staff.id}")
    audit.record(session, f"staff:{staff.id}", "customer.merge_sure", "merges", pairs=count)
    return count


def _must_be_headquarters(staff: Staff) -> None:
    if staff.role != Role.HEADQUARTERS:
        raise NotAllowed("只有总部可以合并客户")


def _lock_candidate(session: Session, staff: Staff, candidate_id: int) -> MergeCandidate:
    _must_be_headquarters(staff)
    chosen = select(MergeCandidate).where(MergeCandidate.id == candidate_id).with_for_update()
    row = session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("没有这一对客户")
    if row.status not in (CandidateStatus.OPEN, CandidateStatus.WANTED):
        raise Conflict("这一对刚刚已有人处理过了，请刷新后再看")
    return row


def merge_pair(session: Session, staff: Staff, candidate_id: int, kept_id: int) -> CustomerMerge:
    """They are one person: `kept_id` is the row that stays. Raises NotAllowed, NotFound, Conflict, Invalid."""
    row = _lock_candidate(session, staff, candidate_id)
    if kept_id not in (row.first_id, row.second_id):
        raise Invalid("请选择保留哪一份", {"kept": "请选择保留哪一份"})
    gone_id = row.second_id if kept_id == row.first_id else row.first_id
    done = merge(session, kept_id, gone_id, row.because, f"staff:{staff.id}")
    row.status, row.merge_id, row.decided_at, row.by = CandidateStatus.MERGED, done.id, clock.now(), f"staff:{staff.id}"
    session.flush()
    return done


def keep_apart(session: Session, staff: Staff, candidate_id: int) -> None:
    """They are two people; the pair is not asked about again. Raises NotAllowed, NotFound, Conflict."""
    row = _lock_candidate(session, staff, candidate_id)
    row.status, row.decided_at, row.by = CandidateStatus.APART, clock.now(), f"staff:{staff.id}"
    audit.record(session, f"staff:{staff.id}", "customer.keep_apart", f"customer:{row.first_id}", other=row.second_id)
    session.flush()


def undo_pair(session: Session, staff: Staff, merge_id: int) -> list[str]:
    """Undo a merge, and remember that they are two people; what stays, in words. Raises NotAllowed, NotFound, Conflict."""
    _must_be_headquarters(staff)
    # The pair before the customers, as everybody locks them.
    session.execute(select(MergeCandidate.id).where(MergeCandidate.merge_id == merge_id).with_for_update())
    stays = undo_merge(session, merge_id, f"staff:{staff.id}")
    held = update(MergeCandidate).where(MergeCandidate.merge_id == merge_id)
    session.execute(held.values(status=CandidateStatus.APART, decided_at=clock.now(), by=f"staff:{staff.id}"))
    return stays


def work_one(session: Session) -> bool:
    """Merge the next wanted pair; False when none waits. One that cannot be merged any more is put aside with the reason."""
    chosen = select(MergeCandidate).where(MergeCandidate.status == CandidateStatus.WANTED).order_by(MergeCandidate.id)
    row = session.scalars(chosen.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return False
    try:
        with session.begin_nested():
            done = merge(session, _oldest(session, row), row.second_id, row.because, row.by)
            row.status, row.merge_id = CandidateStatus.MERGED, done.id
    except (Conflict, Invalid, NotFound) as reason:
        row.status, row.reason = CandidateStatus.STALE, reason.message[:200]
    session.flush()
    return True


def _oldest(session: Session, row: MergeCandidate) -> int:
    """The first row, or the one it was merged into meanwhile."""
    return session.get_one(Customer, row.first_id).merged_into_id or row.first_id
