"""Facts follow the true tables: triggers ask for whoever changed, and what is worked out is what plain Python says."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode
from customers.batch_stretch import BEHIND
from customers.models import Customer, Follow, FollowStatus, TimelineEntry
from customers.profile_models import FieldKind, ProfileAnswer, ProfileField
from customers.purchase_models import Purchase
from customers.respect_models import Contact
from customers.tier_models import CustomerTier
from foundation import clock
from org.models import Staff
from segments import facts
from segments.models import CustomerFacts, FactsWanted
from tests.builders.customers import make_customer, make_follow
from tests.builders.org import make_staff
from tests.builders.segments import ask_for_facts

MANY = """
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, consent, tag_ids, created_at)
SELECT 'm' || n, '', '', 0, 1, '', 'all', '{}', :now FROM generate_series(1, 300) n
"""
NOON = "2026-02-26T04:00:00Z"


def wanted(session: Session) -> set[int]:
    found = set(session.scalars(select(FactsWanted.customer_id)))
    session.execute(delete(FactsWanted))
    return found


def facts_of(session: Session, customer_id: int) -> CustomerFacts | None:
    while facts.refresh(session, 3):
        continue
    session.expire_all()
    return session.get(CustomerFacts, customer_id)


@pytest.fixture
def hers(session: Session) -> Follow:
    follow = make_follow(session, make_staff(session), "wm1")
    wanted(session)
    return follow


def _purchase(session: Session, her: int) -> object:
    return Purchase(source="pos", order_no="1", customer_id=her, at=clock.now(), paid_fen=100)


def _entry(session: Session, her: int) -> object:
    return TimelineEntry(customer_id=her, kind="opened", at=clock.now(), facts={}, once="o1")


def _contact(session: Session, her: int) -> object:
    return Contact(customer_id=her, kind="care", channel="card", at=clock.now(), once="c1")


def _tier(session: Session, her: int) -> object:
    return CustomerTier(customer_id=her, stage_since=clock.now(), computed_at=clock.now())


@pytest.mark.parametrize(("make", "change"), [
    (_purchase, {"refunded_fen": 100}), (_contact, {"at": clock.now() - timedelta(days=40)}), (_tier, {"stage": "lost"}),
    (_entry, {"kind": "replied"}),
])  # fmt: skip
def test_rows_of_true_tables_make_her_wanted(
    session: Session, hers: Follow, make: Callable[..., Any], change: dict[str, Any]
) -> None:
    row = make(session, hers.customer_id)
    kind = type(row)
    session.add(row)
    session.flush()
    assert wanted(session) == {hers.customer_id}
    session.execute(update(kind).values(**change))
    assert wanted(session) == {hers.customer_id}
    session.execute(update(kind).values(**change))
    assert wanted(session) == set(), "written again as it was: nothing to work out"
    other = make_customer(session, "wm2").id
    wanted(session)
    session.execute(update(kind).values(customer_id=other))
    assert wanted(session) == {hers.customer_id, other}, "moved by a merge: both change"
    session.execute(delete(kind))
    assert wanted(session) == {other}


def test_what_facts_do_not_hold_asks_for_nobody(session: Session, hers: Follow) -> None:
    session.execute(update(Customer).values(name="新的名字", pull_wanted_at=clock.now()))
    session.execute(update(Follow).values(remark="备注", tag_revision=3))
    session.add(TimelineEntry(customer_id=hers.customer_id, kind="sent", at=clock.now(), facts={}, once="s1"))
    session.flush()
    assert wanted(session) == set()
    session.execute(update(Customer).values(tag_ids=[3]))
    assert wanted(session) == {hers.customer_id}
    session.execute(update(Follow).values(status="ended_by_customer"))
    assert wanted(session) == {hers.customer_id}


def test_a_guide_who_moves_takes_the_places_of_her_customers_along(session: Session, hers: Follow) -> None:
    session.execute(update(Customer).values(owner_id=hers.staff_id))
    row = facts_of(session, hers.customer_id)
    assert row is not None
    assert row.path == "1.2.3.4."
    session.execute(update(Staff).values(name="改名"))
    assert wanted(session) == set()
    session.execute(update(Staff).values(path="1.9."))
    row = facts_of(session, hers.customer_id)
    assert row is not None
    assert row.path == "1.9."


def test_single_changes_come_before_bulk(session: Session) -> None:
    ids = [make_customer(session, f"wm{number}").id for number in range(4)]
    wanted(session)
    ask_for_facts(session, ids[:3], bulk=True)
    ask_for_facts(session, ids[3:])
    assert facts.refresh(session, 1) == [ids[3]]
    assert facts.refresh(session, 10) == ids[:3]
    session.execute(BEHIND)
    session.execute(update(Customer).values(city="上海"))
    assert set(session.scalars(select(FactsWanted.bulk))) == {True}


def test_many_rows_in_one_statement_are_bulk_without_being_told(session: Session) -> None:
    make_customer(session, "one")
    session.execute(text(MANY), {"now": clock.now()})
    assert sorted(session.scalars(select(FactsWanted.bulk))) == [False] + [True] * 300


def test_who_was_merged_away_has_no_facts_until_the_merge_is_undone(session: Session, hers: Follow) -> None:
    kept = make_customer(session, "wm2").id
    ask_for_facts(session, [hers.customer_id])
    assert facts_of(session, hers.customer_id) is not None
    session.execute(update(Customer).where(Customer.id == hers.customer_id).values(merged_into_id=kept))
    assert facts_of(session, hers.customer_id) is None
    session.execute(update(Customer).values(merged_into_id=None))
    assert facts_of(session, hers.customer_id) is not None


def test_openings_and_contacts_fade_after_thirty_days(session: Session, hers: Follow) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        for ago in (29, 5):
            at = clock.start_of(clock.today() - timedelta(days=ago))
            session.add(TimelineEntry(customer_id=hers.customer_id, kind="opened", at=at, facts={}, once=f"o{ago}"))
            session.add(Contact(customer_id=hers.customer_id, kind="care", channel="card", at=at, once=f"c{ago}"))
        session.flush()
        row = facts_of(session, hers.customer_id)
        assert row is not None
        assert (row.opens_30d, row.contacts_30d) == (2, 2)
        now.shift(timedelta(days=1))
        facts.want_faded(session, clock.today())
        assert set(session.scalars(select(FactsWanted.bulk))) == {True}
        row = facts_of(session, hers.customer_id)
        assert row is not None
        assert (row.opens_30d, row.contacts_30d) == (1, 1)
        assert row.last_open_on == date(2026, 2, 21)


def test_a_brands_own_choices_become_codes_and_follow_its_changes(session: Session, hers: Follow) -> None:
    one = ProfileField(name="肤质", kind=FieldKind.CHOICE, choices=["干性", "油性"])
    many = ProfileField(name="爱好", kind=FieldKind.CHOICES, choices=["跑步", "滑雪", "茶"])
    other = ProfileField(name="备注", kind=FieldKind.TEXT, choices=[])
    session.add_all([one, many, other])
    session.flush()
    for field, value in ((one, "油性"), (many, ["茶", "跑步", "没有了"]), (other, "油性")):
        session.add(
            ProfileAnswer(customer_id=hers.customer_id, field_id=field.id, value={"value": value}, source="guide", at=clock.now())
        )
    session.flush()
    row = facts_of(session, hers.customer_id)
    assert row is not None
    assert row.codes == [one.id * 1000 + 2, many.id * 1000 + 1, many.id * 1000 + 3]
    one.choices, many.removed_at = ["中性", "干性", "油性"], clock.now()
    session.flush()
    row = facts_of(session, hers.customer_id)
    assert row is not None
    assert row.codes == [one.id * 1000 + 3]


def test_a_channel_is_known_by_its_first_code(session: Session) -> None:
    ai, bo = make_staff(session), make_staff(session, userid="bo")
    first, second = (
        ChannelCode(state=f"s{guide.id}", staff_id=guide.id, channel="门店海报", created_at=clock.now()) for guide in (ai, bo)
    )
    session.add_all([first, second])
    session.flush()
    follow = make_follow(session, bo, "wm1")
    follow.state = second.state
    session.flush()
    row = facts_of(session, follow.customer_id)
    assert row is not None
    assert row.channel_ids == [first.id]


SomeTime = Callable[[], datetime]
Said = dict[int, list[Any]]


def _buy(session: Session, chance: random.Random, people: list[Customer], some_time: SomeTime) -> Said:
    bought: Said = {one.id: [] for one in people}
    for number in range(40):
        her, at, paid = chance.choice(people), some_time(), chance.randint(0, 3) * 12_345
        order = Purchase(
            source="pos", order_no=str(number), customer_id=her.id, at=at, paid_fen=paid, refunded_fen=chance.choice([0, 0, paid])
        )
        bought[her.id].append(order)
        session.add(order)
    return bought


def _live(session: Session, chance: random.Random, people: list[Customer], some_time: SomeTime) -> Said:
    lived: Said = {one.id: [] for one in people}
    for number in range(40):
        her, at, kind = chance.choice(people), some_time(), chance.choice(["opened", "replied", "visited", "sent"])
        lived[her.id].append((kind, at))
        session.add(TimelineEntry(customer_id=her.id, kind=kind, at=at, facts={}, once=f"t{number}"))
    return lived


def _befriend(session: Session, chance: random.Random, people: list[Customer], staff: list[Staff], some_time: SomeTime) -> Said:
    followed: Said = {one.id: [] for one in people}
    for her in people:
        her.owner_id = chance.choice([None, *(one.id for one in staff)])
        her.birthday = chance.choice([None, date(1990, 2, 28)])
        for guide in chance.sample(staff, chance.randint(0, 3)):
            follow = make_follow(session, guide, her.external_userid, at=some_time(), status=chance.choice(list(FollowStatus)))
            follow.last_contact_at = chance.choice([None, some_time()])
            followed[her.id].append(follow)
    return followed


def _assert_orders(row: CustomerFacts, bought: list[Purchase]) -> None:
    orders = [one for one in bought if one.paid_fen > one.refunded_fen]
    assert (row.orders, row.spent_yuan) == (len(orders), sum(one.paid_fen - one.refunded_fen for one in orders) // 100)
    assert row.last_order_on == max((clock.day_of(one.at) for one in orders), default=None)


def _assert_moments(row: CustomerFacts, lived: list[tuple[str, datetime]]) -> None:
    month = clock.today() - timedelta(days=29)
    kinds = ("opened", "replied", "visited")
    opens, replies, visits = ([clock.day_of(at) for one, at in lived if one == kind] for kind in kinds)
    assert (row.last_open_on, row.opens_30d) == (max(opens, default=None), len([day for day in opens if day >= month]))
    assert row.last_reply_on == max(replies, default=None)
    assert row.last_visit_on == max(visits, default=None)


def _assert_friends(row: CustomerFacts, followed: list[Follow]) -> None:
    active = sorted(one.staff_id for one in followed if one.status == FollowStatus.ACTIVE)
    contacts = [clock.day_of(one.last_contact_at) for one in followed if one.last_contact_at]
    assert (row.staff_ids, row.following) == (active, bool(active))
    assert row.added_on == min((clock.day_of(one.followed_at) for one in followed), default=None)
    assert row.last_contact_on == max(contacts, default=None)


@pytest.mark.parametrize("seed", range(6))
def test_facts_are_what_python_says_of_the_true_tables(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    with time_machine.travel(NOON, tick=False):
        staff = [make_staff(session, userid=f"g{number}", path=f"1.2.3.{4 + number}.") for number in range(3)]
        people = [make_customer(session, f"wm{number}") for number in range(8)]
        now = clock.now()

        def some_time() -> datetime:
            return now - timedelta(hours=chance.randint(0, 24 * 45))

        bought, lived = _buy(session, chance, people, some_time), _live(session, chance, people, some_time)
        followed = _befriend(session, chance, people, staff, some_time)
        session.flush()
        for her in people:
            row = facts_of(session, her.id)
            assert row is not None
            _assert_orders(row, bought[her.id])
            _assert_moments(row, lived[her.id])
            _assert_friends(row, followed[her.id])
            owner = next((one for one in staff if one.id == her.owner_id), None)
            assert (row.path, row.store_id) == ((owner.path, owner.store_id) if owner else ("0.", None))
            assert row.birthday_md == (228 if her.birthday else None)
