"""The persona calendar: written, copied, published, posted. A published entry is frozen once its moment has come."""

from datetime import date, timedelta

import pytest
import time_machine

from content_library.calendar_actions import (
    delete_entry,
    mark_followed_up,
    mark_posted,
    move_entry,
    publish_range,
    save_entry,
    take_back,
)
from content_library.calendar_copies import copy_month, copy_week
from content_library.calendar_hints import hints_of
from content_library.calendar_queries import count_done, list_entries, posts_due
from content_library.calendar_rules import EntryDraft, is_missed, minute_of, mix_meter, time_of, weeks_of
from content_library.persona_actions import assign
from content_library.persona_models import PersonaHolder
from content_library.persona_rules import HolderKind
from content_library.word_actions import save_word
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from jobs.persona_jobs import send_post_cards
from outbox.models import OutgoingMessage
from tests.builders.personas import make_persona
from tests.builders.sop import make_brand

NOON = "2026-11-23T04:00:00Z"
MONDAY = date(2026, 11, 23)


def entry(on=MONDAY, at="19:30", **changes):
    form = {
        "content_type": "解决式",
        "trait": "专业度",
        "story": "教大家看吊牌",
        "text": "先看三行字",
        "follow_up": "在里面的小标上",
    }
    return EntryDraft(on=on, at_minute=minute_of(at), **(form | changes))


@pytest.fixture
def scene(session):
    with time_machine.travel(NOON, tick=False):
        brand = make_brand(session)
        persona = make_persona(session)
        assign(session, brand.headquarters, persona.id, HolderKind.STORE, brand.ai.store_id)
        yield brand, persona


def test_a_published_entry_freezes_at_its_moment_and_until_then_can_be_taken_back(session, scene):
    brand, persona = scene
    hq = brand.headquarters
    evening = save_entry(session, hq, persona.id, entry())
    past = save_entry(session, hq, persona.id, entry(at="08:00", story="早上的"))
    assert posts_due(session, brand.ai, MONDAY) == []
    published, held = publish_range(session, hq, persona.id, MONDAY, MONDAY)
    assert (published, held) == ([evening], [])
    assert posts_due(session, brand.ai, MONDAY) == [evening]
    assert posts_due(session, brand.far, MONDAY) == []
    with pytest.raises(Conflict, match="先撤回"):
        delete_entry(session, hq, evening.id)
    with pytest.raises(Invalid, match="过去"):
        move_entry(session, hq, evening.id, MONDAY - timedelta(days=1))
    take_back(session, hq, evening.id)
    publish_range(session, hq, persona.id, MONDAY, MONDAY)
    with time_machine.travel("2026-11-23T11:31:00Z", tick=False):
        for change in (
            lambda: take_back(session, hq, evening.id),
            lambda: save_entry(session, hq, persona.id, entry(), evening.id),
            lambda: move_entry(session, hq, evening.id, MONDAY + timedelta(days=1)),
        ):
            with pytest.raises(Conflict, match="到点"):
                change()
    delete_entry(session, hq, past.id)
    with pytest.raises(NotAllowed):
        save_entry(session, brand.east, persona.id, entry())


def test_words_that_break_the_law_hold_an_entry_back_until_headquarters_says_so(session, scene):
    brand, persona = scene
    save_word(session, brand.headquarters, "最好", "superlative", "广告法")
    bad = save_entry(session, brand.headquarters, persona.id, entry(text="最好的一件"))
    published, held = publish_range(session, brand.headquarters, persona.id, MONDAY, MONDAY)
    assert published == []
    assert [(one.id, words[0].word) for one, words in held] == [(bad.id, "最好")]
    assert publish_range(session, brand.headquarters, persona.id, MONDAY, MONDAY, anyway=True)[0] == [bad]


def test_weeks_and_months_are_copied_as_drafts_and_never_twice(session, scene):
    brand, persona = scene
    hq = brand.headquarters
    save_entry(session, hq, persona.id, entry())
    save_entry(session, hq, persona.id, entry(on=date(2026, 11, 30), story="月底"))
    save_entry(session, hq, persona.id, entry(on=date(2026, 12, 31), story="跨年"))
    assert copy_week(session, hq, persona.id, MONDAY, MONDAY + timedelta(days=15)) == 1
    assert copy_week(session, hq, persona.id, MONDAY, MONDAY + timedelta(days=15)) == 0
    assert [one.story for one in list_entries(session, persona.id, date(2026, 12, 7), date(2026, 12, 7))] == ["教大家看吊牌"]
    assert copy_month(session, hq, persona.id, MONDAY, date(2027, 1, 5)) == 2
    # 31 December has no day in February, 30 November none either.
    assert copy_month(session, hq, persona.id, date(2026, 12, 1), date(2027, 2, 1)) == 1
    with pytest.raises(Invalid, match="没有可以复制"):
        copy_week(session, hq, persona.id, date(2027, 3, 1), MONDAY)


def test_a_guide_posts_once_follows_up_after_and_only_her_own_persona(session, scene):
    brand, persona = scene
    save_entry(session, brand.headquarters, persona.id, entry())
    publish_range(session, brand.headquarters, persona.id, MONDAY, MONDAY)
    (due,) = posts_due(session, brand.ai, MONDAY)
    with pytest.raises(Conflict, match="先发"):
        mark_followed_up(session, brand.ai, due.id)
    first = mark_posted(session, brand.ai, due.id)
    assert mark_posted(session, brand.ai, due.id).id == first.id
    assert count_done(session, brand.headquarters, [due.id]) == {due.id: 1}
    session.query(PersonaHolder).delete()
    assert mark_followed_up(session, brand.ai, due.id).followed_up_at == clock.now()
    with pytest.raises(NotFound):
        mark_posted(session, brand.bo, due.id)
    # She speaks in another persona now: the done of this one's guides is counted without her.
    assert count_done(session, brand.headquarters, [due.id]) == {}


def test_every_guide_of_the_persona_gets_one_card_at_the_moment_however_often_the_job_runs(database):
    with time_machine.travel(NOON, tick=False):
        with transaction() as session:
            brand = make_brand(session)
            persona = make_persona(session)
            assign(session, brand.headquarters, persona.id, HolderKind.REGION, 2)
            due = save_entry(session, brand.headquarters, persona.id, entry())
            save_entry(session, brand.headquarters, persona.id, entry(at="21:00", story="还没到"))
            publish_range(session, brand.headquarters, persona.id, MONDAY, MONDAY)
        assert send_post_cards() == 0
    with time_machine.travel("2026-11-23T11:30:20Z", tick=False):
        with transaction() as session:
            mark_posted(session, brand.bo, due.id)
        assert [send_post_cards(), send_post_cards()] == [1, 0]
        with transaction() as session:
            sent = session.query(OutgoingMessage).filter_by(about=f"post:{due.id}").all()
    # 华东 has four guides and a store manager; one guide had posted already.
    assert len(sent) == 4
    assert f"/sidebar/posts#post-{due.id}" in str(sent[0].payload)


def test_the_meter_shows_what_is_off_and_almanac_days_have_names():
    shares = mix_meter({"生活式": 3, "销售式": 1}, {"生活式": 40, "销售式": 30, "解决式": 30}, ("生活式", "销售式", "解决式"))
    assert [(one.actual, one.off, one.is_off) for one in shares] == [(75, 35, True), (25, -5, False), (0, -30, True)]
    assert not any(one.is_off for one in mix_meter({}, {"生活式": 100}, ("生活式",)))
    assert hints_of(date(2026, 11, 22)) == ("小雪",)
    assert hints_of(date(2026, 12, 22)) == ("冬至节",)
    assert "春节" in hints_of(date(2027, 2, 6))
    assert [len(week) for week in weeks_of(date(2026, 11, 1))] == [7] * 6
    assert (time_of(minute_of("8:05")), minute_of("24:00"), minute_of("晚上")) == ("08:05", None, None)


def test_a_day_that_has_passed_takes_nothing_and_a_draft_left_behind_can_be_put_later(session, scene):
    brand, persona = scene
    hq = brand.headquarters
    with pytest.raises(Invalid) as refused:
        save_entry(session, hq, persona.id, entry(on=MONDAY - timedelta(days=1)))
    assert "已经过去" in refused.value.fields["on"]
    left = save_entry(session, hq, persona.id, entry(on=MONDAY + timedelta(days=1)))
    with time_machine.travel("2026-11-25T04:00:00Z", tick=False):
        assert is_missed(left, clock.now())
        with pytest.raises(Invalid):
            save_entry(session, hq, persona.id, entry(on=left.on, story="改了字"), left.id)
        with pytest.raises(Invalid, match="已经过去"):
            move_entry(session, hq, left.id, MONDAY)
        # Of the week's days that are copied to, Monday and Tuesday are over.
        save_entry(session, hq, persona.id, entry(on=MONDAY + timedelta(days=7)))
        with pytest.raises(Invalid, match="已经过去"):
            copy_week(session, hq, persona.id, MONDAY, MONDAY - timedelta(days=7))
        assert copy_week(session, hq, persona.id, MONDAY + timedelta(days=7), MONDAY) == 0
        move_entry(session, hq, left.id, MONDAY + timedelta(days=2))
        assert not is_missed(left, clock.now())
