"""到店: once a day for each store, whoever tells it; rules, standing and segments hear of it; a slip is taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.merging import merge
from customers.models import Customer, Follow, TimelineEntry
from customers.respect import may_contact
from customers.respect_models import ContactKind
from customers.service_actions import set_visited
from customers.service_queries import service_of
from customers.store_visits import Heard, StoreVisit, note_store_visits
from customers.tag_models import TagMoment
from customers.tag_rule_actions import save_rule, switch_on
from customers.tag_rule_work import work_moments
from customers.tag_rules import RuleDraft
from customers.timeline_rules import sentence
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotFound
from segments.facts import refresh
from segments.models import CustomerFacts
from tests.builders.customers import make_customer, make_follow, make_tags
from tests.builders.sop import Brand, make_brand

ADDED, SAME = Heard.ADDED, Heard.SAME


@pytest.fixture
def brand(session: Session, noon: None) -> Brand:
    return make_brand(session)


def visits(session: Session) -> list[TimelineEntry]:
    chosen = select(TimelineEntry).where(TimelineEntry.kind == "visited").order_by(TimelineEntry.id)
    return list(session.scalars(chosen.execution_options(populate_existing=True)))


def test_one_visit_a_day_for_each_store_however_often_it_is_told(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    her, other, now = make_customer(session), make_customer(session, "wm2"), clock.now()
    store, elsewhere = brand.stores[21].id, brand.stores[22].id
    told = [
        StoreVisit(her.id, now, store, source="pos"), StoreVisit(her.id, now + timedelta(minutes=1), store, brand.ai.id),
        StoreVisit(her.id, now, elsewhere, source="pos"), StoreVisit(other.id, now, store, source="pos"),
        StoreVisit(her.id, now - clock.days(1), store, source="pos"),
    ]  # fmt: skip
    with count_sql() as statements:
        assert note_store_visits(session, told) == [ADDED, SAME, ADDED, ADDED, ADDED]
    assert len(statements) <= 7
    assert note_store_visits(session, told) == [SAME] * 5
    assert note_store_visits(session, []) == []
    assert len(visits(session)) == 4
    assert sentence("visited", visits(session)[0].facts).startswith("到店：")


def test_a_guide_notes_it_and_takes_a_slip_back(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    assert not service_of(session, follow.customer_id, brand.ai.id).visited
    for _ in range(2):
        set_visited(session, brand.ai, follow.customer_id, on=True)
    assert service_of(session, follow.customer_id, brand.ai.id).visited
    session.expire_all()
    assert session.get_one(Follow, follow.id).last_contact_at is None, "a slip must leave nothing behind"
    assert [(one.staff_id, one.facts["source"]) for one in visits(session)] == [(brand.ai.id, "guide")]
    set_visited(session, brand.ai, follow.customer_id, on=False)
    assert visits(session) == []
    assert not service_of(session, follow.customer_id, brand.ai.id).visited
    with pytest.raises(Conflict):
        set_visited(session, brand.ai, follow.customer_id, on=False)


def test_an_undo_that_comes_late_leaves_a_newer_tap(session: Session, brand: Brand) -> None:
    follow, now = make_follow(session, brand.ai, "wm1"), clock.now()
    set_visited(session, brand.ai, follow.customer_id, on=True, at=now)
    set_visited(session, brand.ai, follow.customer_id, on=False, at=now - clock.days(1 / 86_400))
    assert len(visits(session)) == 1


def test_a_slip_just_before_midnight_is_taken_back_just_after_it(session: Session, brand: Brand) -> None:
    follow, midnight = make_follow(session, brand.ai, "wm1"), clock.start_of(clock.today())
    earlier, tapped = midnight - clock.days(1 / 24), midnight - clock.days(5 / 86_400)
    undone = midnight + clock.days(2 / 86_400)
    set_visited(session, brand.ai, follow.customer_id, on=True, at=earlier)
    with pytest.raises(Conflict):
        set_visited(session, brand.ai, follow.customer_id, on=False, at=undone)
    set_visited(session, brand.ai, follow.customer_id, on=False, at=tapped)
    set_visited(session, brand.ai, follow.customer_id, on=True, at=tapped)
    set_visited(session, brand.ai, follow.customer_id, on=False, at=undone)
    assert visits(session) == []


def test_what_a_system_told_is_not_hers_to_take_back_nor_a_strangers_to_note(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    note_store_visits(session, [StoreVisit(follow.customer_id, clock.now(), brand.stores[21].id, brand.ai.id, "pos")])
    assert service_of(session, follow.customer_id, brand.ai.id).visited
    with pytest.raises(Conflict):
        set_visited(session, brand.ai, follow.customer_id, on=False)
    assert len(visits(session)) == 1
    with pytest.raises(NotFound):
        set_visited(session, brand.ai, make_customer(session, "wm9").id, on=True)


def test_a_tap_that_comes_late_counts_for_its_own_day_or_not_at_all(session: Session, brand: Brand) -> None:
    follow, now = make_follow(session, brand.ai, "wm1"), clock.now()
    set_visited(session, brand.ai, follow.customer_id, on=True, at=now - clock.days(3))
    assert [clock.day_of(one.at) for one in visits(session)] == [clock.today() - clock.days(3)]
    with pytest.raises(Invalid):
        set_visited(session, brand.ai, follow.customer_id, on=True, at=now - clock.days(9))
    assert not service_of(session, follow.customer_id, brand.ai.id).visited
    set_visited(session, brand.ai, follow.customer_id, on=True, at=now + clock.days(9))
    assert clock.day_of(visits(session)[-1].at) == clock.today(), "a phone whose clock is ahead"


def test_the_tills_word_stands_over_a_tap_and_is_not_taken_back(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    set_visited(session, brand.ai, follow.customer_id, on=True)
    tills = StoreVisit(follow.customer_id, clock.now(), brand.stores[21].id, source="pos")
    assert [note_store_visits(session, [tills]) for _ in range(2)] == [[Heard.UPDATED], [SAME]]
    with pytest.raises(Conflict):
        set_visited(session, brand.ai, follow.customer_id, on=False)
    assert [one.facts["source"] for one in visits(session)] == ["pos"]


def test_who_has_no_store_notes_no_visit_and_the_erased_have_none(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    brand.ai.store_id = None
    with pytest.raises(Conflict):
        set_visited(session, brand.ai, follow.customer_id, on=True)
    gone = make_customer(session, "erased-7")
    assert note_store_visits(session, [StoreVisit(gone.id, clock.now(), brand.stores[21].id, source="pos")]) == [Heard.UNKNOWN]
    assert visits(session) == []


def test_what_a_system_tells_of_long_ago_starts_no_rule(session: Session, brand: Brand) -> None:
    tag, her = make_tags(session, "到过店")[0], make_customer(session)
    rule = save_rule(session, brand.headquarters, RuleDraft("到店", tag.id, "visit"))
    switch_on(session, brand.headquarters, rule.id, rule.revision)
    old = StoreVisit(her.id, clock.now() - clock.days(30), brand.stores[21].id, source="pos")
    assert note_store_visits(session, [old]) == [ADDED]
    assert session.scalar(select(func.count()).select_from(TagMoment)) == 0


def test_a_rule_hears_of_it_and_a_slip_the_rules_have_not_seen_is_forgotten(session: Session, brand: Brand) -> None:
    tag = make_tags(session, "到过店")[0]
    follow = make_follow(session, brand.ai, "wm1")
    rule = save_rule(session, brand.headquarters, RuleDraft("到店两次", tag.id, "visit", times=2, days=30))
    switch_on(session, brand.headquarters, rule.id, rule.revision)
    note_store_visits(session, [StoreVisit(follow.customer_id, clock.now() - clock.days(1), brand.stores[21].id, source="pos")])
    work_moments(session)
    assert session.get_one(Customer, follow.customer_id).tag_ids == []
    set_visited(session, brand.ai, follow.customer_id, on=True)
    set_visited(session, brand.ai, follow.customer_id, on=False)
    assert session.scalar(select(func.count()).select_from(TagMoment)) == 0
    set_visited(session, brand.ai, follow.customer_id, on=True)
    work_moments(session)
    session.expire_all()
    assert session.get_one(Customer, follow.customer_id).tag_ids == [tag.id]


def test_segments_know_her_last_visit_and_who_was_merged_is_her(session: Session, brand: Brand) -> None:
    kept, gone = (make_follow(session, guide, one).customer_id for guide, one in ((brand.bo, "wm1"), (brand.ai, "wm2")))
    store = brand.stores[21].id
    set_visited(session, brand.ai, gone, on=True)
    merge(session, kept, gone, "phone", "staff:1")
    session.expire_all()
    assert service_of(session, kept, brand.ai.id).visited
    assert note_store_visits(session, [StoreVisit(one, clock.now(), store, source="pos") for one in (gone, kept)]) == [
        Heard.UPDATED, SAME,
    ]  # fmt: skip
    assert len(visits(session)) == 1
    while refresh(session, 100):
        pass
    assert session.get_one(CustomerFacts, kept).last_visit_on == clock.today()


def test_at_night_a_guides_own_tap_opens_no_door_and_the_tills_word_does(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    follow.followed_at -= clock.days(60)
    session.execute(TimelineEntry.__table__.delete())
    night = clock.at(clock.today(), 23, 30)
    with time_machine.travel(night, tick=False):
        asked = [follow.customer_id], ContactKind.MARKETING, night
        assert may_contact(session, *asked)
        set_visited(session, brand.ai, follow.customer_id, on=True, at=night)
        assert may_contact(session, *asked)
        note_store_visits(session, [StoreVisit(follow.customer_id, night, brand.stores[21].id, source="pos")])
        assert not may_contact(session, *asked)


def test_ten_tills_telling_the_same_at_once_are_one_visit(database: None) -> None:
    with transaction() as session:
        brand = make_brand(session)
        ids = [make_customer(session, f"wm{number}").id for number in range(6)]
    told = [StoreVisit(id_, clock.now(), brand.stores[21].id, source="pos") for id_ in ids]

    def tell(turned: bool) -> list[Heard]:
        with transaction() as session:
            return note_store_visits(session, told[::-1] if turned else told)

    with ThreadPoolExecutor(10) as pool:
        outcomes = [heard for some in pool.map(tell, [False, True] * 5) for heard in some]
    assert outcomes.count(ADDED) == len(ids)
    with transaction() as session:
        assert len(visits(session)) == len(ids)
