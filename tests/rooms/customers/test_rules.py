"""Which event wins, and how tags merge: pure."""

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import FollowStatus
from customers.rules import (
    ENDED,
    NEVER,
    Standing,
    added,
    ended,
    ended_at,
    is_gone,
    is_new_adding,
    merge_tags,
    merged,
    phone_of,
    pulled,
    tag_delta,
    tag_entry,
)

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def moment(second: int) -> datetime:
    return START + timedelta(seconds=second)


events = st.builds(
    lambda second, kind, state: (
        ended(moment(second), kind)
        if kind in ("customer", "guide", "transfer")
        else added(moment(second), half=kind == "half", state=state)
    ),
    st.integers(0, 6),
    st.sampled_from(["add", "half", "customer", "guide", "transfer"]),
    st.sampled_from(["", "a", "b"]),
)
tag_sets = st.lists(st.integers(1, 8), max_size=6)


@given(st.lists(events, min_size=1, max_size=6).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_events_in_any_order_end_in_the_same_state(orders: tuple[list[Standing], list[Standing]]) -> None:
    told, shuffled = orders
    assert reduce(merged, told) == reduce(merged, [*shuffled, *shuffled])


@given(events, events, events)
def test_merging_is_associative(one: Standing, two: Standing, three: Standing) -> None:
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@given(st.lists(events, min_size=1, max_size=6))
def test_the_newest_event_decides_and_an_end_wins_its_second(told: list[Standing]) -> None:
    result = reduce(merged, told)
    newest = max(event.changed_at for event in told)
    last = [event for event in told if event.changed_at == newest]
    assert (result.status in ENDED) == any(event.status in ENDED for event in last)


def test_a_deletion_before_its_adding_leaves_the_adding_unknown_until_it_comes() -> None:
    only_end = ended(moment(5), "guide")
    assert only_end.followed_at == NEVER
    both = merged(only_end, added(moment(1), state="s"))
    assert (both.status, both.followed_at, both.state, ended_at(both)) == (FollowStatus.ENDED_BY_GUIDE, moment(1), "s", moment(5))


def test_an_adding_after_the_end_begins_again() -> None:
    again = merged(merged(added(moment(1)), ended(moment(2), "customer")), added(moment(3)))
    assert (again.status, again.followed_at, ended_at(again)) == (FollowStatus.ACTIVE, moment(3), None)


def test_a_one_way_relation_is_listed_yet_stays_ended() -> None:
    left = merged(added(moment(1)), ended(moment(5), "customer"))
    assert pulled(left, moment(1), "").status == FollowStatus.ENDED_BY_CUSTOMER
    assert pulled(left, moment(6), "").status == FollowStatus.ACTIVE


def test_being_listed_confirms_a_half_relation() -> None:
    assert pulled(added(moment(3), half=True), moment(2), "").status == FollowStatus.ACTIVE


def test_only_a_living_older_relation_can_be_gone() -> None:
    assert is_gone(added(moment(1)), moment(2))
    assert not is_gone(added(moment(2)), moment(2))
    assert not is_gone(added(moment(1), half=True), moment(2))
    assert not is_gone(ended(moment(1), "customer"), moment(2))


@given(tag_sets, tag_sets, tag_sets)
def test_merged_tags_keep_what_is_only_ours_and_take_what_is_new_of_theirs(
    ours: list[int], base: list[int], theirs: list[int]
) -> None:
    result = merge_tags(ours, base, theirs)
    assert set(result.platform) == set(theirs)
    assert set(theirs) - set(base) <= set(result.ours)
    assert not (set(base) - set(theirs)) & set(result.ours)
    assert (set(ours) - set(base)) <= set(result.ours)
    assert not set(result.added) & set(ours)


@given(tag_sets, tag_sets)
def test_what_we_wrote_ourselves_is_nobodys_news(ours: list[int], base: list[int]) -> None:
    written = merge_tags(ours, base, ours)
    assert (written.added, written.removed) == ([], [])
    assert written.ours == sorted(set(ours))


@given(tag_sets, tag_sets)
def test_the_delta_makes_the_platform_ours(ours: list[int], platform: list[int]) -> None:
    add, remove = tag_delta(ours, platform)
    assert (set(platform) | set(add)) - set(remove) == set(ours)


@pytest.mark.parametrize(
    ("numbers", "phone"),
    [
        (["138 0000-8000"], "13800008000"),
        (["", "x", "+8613800008000"], "13800008000"),
        (["０１３８ ００００ ８０００"], "13800008000"),
        (["123"], None),
        (None, None),
        ("13800008000", None),
    ],
)
def test_the_first_usable_phone_is_taken(numbers: object, phone: str | None) -> None:
    assert phone_of(numbers) == phone


def test_only_people_are_credited_for_tagging() -> None:
    assert [tag_entry(by, True) for by in ("guide", "channel:3", "rule:1")] == ["tagged", "auto_tagged", "auto_tagged"]
    assert tag_entry("guide", False) == "untagged"


@pytest.mark.parametrize(
    ("known", "now", "is_new"),
    [
        (None, added(START), True),
        (added(START), added(START), False),
        (added(START), added(START + timedelta(seconds=60)), False),
        (added(START), added(START + timedelta(hours=1)), True),
        (added(START, half=True), added(START), True),
        (ended(START, "guide"), added(START), True),
        (ended(START, "customer"), ended(START, "customer"), False),
    ],
    ids=["first", "same", "a moment later", "again", "half confirmed", "after an end alone", "end alone"],
)
def test_an_adding_is_noted_once(known: Standing | None, now: Standing, is_new: bool) -> None:
    assert is_new_adding(known, now) is is_new
