"""Decisions about events and words, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import rules
from bot.words import Wish, understand, wish_of_key

NOON = datetime(2026, 3, 8, 4, tzinfo=UTC)


def test_the_same_content_at_two_receivers_is_two_events() -> None:
    assert rules.digest_of("app", b"<xml/>") != rules.digest_of("contacts", b"<xml/>")
    assert rules.digest_of("app", b"<xml/>") == rules.digest_of("app", b"<xml/>")


def test_control_characters_and_broken_utf8_are_replaced_and_nothing_else_is_touched() -> None:
    name = ("😀\u202e\t\r\n" + "长" * 10_000).encode()
    assert rules.readable(name) == name
    assert rules.readable(b"a\0b\x08\xffc").decode() == "a\ufffdb\ufffd\ufffdc"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"Event": "change_contact", "ChangeType": "create_user"}, ("change_contact", "create_user")),
        ({"Event": "click"}, ("click", "")),
        ({"MsgType": "text"}, ("message", "text")),
        ({"Event": {"odd": "shape"}, "MsgType": "event"}, ("message", "event")),
        ({}, ("message", "")),
    ],
)
def test_an_event_is_named_by_event_and_change_type(body: dict[str, object], kind: tuple[str, str]) -> None:
    assert rules.kind_of(body) == kind


@pytest.mark.parametrize("text", [None, "", "abc", "-5", "99999999999999999999", "1e9", "١٢٣", {"a": "b"}])
def test_a_senseless_create_time_is_the_moment_of_receipt(text: object) -> None:
    assert rules.moment_of({"CreateTime": text}, NOON) == NOON


def test_create_time_is_unix_seconds() -> None:
    assert rules.moment_of({"CreateTime": "1403610513"}, NOON) == datetime(2014, 6, 24, 11, 48, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "counts_from"),
    [
        (timedelta(seconds=1), NOON - timedelta(seconds=1)),
        (timedelta(seconds=40), NOON),
        (timedelta(seconds=-3600), NOON),
        (timedelta(minutes=9), NOON),
        (timedelta(minutes=11), None),
    ],
    ids=["fresh", "our clock is fast", "our clock is slow", "late or skewed", "a replay"],
)
def test_a_skewed_clock_does_not_silence_welcomes_but_a_replay_gets_none(age: timedelta, counts_from: datetime | None) -> None:
    assert rules.welcome_counts_from(NOON - age, NOON) == counts_from


def test_five_attempts_then_aside_and_welcomes_wait_less() -> None:
    assert [rules.wait_before_retry(n, rules.OTHER_LANE) for n in (1, 2, 3, 4, 5)] == [
        timedelta(seconds=2), timedelta(seconds=6), timedelta(seconds=18), timedelta(seconds=54), None,
    ]  # fmt: skip
    fast = [rules.wait_before_retry(n, rules.WELCOME_LANE) for n in (1, 2, 3, 4)]
    assert sum((wait for wait in fast if wait), timedelta()) < rules.WELCOME_SECONDS


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("榜单", Wish("board")),
        (" 榜单 ", Wish("board")),
        ("业绩榜！", Wish("board")),
        ("任务", Wish("tasks")),
        ("今日", Wish("today")),
        ("话术 羽绒服", Wish("scripts", "羽绒服")),
        ("话术：羽绒服", Wish("scripts", "羽绒服")),
        ("话术羽绒服 加厚", Wish("scripts", "羽绒服 加厚")),
        ("话术", Wish("scripts")),
        ("客户 陈", Wish("customers", "陈")),
        ("客户\u3000陈", Wish("customers", "陈")),
        ("帮助", Wish("help")),
        ("?", Wish("help")),
        ("任务太多了做不完", Wish("help", "任务太多了做不完")),
        ("你好", Wish("help", "你好")),
        ("", Wish("help")),
    ],
)
def test_what_a_guide_writes_is_understood(text: str, wish: Wish) -> None:
    assert understand(text) == wish


def test_an_unknown_menu_key_is_a_wish_for_help() -> None:
    assert wish_of_key("today") == Wish("today")
    assert wish_of_key("V1001_OLD") == Wish("help")
