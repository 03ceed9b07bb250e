"""Consent, quiet hours where she lives, how often, how soon again: decided in one place, told with the time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Consent
from customers.respect_models import ContactKind
from customers.respect_rules import (
    CONVERSATION,
    Quiet,
    Standing,
    body_problems,
    conversations,
    default_body,
    place_name,
    refusal,
    rules_of,
)
from foundation import clock

MARKETING, CARE, SERVICE = ContactKind.MARKETING, ContactKind.CARE, ContactKind.SERVICE
RULES = rules_of({})
NOON = clock.at(datetime(2026, 11, 20, tzinfo=UTC).date(), 12)
HOUR = timedelta(hours=1)


def stands(consent: Consent = Consent.ALL, *contacts: tuple[datetime, int], kind: ContactKind = CARE, **rest: object) -> Standing:
    return Standing(consent, contacts={kind: contacts}, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("consent", "kind", "may"),
    [
        (Consent.ALL, MARKETING, True), (Consent.ALL, CARE, True), (Consent.ALL, SERVICE, True),
        (Consent.SERVICE_ONLY, MARKETING, False), (Consent.SERVICE_ONLY, CARE, False), (Consent.SERVICE_ONLY, SERVICE, True),
        (Consent.NONE, MARKETING, False), (Consent.NONE, CARE, False), (Consent.NONE, SERVICE, False),
    ],
)  # fmt: skip
def test_what_she_allows(consent: Consent, kind: ContactKind, may: bool) -> None:
    refused = refusal(RULES, stands(consent), kind, NOON)
    assert (refused is None) == may
    assert refused is None or refused.allowed_at is None


def test_who_asked_us_is_answered_whatever_she_allows() -> None:
    asked = Standing(Consent.NONE, sign_at=NOON - timedelta(hours=40))
    assert refusal(RULES, asked, SERVICE, NOON) is None
    assert refusal(RULES, asked, CARE, NOON) is not None
    assert refusal(RULES, Standing(Consent.NONE, sign_at=NOON - timedelta(hours=49)), SERVICE, NOON) is not None


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(21, 29, False), (21, 30, True), (23, 59, True), (0, 0, True), (8, 29, True), (8, 30, False)]
)
def test_the_night_is_quiet_for_all_but_service(hour: int, minute: int, quiet: bool) -> None:
    at = clock.at(clock.day_of(NOON), hour, minute)
    refused = refusal(RULES, stands(), CARE, at)
    assert (refused is not None) == quiet
    assert refusal(RULES, stands(), SERVICE, at) is None
    if refused:
        assert refused.allowed_at is not None
        morning = refused.allowed_at.astimezone(clock.SHANGHAI)
        assert (morning.hour, morning.minute) == (8, 30)
        assert refused.told(at).endswith("今天 08:30 以后可以" if hour < 12 else "明天 08:30 以后可以")
        assert refused.told(at - timedelta(days=9)) == refused.text
        assert timedelta(0) < refused.allowed_at - at <= 11 * HOUR
        assert "08:30 以后可以" in refused.text


@pytest.mark.parametrize(
    ("province", "city", "at", "quiet"),
    [
        ("新疆", "", (9, 0), True), ("新疆维吾尔自治区", "", (22, 30), False), ("", "乌鲁木齐市", (10, 0), True),
        ("", "喀什地区", (10, 31), False), ("西藏", "", (9, 30), True), ("", "拉萨", (9, 30), True),
        ("上海", "上海市", (9, 0), False), ("", "", (9, 0), False),
    ],
)  # fmt: skip
def test_the_far_west_sleeps_later(province: str, city: str, at: tuple[int, int], quiet: bool) -> None:
    here = stands(province=province, city=city)
    assert (refusal(RULES, here, CARE, clock.at(clock.day_of(NOON), *at)) is not None) == quiet


def test_a_brand_names_places_of_its_own_and_a_city_goes_before_its_province() -> None:
    rules = rules_of({"places": {"广东": ["22:00", "09:00"], "深圳市": ["23:00", "07:00"]}})
    assert str(rules.quiet_at("广东省", "深圳")) == "23:00–07:00"
    assert str(rules.quiet_at("广东省", "广州市")) == "22:00–09:00"
    assert str(rules.quiet_at("新疆", "")) == "21:30–08:30"


def test_a_window_inside_a_day_and_an_empty_one() -> None:
    nap = rules_of({"quiet_from": "12:00", "quiet_until": "14:00"}).quiet
    never = rules_of({"quiet_from": "08:00", "quiet_until": "08:00"}).quiet
    assert nap.holds(NOON)
    assert nap.over(NOON) == clock.at(clock.day_of(NOON), 14)
    assert not nap.holds(NOON + 2 * HOUR)
    assert not any(never.holds(NOON + hour * HOUR) for hour in range(24))


def test_another_store_waits_its_turn_and_the_same_guide_goes_on_talking() -> None:
    ten_ago = (NOON - timedelta(minutes=10), 7)
    assert refusal(RULES, stands(Consent.ALL, ten_ago), CARE, NOON, 7) is None
    refused = refusal(RULES, stands(Consent.ALL, ten_ago), CARE, NOON, 8)
    assert refused is not None
    assert refused.rule == "gap"
    assert refused.allowed_at == clock.at(clock.day_of(NOON) + timedelta(days=1), 8, 30)
    assert refusal(RULES, stands(Consent.ALL, ten_ago), MARKETING, NOON, 8) is None


def test_the_most_in_a_window_counts_conversations_of_everybody() -> None:
    days = [(NOON - timedelta(days=day), day) for day in (1, 2, 3, 6)]
    refused = refusal(RULES, stands(Consent.ALL, *days), CARE, NOON, 99)
    assert refused is not None
    assert refused.rule == "most"
    assert refused.allowed_at == NOON + timedelta(days=1)
    assert refusal(RULES, stands(Consent.ALL, *days), CARE, NOON + timedelta(days=1), 99) is None
    talk = [(NOON - timedelta(days=2) + minutes * timedelta(minutes=5), 1) for minutes in range(20)]
    assert refusal(RULES, stands(Consent.ALL, *talk), CARE, NOON, 99) is None


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 3)), max_size=25), st.sampled_from([MARKETING, CARE]),
    st.integers(0, 20_000),
)  # fmt: skip
def test_when_it_says_she_may_she_may_and_not_before(said: list[tuple[int, int]], kind: ContactKind, later: int) -> None:
    contacts = [(NOON - timedelta(minutes=minutes), staff) for minutes, staff in said]
    standing = Standing(Consent.ALL, contacts={kind: contacts})
    at = NOON + timedelta(minutes=later)
    refused = refusal(RULES, standing, kind, at, 99)
    if refused is not None:
        assert refused.allowed_at is not None
        assert refused.allowed_at > at
        assert refusal(RULES, standing, kind, refused.allowed_at, 99) is None
        assert refusal(RULES, standing, kind, refused.allowed_at - timedelta(seconds=1), 99) is not None


@given(st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from([1, 2, None])), max_size=20))
def test_conversations_are_counted_as_by_hand(said: list[tuple[int, int | None]]) -> None:
    contacts = [(NOON + timedelta(minutes=minutes), staff) for minutes, staff in said]
    begun = 0
    for place, (at, staff) in enumerate(ordered := sorted(contacts, key=lambda one: one[0])):
        before = [moment for moment, by in ordered[:place] if by == staff and by is not None]
        begun += not before or at - before[-1] > CONVERSATION
    assert len(conversations(contacts)) == begun


def test_a_brands_rules_are_checked_field_by_field() -> None:
    assert body_problems(default_body()) == {}
    wrong = {
        "quiet_from": "25:00", "quiet_until": "9点", "marketing_most": 0, "care_days": "7", "care_gap": True, "colour": 1,
        "places": {"新疆": ["23:30"]},
    }  # fmt: skip
    assert set(body_problems(wrong)) == set(wrong)
    assert body_problems({"places": {"": ["23:00", "07:00"]}})
    assert body_problems({"places": {str(n): ["23:00", "07:00"] for n in range(41)}})
    assert (place_name("新疆维吾尔自治区"), place_name(" 上海市 "), place_name("延边朝鲜族自治州")) == (
        "新疆",
        "上海",
        "延边朝鲜族",
    )
    assert isinstance(RULES.quiet, Quiet)
