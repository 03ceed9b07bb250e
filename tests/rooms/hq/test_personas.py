"""The console's pages of the brand's voice: personas and their holders, watched words, the calendar, drift."""

import re
from datetime import timedelta

import pytest
import time_machine

from content_library.calendar_queries import list_entries
from content_library.models import Persona
from content_library.persona_models import EntryStatus, PersonaEntry, PersonaHolder
from content_library.persona_queries import persona_of
from content_library.persona_rules import TRAITS, TYPES
from content_library.word_actions import seed_words
from foundation import clock
from foundation.db import transaction


def form(name="产品专家", **changes):
    mix = dict(zip((f"mix_{n}" for n in range(7)), ("10", "10", "20", "30", "8", "12", "10"), strict=True))
    types = dict.fromkeys((f"type_{n}" for n in range(5)), "20")
    return {"name": name, "role": "懂绒", "never_say": "闭眼入\n随便洗", **mix, **types} | changes


def entry_form(**changes):
    on = clock.today() + timedelta(days=1)
    return {
        "on": on.isoformat(), "at": "19:30", "content_type": "解决式", "trait": "专业度", "story": "教大家看吊牌",
        "text": "先看三行字", "follow_up": "在小标上", "persona_id": "1",
    } | changes  # fmt: skip


@pytest.fixture
def hq(brand, sign_in):
    return sign_in(brand.headquarters)


@pytest.fixture
def persona(hq):
    assert hq.post("/hq/personas/new", **form()).status_code == 302
    with transaction() as session:
        return session.query(Persona).one()


def test_a_persona_is_written_and_one_that_does_not_add_up_comes_back_whole(hq, persona):
    page = hq.get(f"/hq/personas/{persona.id}")
    assert "闭眼入" in page
    assert persona.mix == dict(zip(TRAITS, (10, 10, 20, 30, 8, 12, 10), strict=True))
    assert set(persona.type_mix) == set(TYPES)
    answer = hq.post("/hq/personas/new", **form("搭配师", mix_3="20", type_0="二十", tone="<b>亲切</b>"))
    assert answer.status_code == 422
    for words in ("合计要等于 100，现在是 90", "0 到 100 的整数", "搭配师", "&lt;b&gt;亲切&lt;/b&gt;", 'value="二十"'):
        assert words in answer.text


def test_the_second_editor_sees_what_the_first_changed(hq, persona):
    seen = re.search(r'name="seen" value="(\w+)"', hq.get(f"/hq/personas/{persona.id}/edit"))[1]
    whole = form(description="", tone="", say="", samples="")
    assert hq.post(f"/hq/personas/{persona.id}/edit", **{**whole, "tone": "慢一点", "seen": seen}).status_code == 302
    answer = hq.post(f"/hq/personas/{persona.id}/edit", **{**whole, "tone": "快一点", "seen": seen})
    assert answer.status_code == 409
    assert "有人刚刚改成了：「慢一点」" in answer.text
    assert "快一点" in answer.text


def test_guides_stores_and_regions_are_found_given_and_asked_about(hq, brand, sign_in, persona):
    found = hq.get(f"/hq/personas/{persona.id}/find?q=21")
    assert ("G21A" in found, "21店" in found, "G31A" in found) == (True, True, False)
    assert "G31A" not in sign_in(brand.east).get(f"/hq/personas/{persona.id}/find?q=G")
    give = f"/hq/personas/{persona.id}/holders"
    assert hq.post(give, kind="region", target_id="2", name="华东大区").status_code == 302
    assert "4 位另有人设" not in hq.get(f"/hq/personas/{persona.id}")
    hq.post("/hq/personas/new", **form("搭配师"))
    assert hq.post("/hq/personas/2/holders", kind="store", target_id=str(brand.ai.store_id)).status_code == 302
    assert "3 位另有人设" in hq.get(f"/hq/personas/{persona.id}")
    asked = hq.post(give, kind="store", target_id=str(brand.ai.store_id), name="21店")
    assert asked.status_code == 409
    assert "21店现在的人设是「搭配师」，要改成「产品专家」吗" in asked.text
    assert hq.post(give, kind="store", target_id=str(brand.ai.store_id), instead_of="2").status_code == 302
    with transaction() as session:
        assert persona_of(session, brand.ai).id == persona.id
        holder = session.query(PersonaHolder).filter(PersonaHolder.path.is_not(None)).one()
    assert "2 位在职导购没有人设" in hq.get("/hq/personas")
    assert "G31A" in hq.get("/hq/personas/none")
    assert "G31A" not in sign_in(brand.east).get("/hq/personas/none")
    assert hq.post(f"{give}/{holder.id}/remove").status_code == 302
    assert sign_in(brand.manager).status(f"/hq/personas/{persona.id}/find?q=21") == 403


def test_words_are_kept_pasted_tried_and_dropped(hq, brand, sign_in, persona):
    with transaction() as session:
        seed_words(session, brand.headquarters)
    assert hq.post("/hq/words", word="", kind="x").status_code == 422
    assert hq.post("/hq/words", word="隔壁家", kind="competitor", why="不提别家").status_code == 302
    wrong = hq.post("/hq/words/import", pasted="好\n" + "长" * 41, pasted_kind="brand")
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text
    checked = hq.post("/hq/words/check", text="闭眼入，全国最好<i>", persona_id=str(persona.id)).text
    assert '<mark class="met-persona"' in checked
    assert '<mark class="met-superlative"' in checked
    assert "&lt;i&gt;" in checked
    assert "有会被拦下的词" in checked
    assert "没有发现" in hq.post("/hq/words/check", text="今天降温").text
    assert "隔壁家" in hq.get("/hq/words?of=competitor")
    assert sign_in(brand.east).post("/hq/words", word="某", kind="brand").status_code == 403


def test_a_month_is_written_published_copied_and_read_in_few_statements(noon, hq, brand, sign_in, persona, count_sql):
    hq.post(f"/hq/personas/{persona.id}/holders", kind="region", target_id="1")
    new = f"/hq/calendar/{persona.id}/new"
    bad = hq.post(new, **entry_form(at="25:00", story="", content_type="x"))
    assert bad.status_code == 422
    for words in ("例如 19:30", "请写剧情任务", "请选择内容类型", "先看三行字"):
        assert words in bad.text
    for hour in range(10, 20):
        assert hq.post(new, **entry_form(at=f"{hour}:00")).status_code == 302
    tomorrow = clock.today() + timedelta(days=1)
    month = f"/hq/calendar?persona_id={persona.id}&month={tomorrow:%Y-%m}"
    with count_sql() as statements:
        page = hq.get(month)
    assert page.count('class="entry ') == 10
    assert len(statements) <= 6
    publish = {"first": clock.today().isoformat(), "last": tomorrow.isoformat()}
    assert hq.post(f"/hq/calendar/{persona.id}/publish", **publish).status_code == 302
    week = {"what": "week", "source": tomorrow.isoformat(), "target": (tomorrow + timedelta(days=7)).isoformat()}
    assert hq.post(f"/hq/calendar/{persona.id}/copy", **week).status_code == 302
    with transaction() as session:
        there = list_entries(session, persona.id, tomorrow, tomorrow + timedelta(days=7))
    assert [one.status for one in there] == [EntryStatus.PUBLISHED] * 10 + [EntryStatus.DRAFT] * 10
    first = there[0].id
    seen = re.search(r'name="seen" value="(\w+)"', hq.get(f"/hq/calendar/entries/{first}"))[1]
    changed = entry_form(at="10:00", selling="", pictures="", seen=seen)
    assert hq.post(f"/hq/calendar/entries/{first}", **{**changed, "story": "改了"}).status_code == 302
    assert hq.post(f"/hq/calendar/entries/{first}", **{**changed, "story": "也改"}).status_code == 409
    moved = (tomorrow + timedelta(days=1)).isoformat()
    assert hq.post(f"/hq/calendar/entries/{first}/move", on=moved).status_code == 302
    assert hq.post(f"/hq/calendar/entries/{first}/delete").status_code == 409
    assert hq.post(f"/hq/calendar/entries/{first}/take-back").status_code == 302
    assert hq.post(f"/hq/calendar/entries/{first}/delete").status_code == 302
    manager = sign_in(brand.manager)
    assert "disabled" in manager.get(f"/hq/calendar/entries/{there[1].id}")
    assert manager.post(f"/hq/calendar/entries/{there[1].id}", **changed).status_code == 403
    with transaction() as session:
        assert session.get(PersonaEntry, first) is None


def test_drift_says_what_is_known_and_what_is_not_connected(hq, brand, persona, sign_in):
    assert "还没有人用人设说话" in hq.get("/hq/drift")
    hq.post(f"/hq/personas/{persona.id}/holders", kind="region", target_id="1")
    page = hq.get("/hq/drift")
    for words in ("快反运营", "数据还少", "未接入", "主动咨询率", "群流失率", "21店"):
        assert words in page
    assert "G21A" in hq.get(f"/hq/drift?store_id={brand.ai.store_id}&week=1999-01-01")
    assert "31店" not in sign_in(brand.manager).get("/hq/drift")


@pytest.fixture
def monday():
    """Whoever signs in does so then: a session that begins later is worth nothing on that day."""
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        yield


def test_the_calendar_shows_what_was_missed_and_writes_nothing_on_days_that_passed(monday, hq, persona):
    new = f"/hq/calendar/{persona.id}/new"
    assert "这天已经过去" in hq.post(new, **entry_form(on="2026-11-22")).text
    assert 'value="2026-11-23"' in hq.get(f"{new}?on=2026-11-02")
    hq.post(new, **entry_form(on="2026-11-24", content_type="生活式"))
    hq.post(new, **entry_form(on="2026-11-26"))
    page = hq.get("/hq/calendar?month=2026-11")
    assert ("on=2026-11-22" in page, "on=2026-11-23" in page, "已过点" in page) == (False, True, False)
    with time_machine.travel("2026-11-25T04:00:00Z", tick=False):
        page = hq.get("/hq/calendar?month=2026-11")
        assert page.count("已过点，没发出") == 1
        assert "过点没发出的 1 条不算在内" in page
        assert 'aria-label="解决式 100%' in page
        assert "改到今天以后" in hq.get("/hq/calendar/entries/1")
        assert hq.post("/hq/calendar/entries/1/delete").status_code == 302
        assert "已过点" not in hq.get("/hq/calendar?month=2026-11")


def test_the_calendar_opens_on_the_persona_most_speak_in_then_on_the_one_looked_at_last(hq, brand, persona):
    hq.post("/hq/personas/new", **form("搭配师"))
    assert "产品专家</option>" in hq.get("/hq/calendar")
    hq.post("/hq/personas/2/holders", kind="store", target_id=str(brand.ai.store_id))
    assert '<option value="2" selected>' in hq.get("/hq/calendar")
    hq.get(f"/hq/calendar?persona_id={persona.id}")
    assert f'<option value="{persona.id}" selected>' in hq.get("/hq/calendar")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2101-01-01", "gestern"])
def test_a_day_no_calendar_reaches_is_no_day_and_no_crash(hq, persona, day):
    assert hq.get(f"/hq/calendar/hints?on={day}") == ""
    assert hq.get(f"/hq/calendar/{persona.id}/new?on={day}")
    assert hq.get(f"/hq/drift?week={day}")
    assert hq.post(f"/hq/calendar/{persona.id}/new", **entry_form(on=day)).status_code == 422
    assert hq.post(f"/hq/calendar/{persona.id}/copy", source="2026-11-02", target=day).status_code == 302
    month = {"what": "month", "source": "2026-11", "target": day[:7]}
    assert hq.post(f"/hq/calendar/{persona.id}/copy", **month).status_code == 302
    assert hq.post(f"/hq/calendar/{persona.id}/publish", first=day, last=day).status_code == 302


def test_the_first_and_the_last_day_of_our_calendar_have_hints(hq):
    assert "元旦" in hq.get("/hq/calendar/hints?on=2000-01-01")
    assert hq.status("/hq/calendar/hints?on=2100-12-31") == 200
