"""One customer in the console: who she is, where she stands, whose she is; her life at once, the other parts when opened."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.closet import list_closet
from customers.console_queries import find_last_consent
from customers.models import Customer
from customers.owner_rules import WHY_NAMES
from customers.page_queries import (
    list_consent_changes,
    list_contacts,
    list_marks,
    list_owner_changes,
    list_purchases,
    list_relations_in,
    names_in,
    sum_purchases,
)
from customers.profile_queries import profile_of
from customers.queries import get_customer_card, tags_of
from customers.respect_rules import KIND_NAMES
from customers.rfm_rules import VALUE_NAMES
from customers.tier_queries import tier_of
from customers.tier_rules import ROLE_NAMES, STAGE_NAMES
from customers.timeline_rules import GROUPS
from foundation.db import transaction
from foundation.errors import NotFound
from hq.customer_words import BY, CONTACT_CHANNELS, PROFILE_SOURCES, TAG_SOURCES
from hq.routes.door import MANAGERS, allow, bp, current_staff
from hq.routes.timeline import timeline_page
from org.models import Staff

Facts = dict[str, Any]


@bp.get("/customers/<external_userid>")
@allow(MANAGERS)
def show_customer(external_userid: str) -> ResponseReturnValue:
    """The head, and the part the address asks for; any other part than her life is loaded behind the page."""
    staff, part = current_staff(), request.args.get("part", "life")
    with transaction() as session:
        customer, follow, guide = get_customer_card(session, staff, external_userid)
        relations = list_relations_in(session, staff, customer)
        consented = find_last_consent(session, customer.id)
        page = timeline_page(session, customer, [consented.staff_id] if consented else [])
        tier, tags = tier_of(session, customer.id), tags_of(session, customer.tag_ids)
    owner = next((one for _, one, _ in relations if one.id == customer.owner_id), None)
    return render_template(
        "hq/customer.html", customer=customer, follow=follow, guide=guide, relations=relations, page=page, groups=GROUPS,
        follows=[(one, member) for one, member, _ in relations], consented=consented, tier=tier, tags=tags, names=page.names,
        owner=owner, parts=NAMES, part=part if part in PARTS else "life", stages=STAGE_NAMES, roles=ROLE_NAMES, worth=VALUE_NAMES,
    )  # fmt: skip


@bp.get("/customers/<external_userid>/parts/<part>")
@allow(MANAGERS)
def show_customer_part(external_userid: str, part: str) -> ResponseReturnValue:
    """One part as a fragment. Raises NotFound for a part there is not."""
    staff = current_staff()
    if part not in PARTS:
        raise NotFound("没有这一页")
    with transaction() as session:
        customer, _, _ = get_customer_card(session, staff, external_userid)
        facts = PARTS[part](session, staff, customer)
    return render_template("hq/_customer_parts.html", part=part, customer=customer, **facts)


def _profile(session: Session, staff: Staff, customer: Customer) -> Facts:
    known, closet = profile_of(session, staff, customer.id), list_closet(session, customer.id)
    names = names_in(session, staff, [*(one.staff_id for one in known.fields), *(item.staff_id for item in closet)])
    return {"profile": known, "closet": closet, "names": names, "sources": PROFILE_SOURCES}


def _tags(session: Session, staff: Staff, customer: Customer) -> Facts:
    marks, living = list_marks(session, staff, customer.id), tags_of(session, customer.tag_ids)
    marked = {mark.tag_id for mark, *_ in marks if mark.ended_at is None}
    by = [*(mark.by for mark, *_ in marks), *(mark.ended_by for mark, *_ in marks)]
    return {
        "marks": marks, "unmarked": [tag for tag in living if tag.id not in marked], "sources": TAG_SOURCES,
        "by": _by(session, staff, by),
    }  # fmt: skip


def _orders(session: Session, _staff: Staff, customer: Customer) -> Facts:
    return {
        "purchases": list_purchases(session, customer.id), "bought": sum_purchases(session, customer.id),
        "tier": tier_of(session, customer.id),
    }  # fmt: skip


def _contacts(session: Session, staff: Staff, customer: Customer) -> Facts:
    contacts, changes = list_contacts(session, customer.id), list_consent_changes(session, customer.id)
    names = names_in(session, staff, [*(one.staff_id for one in contacts), *(one.staff_id for one in changes)])
    return {"contacts": contacts, "changes": changes, "names": names, "kinds": KIND_NAMES, "channels": CONTACT_CHANNELS}


def _owners(session: Session, staff: Staff, customer: Customer) -> Facts:
    moves = list_owner_changes(session, customer.id)
    names = names_in(session, staff, [id_ for one in moves for id_ in (one.was_id, one.now_id, _staff_id(one.by))])
    told = {
        one.by: names.get(_staff_id(one.by), "") if _staff_id(one.by) else BY.get(one.by.partition(":")[0], "") for one in moves
    }
    return {"moves": moves, "names": names, "why": WHY_NAMES, "by": told}


def _staff_id(by: str) -> int | None:
    kind, _, number = by.partition(":")
    return int(number) if kind == "staff" and number.isdigit() else None


def _by(session: Session, staff: Staff, by: list[str]) -> dict[str, str]:
    """Whoever did something, in words: a person of her subtree by name, the system as what it was."""
    names = names_in(session, staff, [_staff_id(one) for one in by])
    return {one: names.get(_staff_id(one), "同事") if _staff_id(one) else BY.get(one.partition(":")[0], "") for one in set(by)}


PARTS: dict[str, Callable[[Session, Staff, Customer], Facts]] = {
    "profile": _profile, "tags": _tags, "orders": _orders, "contacts": _contacts, "owners": _owners,
}  # fmt: skip
NAMES = {
    "life": "轨迹",
    "profile": "档案与衣橱",
    "tags": "标签",
    "orders": "订单与预测",
    "contacts": "触达与意愿",
    "owners": "归属",
}
