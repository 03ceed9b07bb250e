"""What is done, what is tried again and for how long, what is over."""

from datetime import timedelta

import pytest

from outbox.models import Lane, MessageStatus
from outbox.payloads import as_json, filled, media_slot, slots_in, without_attachments_of
from outbox.rules import (
    UNREPEATABLE,
    marked_once,
    outcome_of,
    rest_after,
    shortfall,
    uses_a_try,
    wait_before_retry,
    worth_keeping,
)
from outbox.window import open_window
from wecom.errors import PlatformError, Refused, RetryLater, Throttled, TokenRefused, problem

SILENCE = RetryLater("x", call="message/send", maybe_done=True)
UNREACHABLE = RetryLater("x", call="message/send")


def waits(failure: PlatformError, lane: Lane = Lane.TASK) -> list[float]:
    """All waits until it dies, in seconds."""
    made: list[float] = []
    while (wait := wait_before_retry(len(made) + 1, failure, lane=lane)) is not None and len(made) < 200:
        made.append(wait.total_seconds())
    return made


@pytest.mark.parametrize(
    ("call", "errcode", "outcome"),
    [
        ("externalcontact/send_welcome_msg", 41051, MessageStatus.SENT),
        ("externalcontact/send_welcome_msg", 41050, MessageStatus.DEAD),
        ("externalcontact/send_welcome_msg", 41096, MessageStatus.WAITING),
        ("message/update_template_card", 60140, MessageStatus.SENT),
        ("message/send", 60140, MessageStatus.DEAD),
        ("externalcontact/mark_tag", 84061, MessageStatus.DEAD),
        ("externalcontact/mark_tag", 45035, MessageStatus.WAITING),
        ("message/send", 45009, MessageStatus.WAITING),
        ("message/send", 60020, MessageStatus.DEAD),
        ("message/send", -1, MessageStatus.WAITING),
        ("message/send", 42001, MessageStatus.WAITING),
    ],
)
def test_each_errcode_of_each_call_has_its_outcome(call: str, errcode: int, outcome: MessageStatus) -> None:
    assert outcome_of(call, problem(call, errcode)) is outcome
    assert outcome_of(call, None) is MessageStatus.SENT


def test_busy_is_tried_three_times_more() -> None:
    assert waits(problem("x", -1)) == [1, 2, 4]


def test_all_retries_of_an_unknown_outcome_fall_inside_the_duplicate_check() -> None:
    assert len(waits(SILENCE)) == 11
    assert sum(waits(SILENCE)) < 1800 - 2 * 60


def test_an_unreachable_platform_is_waited_for_for_hours() -> None:
    assert sum(waits(UNREACHABLE)) > 3 * 3600


def test_a_throttled_message_never_dies_of_waiting() -> None:
    throttled = Throttled("x", call="x", window_seconds=60)
    assert {wait_before_retry(n, throttled) for n in (1, 50, 500)} == {timedelta(seconds=60)}


def test_a_refused_token_is_tried_a_few_times_and_a_refusal_never() -> None:
    assert len(waits(TokenRefused("x", call="x"))) == 5
    assert waits(Refused("x", call="x")) == []


def test_a_welcome_is_tried_again_within_its_seconds() -> None:
    assert waits(SILENCE, Lane.WELCOME)[:4] == [0.3, 0.6, 1.2, 2.0]


def test_jitter_only_shortens() -> None:
    for attempt in range(1, 12):
        longest = wait_before_retry(attempt, SILENCE)
        shortest = wait_before_retry(attempt, SILENCE, jitter=0.0)
        assert longest is not None
        assert shortest == longest / 2


def test_only_a_call_that_was_really_tried_uses_patience() -> None:
    assert [uses_a_try(failure) for failure in (SILENCE, UNREACHABLE, problem("x", 45009))] == [True, True, False]


@pytest.mark.parametrize("call", UNREPEATABLE)
def test_what_may_exist_twice_is_asked_for_once_more_after_silence_and_as_usual_when_busy(call: str) -> None:
    assert len(waits(RetryLater("x", call=call, maybe_done=True))) == 1
    assert len(waits(RetryLater("x", call=call))) == len(waits(UNREACHABLE))
    assert waits(problem(call, -1)) == [1, 2, 4]


@pytest.mark.parametrize(
    ("payload", "answer", "reached"),
    [
        ({"touser": "Ai"}, {"invaliduser": "", "unlicenseduser": ""}, True),
        ({"touser": "Ai"}, {"invaliduser": "ai"}, False),
        ({"touser": "Ai"}, {"unlicenseduser": "ai"}, False),
        ({"touser": "Ai|Bo"}, {"unlicenseduser": "ai"}, True),
        ({"touser": "@all"}, {"invaliduser": "x"}, True),
        ({"touser": "ai", "toparty": "2"}, {"invaliduser": "ai"}, True),
    ],
)
def test_an_accepted_message_that_reached_nobody_is_noticed(
    payload: dict[str, str], answer: dict[str, str], reached: bool
) -> None:
    assert (shortfall("message/send", payload, answer) is None) is reached
    assert shortfall("externalcontact/mark_tag", payload, answer) is None


def test_two_messages_with_the_same_words_are_two_and_a_repeat_is_the_same() -> None:
    words = {"touser": "ai", "msgtype": "text"}
    one, again, two = (
        marked_once("message/send", 1, words),
        marked_once("message/send", 1, words),
        marked_once("message/send", 2, words),
    )
    assert one == again != two
    assert one["enable_duplicate_check"] == 1
    assert 1800 <= one["duplicate_check_interval"] <= 4 * 3600
    assert marked_once("menu/create", 1, words) == words


def test_slots_are_found_and_filled_wherever_they_stand() -> None:
    payload = {
        "attachments": [{"image": {"media_id": media_slot("image:a")}}, {"link": {"title": "x"}}],
        "x": media_slot("file:b"),
    }
    assert sorted(slots_in(payload)) == ["file:b", "image:a"]
    assert filled(payload, {"image:a": "M1", "file:b": "M2"}.__getitem__) == {
        "attachments": [{"image": {"media_id": "M1"}}, {"link": {"title": "x"}}], "x": "M2",
    }  # fmt: skip
    assert without_attachments_of(payload, {"image:a"})["attachments"] == [{"link": {"title": "x"}}]


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", "😀\u0000", "\\u0000 written out"])
def test_any_text_fits_a_jsonb_column(text: str) -> None:
    made = as_json({"name": text, "list": [text]})
    assert made.encode()
    assert "\\u0000" not in made.replace("\\\\u0000", "")


def test_only_facts_of_an_answer_are_kept() -> None:
    assert worth_keeping({"errcode": 0, "errmsg": "ok", "msgid": "m", "invaliduser": "", "list": []}) == {"msgid": "m"}


def test_a_crowded_window_finds_the_number_the_platform_allows() -> None:
    window = open_window(32)
    allowed, refused, answered = 8, 0, 0
    for _ in range(400):
        window.running = int(window.limit)
        for n in range(window.running):
            if n < allowed:
                window.went_well()
                answered += 1
            else:
                window.was_crowded()
                refused += 1
            window.landed += 1
    assert window.limit <= allowed + 1.5
    assert answered >= 0.8 * 400 * allowed
    assert refused < 0.05 * answered


def test_after_a_throttle_one_call_goes_first() -> None:
    window = open_window(32)
    window.running = 32
    for _ in range(32):
        window.was_throttled()
        window.running -= 1
        window.landed += 1
    assert (window.limit, window.threshold) == (1.0, 16.0)
    for _ in range(20):
        window.went_well()
    assert window.limit >= 16


def test_a_throttled_welcome_is_tried_again_within_its_code_s_life() -> None:
    throttled = Throttled("慢一点", call="externalcontact/send_welcome_msg", window_seconds=60)
    assert rest_after(throttled, Lane.WELCOME) <= timedelta(seconds=3)
    assert rest_after(throttled, Lane.TASK) == timedelta(seconds=60)
    assert wait_before_retry(1, throttled, lane=Lane.WELCOME) == rest_after(throttled, Lane.WELCOME)
