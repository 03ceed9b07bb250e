"""One person in two rows: all goes over, and all goes back exactly; the platform goes on speaking of two accounts."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers.actions import apply_customer, apply_pulled, end_following, set_consent, start_following, tag_customer
from customers.closet import add_item
from customers.hearing import hear
from customers.merge_registry import BY_ID, BY_KEY, LEFT
from customers.merging import merge, undo_merge
from customers.models import Consent, Customer, Follow, FollowStatus, TimelineEntry
from customers.owner_models import CustomerMerge
from customers.owning import refresh_owners, set_owner
from customers.person_registry import PLACES
from customers.profile_actions import answer, seed_profile_fields
from customers.profile_models import ProfileField
from customers.purchase_models import Purchase
from customers.queries import get_customer_of, page_customers
from customers.respect import note_contact
from customers.respect_models import ConsentChange, ContactKind
from customers.service_actions import add_note, plan_step, set_size
from customers.tiering import retier
from foundation import clock
from foundation.errors import Conflict, Invalid, NotFound
from outbox.models import OutgoingMessage
from tests.builders.customers import detail, follow_user, make_tags, pulled_row
from tests.builders.sop import Brand, make_brand, make_follow
from tests.builders.tiers import make_order


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def a_life(session: Session, brand: Brand, external_userid: str, *, guide: str, days: int) -> Customer:
    """A customer of one guide with a row in most tables; `days` ago it was written."""
    staff = brand.guides[guide]
    follow = make_follow(session, staff, external_userid, days_ago=days)
    customer = session.get_one(Customer, follow.customer_id)
    customer.name, id_ = f"客户{external_userid}", customer.id
    session.flush()
    add_note(session, staff, id_, f"备注{days}", f"note-{id_}-0001")
    set_size(session, staff, id_, "上衣", f"{days}码")
    set_size(session, staff, id_, "裤子" if days > 9 else "鞋码", "30")
    session.execute(
        text("UPDATE customer_size SET at = at - :days * interval '1 day' WHERE customer_id = :id"), {"days": days, "id": id_}
    )
    plan_step(session, staff, id_, "到货通知", clock.now() + timedelta(days=1), f"step-{id_}-0001")
    add_item(session, staff, id_, "极寒长款", wished=True, once=f"item-{id_}-0001")
    city = session.scalars(select(ProfileField).where(ProfileField.key == "city")).one()
    answer(session, staff, id_, city.id, f"城市{days}")
    note_contact(session, id_, ContactKind.CARE, "chat", staff.id, "item:1", f"c-{id_}")
    make_order(session, id_, days_ago=days, yuan=899, staff_id=staff.id)
    retier(session, [id_], clock.now())
    return customer


@pytest.fixture
def two(session: Session, brand: Brand) -> tuple[Customer, Customer]:
    """The same person: an old row of g21a and a newer one of g22a, and one guide, g21b, who knows both accounts."""
    seed_profile_fields(session)
    old, new = a_life(session, brand, "wmOLD", guide="g21a", days=20), a_life(session, brand, "wmNEW", guide="g22a", days=5)
    for external_userid in ("wmOLD", "wmNEW"):
        make_follow(session, brand.guides["g21b"], external_userid, days_ago=3)
    new.phone, new.phone_last4, new.birthday, old.member_no = "13800138000", "8000", date(1990, 5, 1), "VIP1"
    set_consent(session, new.id, Consent.SERVICE_ONLY, "customer", "message")
    tags = make_tags(session, "高客单", "羽绒控")
    tag_customer(session, brand.guides["g21a"], old.id, add=[tags[0].id], by="guide")
    tag_customer(session, brand.guides["g22a"], new.id, add=[tags[1].id], by="guide")
    session.flush()
    refresh_owners(session, [old.id, new.id])
    session.expire_all()
    return old, new


QUEUES = {"facts_wanted", "customer_change", "outgoing_message"}
OWN_WORDS = {"customer_merge", "merge_candidate"}


def snapshot(session: Session) -> dict[str, dict[Any, Any]]:
    """Every row of every table that knows a customer, but for queues and the merge's own."""
    session.flush()
    found = {}
    for place in PLACES:
        if place.table not in QUEUES | OWN_WORDS:
            rows = session.scalars(text(f"SELECT to_jsonb(one) FROM {place.table} AS one")).all()
            found[place.table] = {str(sorted((key, str(value)) for key, value in row.items())): row for row in rows}
    return found


TOLD_BY_MERGES = {"merged", "unmerged", "owner", "consent"}


def differences(before: dict[str, dict[Any, Any]], after: dict[str, dict[Any, Any]]) -> list[Any]:
    """Rows lost or added, but for what the merge and its undoing told of themselves."""
    lost = [(table, row) for table, rows in before.items() for key, row in rows.items() if key not in after[table]]
    fresh = [(table, row) for table, rows in after.items() for key, row in rows.items() if key not in before[table]]
    told = [one for one in fresh if not (one[0] in ("owner_change", "consent_change") or one[1].get("kind") in TOLD_BY_MERGES)]
    return lost + told


def test_every_table_that_knows_a_customer_is_moved_or_left_for_a_reason() -> None:
    assert {*BY_ID, *BY_KEY, *LEFT} == {place.table for place in PLACES}
    assert all(LEFT.values())


def test_everything_goes_over(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    merge(session, old.id, new.id, "phone", "staff:1")
    follows = {one.staff_id: one for one in session.scalars(select(Follow).where(Follow.customer_id == old.id))}
    assert set(follows) == {brand.guides[name].id for name in ("g21a", "g21b", "g22a")}
    assert follows[brand.guides["g22a"].id].external_userid == "wmNEW"
    aside = session.scalars(select(Follow).where(Follow.customer_id == new.id)).one()
    assert aside.staff_id == brand.guides["g21b"].id
    assert (old.phone, old.phone_last4, old.birthday, old.member_no) == ("13800138000", "8000", date(1990, 5, 1), "VIP1")
    assert (old.consent, new.merged_into_id, len(old.tag_ids)) == (Consent.SERVICE_ONLY, old.id, 2)
    sizes = dict(session.execute(text("SELECT kind, value FROM customer_size WHERE customer_id = :id"), {"id": old.id}).all())  # type: ignore[arg-type]
    assert sizes == {"上衣": "5码", "裤子": "30", "鞋码": "30"}, "of two the newer counts"
    assert len(session.scalars(select(Purchase).where(Purchase.customer_id == old.id)).all()) == 2
    for table in ("customer_note", "next_step", "closet_item", "contact", "purchase", "timeline_entry", "tag_mark"):
        assert session.scalar(text(f"SELECT count(*) FROM {table} WHERE customer_id = :id"), {"id": new.id}) == 0, table
    assert session.scalar(text("SELECT count(*) FROM customer_tier WHERE customer_id = :id"), {"id": new.id}) == 0
    found, follow = get_customer_of(session, brand.guides["g22a"], "wmNEW")
    assert (found.id, follow.external_userid) == (old.id, "wmNEW")
    assert [one.id for one, _, _ in page_customers(session, brand.guides["g21b"])] == [old.id]


def test_undone_at_once_every_row_is_as_it_was(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    """合并错了可以撤销：所有表逐字节还原."""
    old, new = two
    before = snapshot(session)
    done = merge(session, old.id, new.id, "phone", "staff:1")
    assert differences(before, snapshot(session))
    assert undo_merge(session, done.id, "staff:2") == []
    assert differences(before, snapshot(session)) == []
    with pytest.raises(Conflict):
        undo_merge(session, done.id, "staff:2")
    kinds = session.scalars(
        select(TimelineEntry.kind).where(TimelineEntry.kind.in_(["merged", "unmerged"])).order_by(TimelineEntry.id)
    )
    assert list(kinds) == ["merged", "unmerged"]


def test_the_other_way_round_is_undone_as_well(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    before = snapshot(session)
    done = merge(session, new.id, old.id, "hand", "staff:1")
    undo_merge(session, done.id, "staff:2")
    assert differences(before, snapshot(session)) == []


def test_what_came_between_stays_and_is_told(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    done = merge(session, old.id, new.id, "phone", "staff:1")
    third = make_tags(session, "会员日", group="活动")[0]
    tag_customer(session, brand.guides["g21a"], old.id, add=[third.id], by="guide")
    add_note(session, brand.guides["g21a"], old.id, "合并后的备注", "note-after-0001")
    set_owner(session, old.id, brand.guides["g22b"].id, "hand", "staff:1")
    old.phone = "13900139000"
    session.flush()
    stays = undo_merge(session, done.id, "staff:2")
    assert "1 条备注" in stays[0]
    assert "归属保持不变" in stays[-1]
    session.refresh(old)
    session.refresh(new)
    assert third.id in set(old.tag_ids) - set(new.tag_ids)
    assert (old.owner_id, old.phone, old.birthday) == (brand.guides["g22b"].id, "13900139000", None)
    assert (new.merged_into_id, new.phone) == (None, "13800138000")


@pytest.mark.parametrize("who", ["wmOLD", "wmNEW"])
@pytest.mark.parametrize("gone_wish", [Consent.SERVICE_ONLY, Consent.NONE])
def test_what_she_said_since_the_merge_holds_for_both_when_it_is_undone(
    session: Session, brand: Brand, two: tuple[Customer, Customer], who: str, gone_wish: Consent
) -> None:
    old, new = two
    set_consent(session, new.id, gone_wish, "staff:1", "sidebar")
    done = merge(session, old.id, new.id, "phone", "staff:1")
    assert hear(session, who, "别再给我发消息了", at=clock.now(), once="said-1")
    stays = undo_merge(session, done.id, "staff:2")
    assert "接收意愿，两份档案都照做" in stays[-1]
    for row in (old, new):
        session.refresh(row)
        assert row.consent == Consent.NONE
        said = select(ConsentChange.words).where(ConsentChange.customer_id == row.id, ConsentChange.source == "message")
        assert "别再给我发消息了" in session.scalars(said).all(), "the words stand with both"


def test_a_wish_goes_down_a_chain_of_merges(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    third = a_life(session, brand, "wmTHIRD", guide="g31a", days=9)
    one = merge(session, old.id, new.id, "phone", "staff:1")
    two_ = merge(session, third.id, old.id, "hand", "staff:1")
    hear(session, "wmNEW", "退订", at=clock.now(), once="said-1")
    hear(session, "wmNEW", "勿扰", at=clock.now(), once="said-2")
    undo_merge(session, two_.id, "staff:1")
    undo_merge(session, one.id, "staff:1")
    for row in (old, new, third):
        session.refresh(row)
    assert [row.consent for row in (old, new, third)] == [Consent.NONE] * 3


def test_events_and_pulls_of_the_merged_account_reach_the_one_person(
    session: Session, brand: Brand, two: tuple[Customer, Customer]
) -> None:
    old, new = two
    done = merge(session, old.id, new.id, "phone", "staff:1")
    guide = brand.guides["g31a"]
    start_following(session, guide.userid, "wmNEW", at=clock.now())
    fresh = session.scalars(select(Follow).where(Follow.staff_id == guide.id)).one()
    assert (fresh.customer_id, fresh.external_userid) == (old.id, "wmNEW")
    other = brand.guides["g31b"]
    apply_pulled(
        session, [pulled_row("wmNEW", other.userid, clock.now()), pulled_row("wmNEW", brand.guides["g21b"].userid, clock.now())]
    )
    pulled = session.scalars(select(Follow).where(Follow.staff_id == other.id)).one()
    assert (pulled.customer_id, pulled.external_userid) == (old.id, "wmNEW")
    end_following(session, brand.guides["g22a"].userid, "wmNEW", by="customer", at=clock.now())
    assert (
        session.scalars(select(Follow.status).where(Follow.staff_id == brand.guides["g22a"].id)).one()
        == FollowStatus.ENDED_BY_CUSTOMER
    )
    apply_customer(session, detail("wmOLD", follow_user(brand.guides["g21a"].userid, clock.now())), fetched_at=clock.now())
    living = {
        one.staff_id: one.customer_id for one in session.scalars(select(Follow).where(Follow.status == FollowStatus.ACTIVE))
    }
    assert {guide.id, other.id} <= set(living), "the old account's whole answer ends nothing of the new one's"
    undo_merge(session, done.id, "staff:2")
    hers = {one.staff_id for one in session.scalars(select(Follow).where(Follow.customer_id == new.id))}
    assert hers == {brand.guides[name].id for name in ("g21b", "g22a", "g31a", "g31b")}
    assert session.scalars(select(Follow.external_userid).where(Follow.external_userid.is_not(None))).all() == []


def test_a_guide_who_meets_the_other_account_keeps_both(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    done = merge(session, old.id, new.id, "phone", "staff:1")
    start_following(session, brand.guides["g22a"].userid, "wmOLD", at=clock.now())
    rows = session.scalars(select(Follow).where(Follow.staff_id == brand.guides["g22a"].id).order_by(Follow.customer_id))
    assert {(one.customer_id, one.external_userid) for one in rows} == {(old.id, None), (new.id, None)}
    start_following(session, brand.guides["g21a"].userid, "wmNEW", at=clock.now())
    rows = session.scalars(select(Follow).where(Follow.staff_id == brand.guides["g21a"].id))
    assert {(one.customer_id, one.external_userid) for one in rows} == {(old.id, None), (new.id, None)}
    apply_pulled(session, [pulled_row("wmOLD", brand.guides["g22a"].userid, clock.now())])
    undo_merge(session, done.id, "staff:2")
    assert len(session.scalars(select(Follow)).all()) == 6


def test_a_tag_is_written_to_the_account_the_guide_knows(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    merge(session, old.id, new.id, "phone", "staff:1")
    session.execute(text("DELETE FROM outgoing_message"))
    session.execute(text("UPDATE follow SET tags_writing = false"))
    session.expire_all()
    tag = make_tags(session, "会员日", group="活动")[0]
    tag_customer(session, brand.guides["g22a"], old.id, add=[tag.id], by="guide")
    payload = session.scalars(select(OutgoingMessage.payload).where(OutgoingMessage.call == "externalcontact/mark_tag")).one()
    assert payload["external_userid"] == "wmNEW"


def test_the_newest_merge_is_undone_first_and_chains_hold(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    third = a_life(session, brand, "wmTHIRD", guide="g31a", days=9)
    refresh_owners(session, [third.id])
    session.expire_all()
    before = snapshot(session)
    one = merge(session, new.id, third.id, "phone", "staff:1")
    two_ = merge(session, old.id, new.id, "unionid", "rule")
    assert session.get_one(Customer, third.id, populate_existing=True).merged_into_id == old.id
    with pytest.raises(Conflict, match="先撤销"):
        undo_merge(session, one.id, "staff:1")
    undo_merge(session, two_.id, "staff:1")
    undo_merge(session, one.id, "staff:1")
    assert differences(before, snapshot(session)) == []


def test_what_cannot_be_merged_is_refused(session: Session, brand: Brand, two: tuple[Customer, Customer]) -> None:
    old, new = two
    with pytest.raises(Invalid):
        merge(session, old.id, old.id, "phone", "staff:1")
    with pytest.raises(Invalid):
        merge(session, old.id, new.id, "mood", "staff:1")
    with pytest.raises(NotFound):
        merge(session, old.id, 999_999, "phone", "staff:1")
    done = merge(session, old.id, new.id, "phone", "staff:1")
    with pytest.raises(Conflict):
        merge(session, old.id, new.id, "phone", "staff:1")
    with pytest.raises(Invalid):
        merge(session, new.id, old.id, "phone", "staff:1")
    session.get_one(CustomerMerge, done.id).at = clock.now() - timedelta(days=31)
    session.flush()
    with pytest.raises(Conflict, match="30 天"):
        undo_merge(session, done.id, "staff:1")
    with pytest.raises(NotFound):
        undo_merge(session, 999_999, "staff:1")
