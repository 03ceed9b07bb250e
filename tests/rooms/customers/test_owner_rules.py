"""Whose customer she is: the pure rules, and the set-based statement that must decide the same on any history."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from customers.actions import end_following, start_following, tag_customer
from customers.models import Customer, Follow, FollowStatus, TimelineEntry
from customers.owner_models import OwnerChange
from customers.owner_rules import (
    FIRST,
    HAND,
    ORDER,
    SERVICE,
    Friend,
    Owned,
    OwnerRules,
    body_problems,
    default_body,
    owner_of,
    rules_of,
)
from customers.owner_trial import try_owner_rules
from customers.owning import refresh_owners, set_owner
from customers.policies import policy, set_policy
from customers.timeline_rules import sentence
from foundation import clock
from foundation.errors import Invalid, NotAllowed, NotFound
from tests.builders.customers import make_customer, make_follow, make_tags
from tests.builders.sop import Brand, make_brand
from tests.builders.tiers import make_order

NOW = datetime(2026, 7, 1, 12, tzinfo=clock.SHANGHAI)
HELD = Owned(1, FIRST)


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_the_first_friend_still_there_and_then_anybody_who_ever_was() -> None:
    one, two = Friend(1, False, ago(9)), Friend(2, True, ago(5))
    assert owner_of(HELD, [one, two], OwnerRules(), NOW) == Owned(2, FIRST)
    assert owner_of(HELD, [one, Friend(2, False, ago(5))], OwnerRules(), NOW) == Owned(1, FIRST)
    assert owner_of(HELD, [], OwnerRules(), NOW) == Owned(None, FIRST)


def test_sources_are_asked_in_the_brands_order_and_only_of_friends_who_are_still_there() -> None:
    friends = [
        Friend(1, True, ago(90), contact_at=ago(1)),
        Friend(2, True, ago(50), order_at=ago(3)),
        Friend(3, False, ago(5), order_at=ago(1)),
    ]
    assert owner_of(HELD, friends, OwnerRules((ORDER, SERVICE)), NOW) == Owned(2, ORDER)
    assert owner_of(HELD, friends, OwnerRules((SERVICE, ORDER)), NOW) == Owned(1, SERVICE)
    assert owner_of(HELD, friends, OwnerRules((ORDER,), order_days=2), NOW) == Owned(1, FIRST)
    assert owner_of(Owned(3, HAND), friends, OwnerRules((HAND, ORDER)), NOW) == Owned(3, HAND)
    assert owner_of(Owned(3, HAND), friends, OwnerRules((ORDER, HAND)), NOW) == Owned(2, ORDER)


def test_a_lock_holds_until_its_day_and_while_she_is_still_a_friend() -> None:
    rules = OwnerRules((ORDER,), lock_days=10)
    first, other = Friend(1, True, ago(8)), Friend(2, True, ago(7), order_at=ago(1))
    held = owner_of(Owned(None), [first], rules, NOW)
    assert held == Owned(1, FIRST, ago(-2))
    assert owner_of(held, [first, other], rules, NOW) == held
    assert owner_of(held, [first, other], rules, ago(-3)) == Owned(2, ORDER, ago(-9))
    assert owner_of(held, [Friend(1, False, ago(8)), other], rules, NOW).owner_id == 2, "an ended friendship is no lock"
    assert owner_of(held, [first, Friend(3, True, ago(20))], rules, NOW).owner_id == 3, "an earlier friend heard of late"
    taken = Owned(2, ORDER, ago(-9))
    assert owner_of(taken, [first, other, Friend(4, True, ago(1), order_at=ago(0))], rules, NOW) == taken
    by_hand = Owned(9, HAND, ago(-1))
    assert owner_of(by_hand, [first, other], rules, NOW) == by_hand
    assert owner_of(by_hand, [first, other], rules, ago(-1)).owner_id == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"order": ["hand", "hand"]}, "order"), ({"order": ["luck"]}, "order"), ({"order": "hand"}, "order"),
     ({"lock_days": -1}, "lock_days"),
     ({"lock_days": True}, "lock_days"), ({"order_days": 0}, "order_days"), ({"service_days": "30"}, "service_days"),
     ({"merge_unionid": "on"}, "merge_unionid"), ({"else": 1}, "else")],
)  # fmt: skip
def test_a_wrong_body_is_told_at_its_field(body: dict[str, object], field: str) -> None:
    assert set(body_problems(body)) == {field}
    assert body_problems(default_body()) == {}


def _random_history(session: Session, brand: Brand, dice: Random, number: int) -> int:
    """A customer, perhaps of rows merged into one, with up to four friends, orders and contacts, held by anybody in any way."""
    customer = make_customer(session, f"wmR{number}")
    others = [make_customer(session, f"wmR{number}-{other}") for other in range(dice.choice([0, 0, 1, 2]))]
    for other in others:
        other.merged_into_id = customer.id
    session.flush()

    def whose(dice: Random) -> int:
        """One of the rows that are this person."""
        return dice.choice([customer, *others]).id

    guides = list(brand.guides.values())
    for staff in dice.sample(guides, dice.randint(0, 4)):
        status = dice.choice([FollowStatus.ACTIVE, FollowStatus.ACTIVE, FollowStatus.HALF, FollowStatus.ENDED_BY_GUIDE])
        at = ago(dice.randint(1, 60)) if dice.random() < 0.9 else datetime(1970, 1, 1, tzinfo=clock.SHANGHAI)
        follow = make_follow(session, staff, f"wmR{number}", at=at, status=status)
        follow.customer_id = whose(dice)
        follow.last_contact_at = dice.choice([None, ago(dice.randint(0, 60))])
        for n in range(dice.choice([0, 0, 1, 2])):
            # Some are paid back whole; a gift costs nothing and is an order all the same.
            rest = dice.choice([{"refunded_fen": 50_000}, {"yuan": 0}, {}, {}, {}])
            make_order(session, whose(dice), number=f"{number}-{staff.id}-{n}", staff_id=staff.id, **rest)
            session.execute(
                text("UPDATE purchase SET at = :at WHERE order_no = :no"),
                {"at": ago(dice.randint(0, 60)), "no": f"{number}-{staff.id}-{n}"},
            )
    customer.owner_id = dice.choice([None, *(one.id for one in guides)])
    customer.owner_why = dice.choice(["first", "order", "service", "hand", "handover"])
    customer.owner_locked_until = dice.choice([None, ago(3), ago(-3)])
    session.flush()
    return customer.id


def _friends(session: Session, customer_id: int) -> list[Friend]:
    orders: dict[int, datetime] = {}
    for row in session.execute(
        text(
            "SELECT staff_id, at FROM purchase JOIN customer ON customer.id = customer_id "
            "WHERE :id IN (customer.id, merged_into_id) AND (refunded_fen = 0 OR refunded_fen < paid_fen)"
        ),
        {"id": customer_id},
    ):
        orders[row.staff_id] = max(orders.get(row.staff_id, row.at), row.at)
    person = select(Customer.id).where(or_(Customer.id == customer_id, Customer.merged_into_id == customer_id))
    follows = session.scalars(select(Follow).where(Follow.customer_id.in_(person)))
    return [
        Friend(one.staff_id, one.status == FollowStatus.ACTIVE, one.followed_at, one.last_contact_at, orders.get(one.staff_id))
        for one in follows
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_statement_decides_as_the_rules_on_any_history(
    session: Session, brand: Brand, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    dice = Random(seed)
    ids = [_random_history(session, brand, dice, number) for number in range(60)]
    for _ in range(4):
        sources = dice.sample([HAND, ORDER, SERVICE], dice.randint(0, 3))
        body = {
            "order": sources,
            "lock_days": dice.choice([0, 5, 40]),
            "order_days": dice.choice([5, 40]),
            "service_days": dice.choice([5, 40]),
        }
        set_policy(session, brand.headquarters, "owner", body)
        expected = {}
        for id_ in ids:
            held = session.get_one(Customer, id_, populate_existing=True)
            owned = Owned(held.owner_id, held.owner_why, held.owner_locked_until)
            expected[id_] = owner_of(owned, _friends(session, id_), rules_of(body), NOW)
        refresh_owners(session, ids)
        for id_ in ids:
            kept = session.get_one(Customer, id_, populate_existing=True)
            assert Owned(kept.owner_id, kept.owner_why, kept.owner_locked_until) == expected[id_], (seed, body, id_)


def test_each_move_is_kept_and_told_but_neither_the_first_owner_nor_late_news(session: Session, brand: Brand) -> None:
    ai, bo = brand.ai, brand.bo
    start_following(session, bo.userid, "wm1", at=ago(5))
    customer = session.scalars(select(Customer)).one()
    start_following(session, ai.userid, "wm1", at=ago(9))
    assert (customer.owner_id, session.scalars(select(OwnerChange)).all()) == (ai.id, [])
    end_following(session, ai.userid, "wm1", by="customer", at=ago(1))
    change = session.scalars(select(OwnerChange)).one()
    assert (change.was_id, change.now_id, change.why, change.by) == (ai.id, bo.id, "first", "rule")
    told = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "owner")).one()
    assert sentence("owner", told.facts) == f"归属变更：转给{bo.name or bo.userid}，第一位好友"
    refresh_owners(session, [customer.id])
    assert len(session.scalars(select(OwnerChange)).all()) == 1


def test_by_hand_holds_through_whatever_happens_and_undo_gives_her_back(session: Session, brand: Brand) -> None:
    tags = make_tags(session, "高客单")
    start_following(session, brand.ai.userid, "wm1", at=ago(5))
    customer = session.scalars(select(Customer)).one()
    assert set_owner(session, customer.id, brand.bo.id, "hand", "staff:1", "调店")
    assert not set_owner(session, customer.id, brand.bo.id, "hand", "staff:1", "再点一次")
    tag_customer(session, brand.ai, customer.id, add=[tags[0].id], by="guide")
    session.refresh(customer)
    assert (customer.owner_id, customer.owner_why, customer.tag_ids) == (brand.bo.id, "hand", [tags[0].id])
    assert set_owner(session, customer.id, brand.ai.id, "undo", "staff:1")
    session.refresh(customer)
    assert (customer.owner_id, customer.owner_why) == (brand.ai.id, "first"), "the rules choose her too: no pin"
    changes = session.scalars(select(OwnerChange).order_by(OwnerChange.id)).all()
    assert [(one.why, one.note) for one in changes] == [("hand", "调店"), ("undo", "")]
    with pytest.raises(NotFound):
        set_owner(session, customer.id, 999_999, "hand", "staff:1")
    with pytest.raises(NotFound):
        set_owner(session, 999_999, brand.ai.id, "hand", "staff:1")
    with pytest.raises(Invalid):
        set_owner(session, customer.id, brand.ai.id, "mood", "staff:1")


def test_deleted_and_added_ten_times_is_one_relation_with_ten_pairs(session: Session, brand: Brand) -> None:
    """被删又加回十次：仍是同一段关系，时间线上十对，第一次添加的日子还在."""
    for round_ in range(10):
        start_following(session, brand.ai.userid, "wm1", at=ago(40 - 2 * round_))
        end_following(session, brand.ai.userid, "wm1", by="customer", at=ago(39 - 2 * round_))
    start_following(session, brand.ai.userid, "wm1", at=ago(2))
    for round_ in range(10):
        end_following(session, brand.ai.userid, "wm1", by="customer", at=ago(39 - 2 * round_))
    follow = session.scalars(select(Follow)).one()
    entries = session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind.in_(["added", "ended"])).order_by(TimelineEntry.at)
    ).all()
    assert [one.kind for one in entries] == ["added", "ended"] * 10 + ["added"]
    assert (entries[0].at, follow.followed_at, follow.status) == (ago(40), ago(2), FollowStatus.ACTIVE)
    assert session.scalars(select(Customer.owner_id)).one() == brand.ai.id
    assert session.scalars(select(OwnerChange)).all() == []


def test_a_dry_run_counts_and_changes_nothing(session: Session, brand: Brand) -> None:
    ids = []
    for number in range(6):
        follow = make_follow(session, brand.ai, f"wm{number}")
        make_follow(session, brand.bo, f"wm{number}", at=clock.now() - timedelta(days=2))
        if number < 2:
            make_order(session, follow.customer_id, days_ago=1, staff_id=brand.bo.id)
        ids.append(follow.customer_id)
    refresh_owners(session, ids)
    trial = try_owner_rules(session, default_body() | {"order": ["hand", "order"]})
    assert (trial.total, trial.sampled, trial.moved, trial.exact, trial.of_all(trial.moved)) == (6, 6, 2, True, 2)
    assert trial.examples[0] == (ids[0], brand.ai.id, brand.bo.id, "order")
    assert try_owner_rules(session, policy(session, "owner")).moved == 0
    assert set(session.scalars(select(Customer.owner_id))) == {brand.ai.id}
    with pytest.raises(NotAllowed):
        set_policy(session, brand.manager, "owner", default_body())


def test_the_store_keeps_her_when_the_guide_leaves(session: Session, brand: Brand) -> None:
    start_following(session, brand.ai.userid, "wm1", at=ago(5))
    brand.ai.status = "departed"  # type: ignore[assignment]
    session.flush()
    customer = session.scalars(select(Customer)).one()
    refresh_owners(session, [customer.id])
    session.refresh(customer)
    assert customer.owner_id == brand.ai.id, "until somebody takes her over, her store still counts and reads her"
