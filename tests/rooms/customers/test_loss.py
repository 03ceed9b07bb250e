"""Losses: who deleted whom, told to whom by rule, once; numbers and lists in the viewer's subtree; seen."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from customers.following import end_absent, end_following, lock_customer, start_following
from customers.handover_models import Loss
from customers.loss_queries import (
    Chosen,
    loss_figures,
    losses_by_day,
    losses_by_guide,
    losses_by_span,
    losses_by_state,
    losses_by_store,
    page_losses,
    since_days,
)
from customers.loss_rules import LossRules, body_problems, card_due, days_kept, default_body, rules_of, whom_to_tell
from customers.loss_telling import NIGHT, tell_losses
from customers.losses import mark_seen
from customers.policies import set_policy
from customers.tier_models import CustomerTier, Stage
from foundation import clock
from foundation.errors import Invalid, NotAllowed
from outbox.models import OutgoingMessage
from tests.builders.handover import lose, make_leaver
from tests.builders.sop import make_brand, make_follow


@pytest.fixture
def brand(session):
    return make_brand(session)


def _value(session, customer_id, value):
    now = clock.now()
    row = CustomerTier(customer_id=customer_id, value=value, stage=Stage.MATURE, stage_since=now, computed_at=now)
    session.add(row)
    session.flush()


def _cards(session):
    rows = session.scalars(select(OutgoingMessage).where(OutgoingMessage.about == "loss").order_by(OutgoingMessage.id))
    return [(row.payload["touser"], row.payload["template_card"]["main_title"]["title"]) for row in rows]


ALL = LossRules(guide=True, manager="all", by_guide="all", value=3)


@pytest.mark.parametrize(
    ("rules", "by", "value", "guide", "told"),
    [
        (ALL, "customer", 0, 1, [1, 9]),
        (ALL, "guide", 0, 1, [9]),
        (ALL, "customer", 0, None, [9]),
        (rules_of({"guide": False}), "customer", 2, 1, []),
        (rules_of({}), "customer", 3, 1, [1, 9]),
        (rules_of({}), "customer", 2, 1, [1]),
        (rules_of({"by_guide": "none"}), "guide", 5, 1, []),
        (ALL, "guide", 5, 9, []),
    ],
)
def test_whom_to_tell(rules, by, value, guide, told):
    assert whom_to_tell(rules, by, value, guide, [9]) == told


def test_a_card_at_night_waits_for_the_morning():
    night = datetime(2026, 11, 20, 23, 30, tzinfo=clock.SHANGHAI)
    assert card_due(night, NIGHT) == datetime(2026, 11, 21, 9, 0, tzinfo=clock.SHANGHAI)
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=clock.SHANGHAI)
    assert card_due(noon, NIGHT) == noon


def test_days_are_unknown_when_the_adding_is():
    now = clock.now()
    assert days_kept(now - timedelta(days=3, hours=1), now) == 3
    assert days_kept(now + timedelta(hours=1), now) is None
    assert days_kept(datetime(1970, 1, 1, tzinfo=clock.SHANGHAI), now) is None


def test_a_policy_says_what_is_wrong_and_only_headquarters_sets_it(session, brand):
    assert body_problems(default_body()) == {}
    wrong = {"guide": "yes", "manager": "sometimes", "by_guide": "all", "value": 9}
    with pytest.raises(Invalid) as problem:
        set_policy(session, brand.headquarters, "loss", wrong)
    assert set(problem.value.fields) == {"guide", "manager", "value"}
    with pytest.raises(NotAllowed):
        set_policy(session, brand.manager, "loss", default_body())


def test_a_loss_is_noted_once_and_told_once(session, brand):
    follow = make_follow(session, brand.ai, "wm1", days_ago=20)
    _value(session, follow.customer_id, 4)
    at = clock.now() - timedelta(hours=1)
    for _ in range(3):
        end_following(session, brand.ai.userid, "wm1", by="customer", at=at)
    loss = session.scalars(select(Loss)).one()
    assert (loss.by, loss.days, loss.told_at) == ("customer", 19, None) or loss.days == 20
    assert tell_losses(session) == 1
    assert tell_losses(session) == 0
    assert _cards(session) == [("g21a", "有一位客户删除了您"), ("m21", "一位客户删除了G21A")]
    assert loss.told == [brand.ai.id, brand.manager.id]


def test_deleted_and_added_ten_times_is_ten_losses_and_one_card_a_day(session, brand):
    make_follow(session, brand.ai, "wm1", days_ago=20)
    start = clock.start_of(clock.today()) if clock.now() - clock.start_of(clock.today()) > timedelta(hours=1) else clock.now()
    for number in range(10):
        at = start + timedelta(minutes=2 * number)
        end_following(session, brand.ai.userid, "wm1", by="customer", at=at)
        start_following(session, brand.ai.userid, "wm1", at=at + timedelta(minutes=1))
        tell_losses(session)
    assert session.scalar(select(func.count()).select_from(Loss)) == 10
    assert len([card for card in _cards(session) if card[0] == "g21a"]) == 1
    chosen = Chosen(brand.headquarters, since_days(7))
    assert loss_figures(session, chosen).back == 10
    assert page_losses(session, chosen)[0].times == 10


def test_a_handed_over_customer_and_one_of_a_leaver_are_not_lost(session, brand):
    make_follow(session, brand.ai, "wm1", days_ago=20)
    lose(session, brand.ai, "wm1", by="transfer")
    follow = make_follow(session, brand.bo, "wm2", days_ago=20)
    make_leaver(session, brand.bo)
    lock_customer(session, "wm2")
    assert end_absent(session, [follow], clock.now()) == 1
    assert session.scalars(select(Loss)).all() == []


def test_an_old_loss_stands_on_the_board_but_rings_nowhere(session, brand):
    make_follow(session, brand.ai, "wm1", days_ago=20)
    lose(session, brand.ai, "wm1", by="guide", hours_ago=24 * 5)
    assert tell_losses(session) == 1
    assert _cards(session) == []
    assert loss_figures(session, Chosen(brand.headquarters, since_days(7))).by_guide == 1


def test_the_board_counts_her_own_subtree(session, brand, count_sql):
    for number in range(4):
        make_follow(session, brand.ai, f"wm{number}", days_ago=5 + number * 30).state = "code-1"
        lose(session, brand.ai, f"wm{number}", by="guide" if number == 3 else "customer", hours_ago=30 * number + 1)
    make_follow(session, brand.far, "wm9", days_ago=2)
    lose(session, brand.far, "wm9")
    whole, east = Chosen(brand.headquarters, since_days(30)), Chosen(brand.east, since_days(30))
    with count_sql() as statements:
        figures = loss_figures(session, whole)
        stores, guides, days = losses_by_store(session, whole), losses_by_guide(session, whole), losses_by_day(session, whole)
        states, spans = losses_by_state(session, whole), losses_by_span(session, whole)
    assert len(statements) == 6
    assert (figures.by_customer, figures.by_guide, figures.unseen) == (4, 1, 5)
    assert stores[0] == (brand.ai.store_id, 3, 1)
    assert guides == [(brand.ai.id, 3, 1), (brand.far.id, 1, 0)]
    assert sum(sum(pair) for pair in days.values()) == 5
    assert states == [("code-1", 4), ("", 1)]
    assert dict(spans)["1–7 天"] == 2
    assert sum(count for _, count in spans) == 5
    assert loss_figures(session, east).by_customer == 3
    assert losses_by_guide(session, Chosen(brand.manager, since_days(30))) == [(brand.ai.id, 3, 1)]
    assert loss_figures(session, Chosen(brand.east, since_days(30), path=brand.far.path)).by_customer == 0
    assert loss_figures(session, Chosen(brand.headquarters, since_days(30), by="guide")).by_customer == 0


def test_the_list_goes_on_where_it_stopped_and_is_marked_as_seen(session, brand):
    for number in range(5):
        make_follow(session, brand.ai, f"wm{number}", days_ago=9)
        lose(session, brand.ai, f"wm{number}", hours_ago=number + 1)
    chosen = Chosen(brand.manager, since_days(7))
    first = page_losses(session, chosen, limit=2)
    mark = (first[-1].loss.at, first[-1].loss.id)
    rest = page_losses(session, chosen, after=mark, limit=10)
    assert [row.customer.external_userid for row in first + rest] == [f"wm{number}" for number in range(5)]
    ids = [row.loss.id for row in first]
    assert mark_seen(session, brand.guides["g22a"], ids) == 0
    assert mark_seen(session, brand.manager, ids) == 2
    assert mark_seen(session, brand.manager, ids) == 0
    assert len(page_losses(session, Chosen(brand.manager, since_days(7), unseen=True))) == 3
