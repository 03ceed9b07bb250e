"""The customer page's parts of the console, each one statement. Load the customer with permission first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from customers.models import Customer, Follow, Tag, TagGroup
from customers.owner_models import OwnerChange
from customers.purchase_models import Purchase
from customers.respect_models import ConsentChange, Contact
from customers.tag_models import TagMark, TagRule
from org.models import Staff, Store
from org.queries import inside


@dataclass(frozen=True, slots=True)
class Bought:
    """What her orders come to: how many with money left in them, fen paid less refunds."""

    orders: int
    fen: int


def list_relations_in(
    session: Session, viewer: Staff, customer: Customer, limit: int = 50
) -> list[tuple[Follow, Staff, str | None]]:
    """Who of the viewer's subtree follows or followed her, with the store's name; the newest relation first."""
    query = (
        select(Follow, Staff, Store.name)
        .join(Staff, Staff.id == Follow.staff_id)
        .outerjoin(Store, Store.id == Staff.store_id)
        .where(Follow.customer_id == customer.id, inside(Staff.path, viewer.path))
        .order_by(Follow.followed_at.desc())
        .limit(limit)
    )
    return [(follow, staff, store) for follow, staff, store in session.execute(query)]


def list_marks(session: Session, viewer: Staff, customer_id: int, limit: int = 100) -> list[tuple[TagMark, Tag, str, str | None]]:
    """Tags given by guides of the viewer's subtree, those that still stand first: (mark, tag, group, rule's name)."""
    hers = select(Customer.id).where(or_(Customer.id == customer_id, Customer.merged_into_id == customer_id))
    query = (
        select(TagMark, Tag, TagGroup.name, TagRule.name)
        .join(Tag, Tag.id == TagMark.tag_id)
        .join(TagGroup, TagGroup.id == Tag.group_id)
        .join(Staff, Staff.id == TagMark.staff_id)
        .outerjoin(TagRule, TagRule.id == TagMark.rule_id)
        .where(TagMark.customer_id.in_(hers), inside(Staff.path, viewer.path))
        .order_by(TagMark.ended_at.is_not(None), TagMark.at.desc(), TagMark.id.desc())
        .limit(limit)
    )
    return [(mark, tag, group, rule) for mark, tag, group, rule in session.execute(query)]


def list_purchases(session: Session, customer_id: int, limit: int = 50) -> list[tuple[Purchase, str | None]]:
    """Her newest orders with the store's name."""
    query = select(Purchase, Store.name).outerjoin(Store, Store.id == Purchase.store_id)
    rows = session.execute(
        query.where(Purchase.customer_id == customer_id).order_by(Purchase.at.desc(), Purchase.id.desc()).limit(limit)
    )
    return [(purchase, store) for purchase, store in rows]


def sum_purchases(session: Session, customer_id: int) -> Bought:
    """All her orders together."""
    left = Purchase.paid_fen - Purchase.refunded_fen
    row = session.execute(
        select(func.count().filter(left > 0), func.coalesce(func.sum(left), 0)).where(Purchase.customer_id == customer_id)
    ).one()
    return Bought(int(row[0]), int(row[1]))


def list_contacts(session: Session, customer_id: int, limit: int = 50) -> Sequence[Contact]:
    """The newest contacts of the whole brand with her: the ledger is one for all stores."""
    chosen = select(Contact).where(Contact.customer_id == customer_id)
    return session.scalars(chosen.order_by(Contact.at.desc(), Contact.id.desc()).limit(limit)).all()


def list_consent_changes(session: Session, customer_id: int, limit: int = 30) -> Sequence[ConsentChange]:
    """What she wished for when, the newest first."""
    chosen = select(ConsentChange).where(ConsentChange.customer_id == customer_id)
    return session.scalars(chosen.order_by(ConsentChange.at.desc(), ConsentChange.id.desc()).limit(limit)).all()


def list_owner_changes(session: Session, customer_id: int, limit: int = 50) -> Sequence[OwnerChange]:
    """Whose customer she was, the newest first."""
    chosen = select(OwnerChange).where(OwnerChange.customer_id == customer_id)
    return session.scalars(chosen.order_by(OwnerChange.at.desc(), OwnerChange.id.desc()).limit(limit)).all()


def names_in(session: Session, viewer: Staff, ids: Sequence[int | None]) -> dict[int | None, str]:
    """Names by staff id of those inside the viewer's subtree; whoever stands outside is not named."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    name = func.coalesce(func.nullif(Staff.name, ""), Staff.userid)
    return {
        id_: told
        for id_, told in session.execute(select(Staff.id, name).where(Staff.id.in_(wanted), inside(Staff.path, viewer.path)))
    }
