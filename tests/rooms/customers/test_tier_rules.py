"""Stages, roles, warnings and RFM digits against brute force."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers import rfm_rules, tier_rules
from customers.rfm_rules import Cuts, digit, rfm_of
from customers.tier_models import CustomerRole, Stage
from customers.tier_rules import Life, StageRules, look_again_on, role_of, rules_of, stage_of, warning_of

TODAY = date(2026, 11, 22)
BEGIN = date(2024, 1, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Anybody: added, with order days, silences, deletions."""
    known = draw(st.integers(0, 900))
    order_days = sorted(draw(st.sets(st.integers(0, known), max_size=6)), reverse=True)
    gaps = sorted(before - after for before, after in pairwise(order_days))
    middle = len(gaps) // 2
    gap = None if not gaps else gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) / 2
    sign = draw(st.integers(0, min([known, *order_days[-1:]])))
    following = draw(st.booleans())
    ended = None if following else draw(st.one_of(st.none(), st.integers(0, known)))
    return Life(
        added_on=ago(known), sign_on=ago(sign), following=following, ended_on=None if ended is None else ago(ended),
        deleted_on=ago(draw(st.integers(0, 60))) if following and draw(st.booleans()) else None,
        member=draw(st.booleans()), koc=draw(st.booleans()), orders=len(order_days), gap=gap,
        first_order_on=ago(order_days[0]) if order_days else None, last_order_on=ago(order_days[-1]) if order_days else None,
        opens_now=draw(st.integers(0, 10)), opens_before=draw(st.integers(0, 10)),
    )  # fmt: skip


rulebooks = st.builds(
    StageRules, new_days=st.integers(1, 60), mature_orders=st.integers(2, 5), dormant_days=st.integers(7, 200),
    lost_days=st.integers(201, 800), dormant_times=st.sampled_from([2.5, 3.0, 4.0]), warn_times=st.sampled_from([1.5, 2.0]),
    opens_drop=st.integers(10, 100), deleted_is_lost=st.booleans(),
)  # fmt: skip


def brute_stage(life: Life, rules: StageRules, today: date) -> Stage:
    """The brand's sentences, read one after another, days counted one by one."""
    silent, day = 0, life.sign_on
    while day < today:
        silent, day = silent + 1, day + timedelta(days=1)
    no_friend_left = life.ended_on is not None and not life.following
    if (no_friend_left and rules.deleted_is_lost) or silent >= rules.lost_days:
        return Stage.LOST
    patience: float = rules.dormant_days
    if life.orders >= 3 and life.gap is not None:
        patience = max(30, rules.dormant_times * max(1, life.gap))
    if silent >= patience:
        return Stage.DORMANT
    if life.orders >= rules.mature_orders:
        return Stage.MATURE
    return Stage.GROWING if life.orders > 0 or (today - life.added_on).days >= rules.new_days else Stage.NEW


@given(lives(), rulebooks)
@settings(max_examples=600, deadline=None)
def test_stages_are_what_the_sentences_say(life: Life, rules: StageRules) -> None:
    stage, why = stage_of(life, rules, TODAY)
    assert stage == brute_stage(life, rules, TODAY)
    assert 0 < len(why) <= 100


@given(lives(), rulebooks)
@settings(max_examples=300, deadline=None)
def test_nothing_changes_by_time_alone_before_she_is_looked_at_again(life: Life, rules: StageRules) -> None:
    again = look_again_on(life, rules, TODAY, 30)
    assert TODAY < again <= TODAY + timedelta(days=30)
    stage, _ = stage_of(life, rules, TODAY)
    warned = bool(warning_of(life, rules, stage, TODAY))
    day = TODAY + timedelta(days=1)
    while day < again:
        then, _ = stage_of(life, rules, day)
        assert (then, bool(warning_of(life, rules, then, day))) == (stage, warned)
        day += timedelta(days=1)


def test_the_ladder_of_roles() -> None:
    life = Life(added_on=ago(10), sign_on=ago(10))
    assert role_of(life)[0] == CustomerRole.FAN
    assert role_of(replace(life, orders=1))[0] == CustomerRole.BUYER
    assert role_of(replace(life, orders=1, member=True))[0] == CustomerRole.MEMBER
    assert role_of(replace(life, koc=True))[0] == CustomerRole.KOC


def test_a_regular_is_warned_of_by_her_own_rhythm_before_she_is_dormant() -> None:
    rules = StageRules()
    regular = Life(added_on=ago(400), sign_on=ago(85), orders=6, gap=40.0, first_order_on=ago(300), last_order_on=ago(85))
    assert stage_of(regular, rules, TODAY)[0] == Stage.MATURE
    assert warning_of(regular, rules, Stage.MATURE, TODAY) == "85 天没有下单，平时约 40 天一次"
    later = TODAY + timedelta(days=40)
    assert stage_of(regular, rules, later) == (Stage.DORMANT, "125 天没有动静，平时约 40 天下一次单")
    assert warning_of(regular, rules, Stage.DORMANT, later) == ""


def test_a_deletion_and_falling_openings_warn() -> None:
    life, rules = Life(added_on=ago(100), sign_on=ago(1)), StageRules()
    assert "删除了一位导购" in warning_of(replace(life, deleted_on=ago(3)), rules, Stage.GROWING, TODAY)
    assert warning_of(replace(life, deleted_on=ago(30)), rules, Stage.GROWING, TODAY) == ""
    assert "前 30 天 8 次，最近 30 天 4 次" in warning_of(replace(life, opens_before=8, opens_now=4), rules, Stage.GROWING, TODAY)
    assert warning_of(replace(life, opens_before=8, opens_now=5), rules, Stage.GROWING, TODAY) == ""
    assert warning_of(replace(life, opens_before=3, opens_now=0), rules, Stage.GROWING, TODAY) == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"new_days": None}, "new_days"), ({"new_days": 0}, "new_days"), ({"mature_orders": 2.5}, "mature_orders"),
        ({"lost_days": 100}, "lost_days"), ({"warn_times": 3.0}, "warn_times"),
        ({"dormant_times": float("nan")}, "dormant_times"),
        ({"koc_tag": "3"}, "koc_tag"), ({"deleted_is_lost": "yes"}, "deleted_is_lost"), ({"opens_drop": True}, "opens_drop"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_named(change: dict[str, object], field: str) -> None:
    assert list(tier_rules.body_problems(change)) == [field]


def test_rules_begin_sound_and_read_back() -> None:
    assert tier_rules.body_problems({}) == {}
    assert rules_of(tier_rules.default_body()) == StageRules()
    assert rfm_rules.body_problems({}) == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mode": "x"}, "mode"), ({"window_days": None}, "window_days"), ({"orders": [1, 2, 3]}, "orders"),
        ({"orders": [1, 2, 2, 3]}, "orders"), ({"spent_yuan": [1, 2, 3, None]}, "spent_yuan"),
        ({"recency_days": "1"}, "recency_days"),
    ],
)  # fmt: skip
def test_a_wrong_rfm_rule_is_named(change: dict[str, object], field: str) -> None:
    assert list(rfm_rules.body_problems(change)) == [field]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_digits_split_by_rank_and_equal_values_share_a_digit(values: list[int]) -> None:
    ordered = sorted(values)
    cuts = [ordered[-(-len(values) * fifth // 5) - 1] for fifth in (1, 2, 3, 4)]
    for value in values:
        below = sum(one < value for one in values) / len(values)
        assert digit(value, cuts) == 1 + sum(below >= share - 1e-9 for share in (0.2, 0.4, 0.6, 0.8))


def test_recent_orders_score_high() -> None:
    cuts = Cuts([30, 90, 180, 365], [1, 2, 3, 5], [100, 200, 300, 400], [1, 2, 3, 4])
    assert rfm_of(10, 6, 500, cuts) == "555"
    assert rfm_of(30, 1, 100, cuts) == "511"
    assert rfm_of(400, 2, 150, cuts) == "122"
    assert rfm_of(400, 0, 0, cuts) == "111"
