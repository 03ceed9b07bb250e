"""One person found in two rows: what the one knows goes to the other, and goes back again when it was wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from customers.following import SAID, note_timeline, refresh_unions, set_consent
from customers.merge_moves import move_back, move_rows, restore_tiers
from customers.merge_registry import FILLED
from customers.models import Consent, Customer
from customers.opt_out_rules import tighter
from customers.owner_models import CustomerMerge
from customers.owner_rules import UNDO
from customers.owning import note_owner, take_firmer_owner
from customers.place_rules import place_problem
from customers.purchase_models import Purchase
from customers.respect_models import ConsentChange
from customers.service_models import CustomerNote
from customers.tag_models import TagMark
from customers.tier_due import want_retier
from customers.tier_models import CustomerTier
from foundation import audit, clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotFound

UNDO_DAYS = 30
BECAUSE = {"unionid": "UnionID 相同", "member_no": "会员号相同", "phone": "手机号相同", "hand": "总部指定"}
OWNERSHIP = ("owner_id", "owner_why", "owner_locked_until")


def merge(session: Session, kept: int, gone: int, because: str, by: str) -> CustomerMerge:
    """Two customers (our ids) are one person: the kept row takes over what the gone one knows. `because` is a key of BECAUSE.

    Relations keep the platform's account; where a guide knows both accounts, the gone one's relation stays on its row. Of two
    wishes the tighter holds, of two owners the one a hand set. Raises Invalid, NotFound (erased, unknown), Conflict (merged).
    """
    if because not in BECAUSE:
        raise Invalid("合并的原因不对", {"because": "没有这种原因"})
    one, other = _lock_both(session, kept, gone)
    before: Json = {name: _told(getattr(one, name)) for name in OWNERSHIP} | {"consent": str(one.consent)}
    filled = _fill(one, other)
    take_firmer_owner(session, one, other, by)
    session.flush()
    moved = move_rows(session, one.id, other.id) | {"before": before, "filled": filled}
    repointed = select(Customer.id).where(Customer.merged_into_id == other.id)
    moved["repointed"] = list(session.scalars(repointed))
    session.execute(update(Customer).where(Customer.merged_into_id == other.id).values(merged_into_id=one.id))
    other.merged_into_id = one.id
    session.flush()
    refresh_unions(session, [one.id])
    session.expire_all()
    set_consent(session, one.id, tighter(Consent(one.consent), Consent(other.consent)), by, "merge")
    session.refresh(one)
    moved["after"] = {name: _told(getattr(one, name)) for name in OWNERSHIP} | {"consent": str(one.consent)}
    row = CustomerMerge(kept_id=one.id, gone_id=other.id, because=because, moved=moved, by=by[:60], at=clock.now())
    session.add(row)
    session.flush()
    want_retier(session, [one.id])
    facts = {"title": other.name or "微信客户", "reason": BECAUSE[because], "merge": row.id}
    note_timeline(session, one.id, "merged", staff_id=None, at=row.at, once=f"merge:{row.id}", **facts)
    audit.record(session, by, "customer.merge", f"customer:{one.id}", gone=other.id, because=because, merge=row.id)
    return row


def _lock_both(session: Session, kept: int, gone: int) -> tuple[Customer, Customer]:
    """Both rows, locked in the order everybody locks them."""
    home = session.scalar(select(func.coalesce(Customer.merged_into_id, Customer.id)).where(Customer.id == kept))
    if home == gone:
        raise Invalid("这是同一份档案", {"gone": "不能与自己合并"})
    chosen = select(Customer).where(Customer.id.in_([home, gone])).order_by(Customer.external_userid).with_for_update()
    rows = {row.id: row for row in session.scalars(chosen.execution_options(populate_existing=True))}
    one, other = rows.get(home or 0), rows.get(gone)
    if one is None or other is None or one.merged_into_id == one.id or other.merged_into_id == other.id:
        raise NotFound("其中一位客户已经不在了")
    if other.merged_into_id is not None or one.merged_into_id is not None:
        raise Conflict("其中一份档案刚刚已被合并，请刷新后再看")
    return one, other


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _fill(one: Customer, other: Customer) -> list[str]:
    """Blanks of the kept row take what the gone one has; which they were. A phone and its last digits go together.

    A city that lies in another province than the kept one stays where it is, and a province likewise.
    """
    blank = [name for name in FILLED if not getattr(one, name) and getattr(other, name)]
    names = [name for name in blank if name != "phone_last4" or "phone" in blank]
    if place_problem(one.province or other.province, one.city or other.city):
        names = [name for name in names if name not in ("province", "city")]
    for name in names:
        setattr(one, name, getattr(other, name))
    return names


def undo_merge(session: Session, merge_id: int, by: str) -> list[str]:
    """Two rows again, as they were: what stays with the kept one, in words (empty: nothing). Up to 30 days later.

    What came since stays where it is, but the gone account's own relations and their tags go with it. Of several merges into
    one row the newest is undone first. Raises NotFound, Conflict.
    """
    row = session.scalars(select(CustomerMerge).where(CustomerMerge.id == merge_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("没有这次合并")
    one, other = _lock_for_undo(session, row)
    stays, moved = _stays(session, row), row.moved
    looked = session.scalar(select(CustomerTier.computed_at).where(CustomerTier.customer_id == one.id))
    move_back(session, one.id, other.id, moved, row.at)
    session.execute(update(Customer).where(Customer.id.in_(moved["repointed"])).values(merged_into_id=other.id))
    _unfill(one, other, moved["filled"])
    other.merged_into_id = None
    row.undone_at, row.undone_by = clock.now(), by[:60]
    session.flush()
    stays += _give_back(session, one, moved, by) + _keep_wishes(session, row, one, other, by)
    restore_tiers(session, one.id, other.id, moved["tiers"])
    refresh_unions(session, [one.id, other.id])
    if stays or (looked is not None and looked > row.at):
        want_retier(session, [one.id, other.id])
    facts = {"title": other.name or "微信客户", "reason": "；".join(stays), "merge": row.id}
    note_timeline(session, one.id, "unmerged", staff_id=None, at=row.undone_at, once=f"unmerge:{row.id}", **facts)
    audit.record(session, by, "customer.unmerge", f"customer:{one.id}", gone=other.id, merge=row.id)
    session.flush()
    session.expire_all()
    return stays


def _lock_for_undo(session: Session, row: CustomerMerge) -> tuple[Customer, Customer]:
    chosen = select(Customer).where(Customer.id.in_([row.kept_id, row.gone_id])).order_by(Customer.external_userid)
    rows = {one.id: one for one in session.scalars(chosen.with_for_update().execution_options(populate_existing=True))}
    one, other = rows[row.kept_id], rows[row.gone_id]
    if row.undone_at is not None:
        raise Conflict("这次合并已经撤销过了")
    if row.at < clock.now() - clock.days(UNDO_DAYS):
        raise Conflict(f"合并已超过 {UNDO_DAYS} 天，不能再撤销")
    later = select(CustomerMerge.id).where(CustomerMerge.id > row.id, CustomerMerge.undone_at.is_(None))
    later = later.where(or_(CustomerMerge.kept_id == row.kept_id, CustomerMerge.gone_id == row.kept_id))
    if session.scalar(later.limit(1)) is not None:
        raise Conflict("这位客户之后又合并过，请先撤销后来的那次")
    return one, other


def _unfill(one: Customer, other: Customer, names: list[str]) -> None:
    """Blanks are blank again, unless somebody wrote something else meanwhile."""
    for name in names:
        if getattr(one, name) == getattr(other, name):
            setattr(one, name, {"gender": 0}.get(name, None if name in NULLABLE else ""))


NULLABLE = ("unionid", "phone", "phone_last4", "member_no", "birthday")


def _give_back(session: Session, one: Customer, moved: Json, by: str) -> list[str]:
    """The owner as it was, where nobody changed it since; what was changed, in words."""
    before, after, stays = moved["before"], moved["after"], []
    now = {name: _told(getattr(one, name)) for name in OWNERSHIP}
    if now == {name: after[name] for name in OWNERSHIP}:
        if before["owner_id"] != one.owner_id:
            note_owner(session, one.id, one.owner_id, before["owner_id"], UNDO, by, "撤销合并")
        until = before["owner_locked_until"]
        one.owner_id, one.owner_why = before["owner_id"], before["owner_why"]
        one.owner_locked_until = datetime.fromisoformat(until) if until else None
        session.flush()
    else:
        stays.append("合并后改过的归属保持不变")
    return stays


def _keep_wishes(session: Session, row: CustomerMerge, one: Customer, other: Customer, by: str) -> list[str]:
    """Consent as it was, where nobody changed it since. What a customer said herself since the merge holds for both rows.

    Nobody knows any more which of the two spoke, so neither is sent more than that; the other row gets her words too.
    """
    changed = one.consent != row.moved["after"]["consent"]
    consent, stays = Consent(one.consent if changed else row.moved["before"]["consent"]), []
    since = select(ConsentChange).where(ConsentChange.customer_id == one.id, ConsentChange.at >= row.at)
    for said in session.scalars(since.where(ConsentChange.source == SAID).order_by(ConsentChange.id)).all():
        consent, both = tighter(consent, Consent(said.now)), tighter(Consent(other.consent), Consent(said.now))
        set_consent(session, other.id, both, by, SAID, staff_id=said.staff_id, words=said.words)
        stays = ["合并后她自己说过的接收意愿，两份档案都照做"]
    set_consent(session, one.id, consent, by, "merge")
    return stays or (["合并后改过的接收意愿保持不变"] if changed else [])


def _stays(session: Session, row: CustomerMerge) -> list[str]:
    """What was written on the kept row since the merge, and is not known to be the other's."""
    counted = (("个标签", TagMark), ("个订单", Purchase), ("条备注", CustomerNote))
    parts = []
    for unit, table in counted:
        moved = row.moved["rows"].get(table.__tablename__, [])
        since = select(func.count()).select_from(table).where(table.customer_id == row.kept_id, table.at >= row.at)
        if count := session.scalar(since.where(table.id.not_in(moved))):
            parts.append(f"{count} {unit}")
    return [f"合并后新增的{'、'.join(parts)}留在保留的档案里；另一个账号的好友关系带着它们的标签回去了"] if parts else []
