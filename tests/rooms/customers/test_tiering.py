"""Standings over real tables: moves logged once, batches equal one by one, quantiles equal brute force, nightly counts."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.forecast_rules import NoFit
from customers.forecasting import current_forecast, fit_forecast
from customers.lives import lives_of
from customers.measuring import count_standings, measure_cuts
from customers.models import Customer, FollowStatus, TimelineEntry
from customers.policies import policy, set_policy
from customers.purchasing import note_purchases
from customers.rfm_rules import VALUE_NAMES, VALUE_SHARES, digit
from customers.tier_due import AT_ONCE
from customers.tier_models import CustomerRole, CustomerTier, Stage, TierDay, TierMove
from customers.tier_queries import board, list_due, list_stale, measured_cuts, moves_since, page_warned, rules_changed_at
from customers.tier_rules import rules_of
from customers.tier_trial import try_rules
from customers.tiering import retier
from foundation import clock
from foundation.audit import AuditEvent
from foundation.errors import Invalid, NotAllowed, NotFound
from segments.facts import refresh
from segments.fields import VALUES
from segments.models import CustomerFacts
from tests.builders.sop import Brand, make_brand, make_follow
from tests.builders.tiers import make_order, order_facts


@pytest.fixture
def brand(session: Session, noon: None) -> Brand:
    return make_brand(session)


def _customer(session: Session, brand: Brand, external_userid: str = "wm1", *, days_ago: int = 1, **rest: object) -> int:
    guide = rest.pop("guide", brand.ai)
    follow = make_follow(session, guide, external_userid, days_ago=days_ago, **rest)  # type: ignore[arg-type]
    session.get_one(Customer, follow.customer_id).owner_id = follow.staff_id
    session.flush()
    return follow.customer_id


def _tier(session: Session, customer_id: int) -> CustomerTier:
    return session.get_one(CustomerTier, customer_id, populate_existing=True)


def test_a_first_standing_is_no_move_and_each_later_move_is_logged_once(session: Session, brand: Brand) -> None:
    hers = _customer(session, brand)
    assert retier(session, [hers], clock.now()) == []
    assert (_tier(session, hers).stage, _tier(session, hers).role) == (Stage.NEW, CustomerRole.FAN)
    make_order(session, hers)
    assert _tier(session, hers).due_on == AT_ONCE
    for _ in range(3):
        retier(session, [hers], clock.now())
    moves = session.execute(select(TierMove.ladder, TierMove.was, TierMove.now, TierMove.why).order_by(TierMove.id)).all()
    assert moves == [("role", "fan", "buyer", "下过单"), ("stage", "new", "growing", "下过 1 次单")]
    told = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "moved").order_by(TimelineEntry.id)).all()
    assert [one.facts["title"] for one in told] == ["身份 粉丝 → 客户", "阶段 引入期 → 成长期"]
    assert _tier(session, hers).due_on > clock.today()


def test_losing_the_last_guide_is_being_lost_and_coming_back_is_not(session: Session, brand: Brand) -> None:
    hers = _customer(session, brand, days_ago=50)
    retier(session, [hers], clock.now())
    follow = make_follow(session, brand.bo, "wm1", days_ago=40)
    for one, status in ((follow, FollowStatus.ENDED_BY_CUSTOMER),):
        one.status, one.ended_at = status, clock.now() - clock.days(2)
    session.flush()
    retier(session, [hers], clock.now())
    tier = _tier(session, hers)
    assert (tier.stage, tier.warning) == (Stage.GROWING, "最近删除了一位导购，还有别的导购是好友")
    assert tier.warned_at is not None
    for one in session.query(type(follow)).filter_by(customer_id=hers):
        one.status, one.ended_at = FollowStatus.ENDED_BY_CUSTOMER, clock.now()
    session.flush()
    retier(session, [hers], clock.now())
    tier = _tier(session, hers)
    assert (tier.stage, tier.warning, tier.warned_at) == (Stage.LOST, "", None)


def test_refunded_orders_and_two_orders_on_a_day_do_not_make_a_regular(session: Session, brand: Brand) -> None:
    hers = _customer(session, brand, days_ago=200)
    make_order(session, hers, days_ago=100, number="a")
    make_order(session, hers, days_ago=100, number="b")
    make_order(session, hers, days_ago=50, number="c", refunded_fen=50_000)
    life = lives_of(session, [hers], clock.now(), window_days=730, koc_tag=None)[hers]
    assert (life.orders, life.gap, life.recent_fen) == (1, None, 100_000)
    for days in (80, 50, 20):
        make_order(session, hers, days_ago=days)
    life = lives_of(session, [hers], clock.now(), window_days=60, koc_tag=None)[hers]
    assert (life.orders, life.gap, life.recent_orders, life.recent_fen) == (4, 30.0, 2, 100_000)


def _many(session: Session, brand: Brand, count: int) -> list[int]:
    dice = random.Random(5)
    ids = []
    for number in range(count):
        hers = _customer(
            session, brand, f"wm{number}", days_ago=dice.randint(0, 700), guide=brand.far if number % 3 else brand.ai
        )
        for day in {dice.randint(0, 720) for _ in range(dice.choice((0, 0, 1, 2, 5)))}:
            make_order(session, hers, days_ago=day, yuan=dice.choice((200, 500, 1200)))
        ids.append(hers)
    return ids


def test_quantiles_and_digits_are_those_of_brute_force(session: Session, brand: Brand) -> None:
    ids = _many(session, brand, 60)
    measure_cuts(session, clock.now())
    retier(session, ids, clock.now())
    lives = lives_of(session, ids, clock.now(), window_days=730, koc_tag=None)
    buyers = {id_: life for id_, life in lives.items() if life.recent_orders}
    days = {id_: (clock.today() - life.last_order_on).days for id_, life in buyers.items() if life.last_order_on}

    def cuts(values: list[int], shares: tuple[float, ...]) -> list[int]:
        """The smallest value with at least such a share of all at or below it."""
        return [min(one for one in values if sum(other <= one for other in values) >= share * len(values)) for share in shares]

    fifths = (0.2, 0.4, 0.6, 0.8)
    recency = cuts(list(days.values()), fifths)
    orders = cuts([life.recent_orders for life in buyers.values()], fifths)
    fen = cuts([life.recent_fen for life in buyers.values()], fifths)
    assert measured_cuts(session)["orders"] == orders
    for id_, life in buyers.items():
        expected = f"{6 - digit(days[id_], recency)}{digit(life.recent_orders, orders)}{digit(life.recent_fen, fen)}"
        assert _tier(session, id_).rfm == expected
        assert _tier(session, id_).value == digit(
            life.recent_fen, cuts([one.recent_fen for one in buyers.values()], VALUE_SHARES)
        )
    assert {_tier(session, id_).rfm for id_, life in lives.items() if not life.orders} == {""}


def test_all_at_once_equals_one_by_one(session: Session, brand: Brand) -> None:
    ids = _many(session, brand, 30)
    measure_cuts(session, clock.now())
    now = clock.now()

    def standings() -> list[tuple[object, ...]]:
        columns = (CustomerTier.customer_id, CustomerTier.role, CustomerTier.stage, CustomerTier.rfm, CustomerTier.value,
                   CustomerTier.warning, CustomerTier.due_on)  # fmt: skip
        return [tuple(row) for row in session.execute(select(*columns).order_by(CustomerTier.customer_id))]

    retier(session, ids, now)
    together = standings()
    session.query(CustomerTier).delete()
    for id_ in ids:
        retier(session, [id_], now)
    assert standings() == together


def test_a_batch_takes_a_bounded_number_of_statements(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    ids = _many(session, brand, 40)
    measure_cuts(session, clock.now())
    retier(session, ids, clock.now())
    with count_sql() as statements:
        retier(session, ids, clock.now())
    assert len(statements) <= 10, "\n".join(statements)


def test_who_is_due_and_who_is_stale(session: Session, brand: Brand) -> None:
    first, second = _customer(session, brand, "wm1"), _customer(session, brand, "wm2")
    assert list_due(session, clock.today(), 10) == [first, second]
    retier(session, [first, second], clock.now())
    assert list_due(session, clock.today(), 10) == []
    assert list(list_stale(session, 0, rules_changed_at(session), None, 10)) == []
    set_policy(session, brand.headquarters, "stages", policy(session, "stages") | {"new_days": 5})
    assert list(list_stale(session, 0, rules_changed_at(session), None, 10)) == [first, second]
    assert list(list_stale(session, first, rules_changed_at(session), None, 10)) == [second]


def test_who_was_merged_is_left_alone(session: Session, brand: Brand) -> None:
    kept, gone = _customer(session, brand, "wm1"), _customer(session, brand, "wm2")
    retier(session, [kept, gone], clock.now())
    session.get_one(Customer, gone).merged_into_id = kept
    _tier(session, gone).due_on = AT_ONCE
    session.flush()
    assert list_due(session, clock.today(), 10) == [gone]
    retier(session, [gone], clock.now())
    assert list_due(session, clock.today(), 10) == []


def test_the_boards_numbers_are_counted_by_place_and_once(session: Session, brand: Brand) -> None:
    ids = _many(session, brand, 30)
    measure_cuts(session, clock.now())
    retier(session, ids, clock.now())
    yesterday = clock.now() - clock.days(1)
    session.add_all(
        TierMove(customer_id=ids[number], ladder="stage", was="new", now="growing", why="x", by="job", at=yesterday)
        for number in range(6)
    )
    session.flush()
    for _ in range(2):
        count_standings(session, clock.today())
    whole = board(session, brand.headquarters)
    assert whole.total() == 30
    assert sum(whole.counts["rf"].values()) == 30
    assert board(session, brand.east).total() == 10
    assert board(session, brand.headquarters, "1.3.").total() == 20
    since = clock.today() - timedelta(days=7)
    assert moves_since(session, brand.headquarters, "stage", since) == [("new", "growing", 6)]
    assert moves_since(session, brand.east, "stage", since) == [("new", "growing", 2)]
    assert session.scalar(select(func.count()).select_from(TierDay).where(TierDay.on == clock.today())) > 0


def test_warnings_are_seen_by_those_above_the_owner_page_by_page(session: Session, brand: Brand) -> None:
    for number in range(5):
        hers = _customer(session, brand, f"wm{number}", days_ago=400)
        for days in (160, 130, 100, 70):
            make_order(session, hers, days_ago=days)
        retier(session, [hers], clock.now())
    first = page_warned(session, brand.headquarters, limit=3)
    last = first[-1][0]
    assert last.warned_at is not None
    rest = page_warned(session, brand.headquarters, after=(last.warned_at, last.customer_id), limit=3)
    assert len({tier.customer_id for tier, _, _ in [*first, *rest]}) == 5
    assert first[0][0].warning == "70 天没有下单，平时约 30 天一次"
    assert page_warned(session, brand.far) == []
    assert len(page_warned(session, brand.manager)) == 5


def test_a_dry_run_tells_what_the_rules_would_do_and_changes_nothing(session: Session, brand: Brand) -> None:
    ids = [_customer(session, brand, f"wm{number}", days_ago=10) for number in range(4)]
    retier(session, ids, clock.now())
    rules = policy(session, "stages") | {"new_days": 7}
    trial = try_rules(session, rules_of(rules), clock.now())
    assert (trial.total, trial.sampled, trial.moved, trial.exact) == (4, 4, 4, True)
    assert trial.flows == [(Stage.NEW, Stage.GROWING, 4)]
    assert {_tier(session, id_).stage for id_ in ids} == {Stage.NEW}


def test_a_policy_is_checked_audited_and_headquarters_own(session: Session, brand: Brand) -> None:
    with pytest.raises(NotAllowed):
        set_policy(session, brand.east, "stages", {})
    with pytest.raises(NotFound):
        policy(session, "weather")
    with pytest.raises(Invalid) as wrong:
        set_policy(session, brand.headquarters, "stages", {"lost_days": 10})
    assert list(wrong.value.fields) == ["lost_days"]
    set_policy(session, brand.headquarters, "stages", {"new_days": 14})
    assert policy(session, "stages")["new_days"] == 14
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "policy.save")).one()
    assert noted.facts["changed"] == {"new_days": [30, 14]}


def test_a_forecast_is_fitted_on_enough_buyers_and_given_to_buyers_alone(session: Session, brand: Brand) -> None:
    few = _many(session, brand, 5)
    with pytest.raises(NoFit):
        fit_forecast(session, clock.now())
    assert current_forecast(session) is None
    dice, orders = random.Random(11), []
    for number in range(300):
        hers = _customer(session, brand, f"more{number}", days_ago=720)
        # Buying at a rate of her own until she drops out, and spending at a level of her own: what the models assume.
        rate, drop, level, day = (
            dice.gammavariate(1.2, 1 / 60),
            dice.betavariate(1, 4),
            40_000 / dice.gammavariate(4, 0.25),
            700.0,
        )
        while day > 0:
            orders.append(order_facts(hers, days_ago=int(day), paid_fen=max(100, int(dice.gammavariate(6, level / 6)))))
            if dice.random() < drop:
                break
            day -= dice.expovariate(rate) + 1
    note_purchases(session, orders)
    fitted = fit_forecast(session, clock.now())
    assert fitted.customers >= 300
    retier(session, [hers, *few], clock.now())
    tier = _tier(session, hers)
    assert tier.alive is not None
    assert 0 <= tier.alive <= 1
    assert tier.expected_fen is not None
    without = [id_ for id_ in few if not lives_of(session, [id_], clock.now(), window_days=1, koc_tag=None)[id_].orders]
    assert {_tier(session, id_).alive for id_ in without} == {None}


def test_not_measured_yet_is_not_the_same_as_no_order_and_the_first_measuring_is_no_move(session: Session, brand: Brand) -> None:
    buyer, fan = _customer(session, brand, "wm1"), _customer(session, brand, "wm2")
    make_order(session, buyer)
    retier(session, [buyer, fan], clock.now())
    assert [VALUE_NAMES[_tier(session, id_).value] for id_ in (buyer, fan)] == ["还没算", "还没有下单"]
    refresh(session)
    facts = session.scalars(select(CustomerFacts).order_by(CustomerFacts.customer_id)).all()
    assert [dict(VALUES)[one.value] for one in facts] == ["还没算", "还没有下单"]
    measure_cuts(session, clock.now())
    assert retier(session, [buyer, fan], clock.now()) == []
    assert _tier(session, buyer).value > _tier(session, fan).value == 0
