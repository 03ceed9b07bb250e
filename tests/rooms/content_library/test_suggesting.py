"""Suggestions: three, each with why, in one statement; never what she had, rather what is asked for today."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from content_library.actions import record_send
from content_library.models import Persona
from content_library.persona_models import PersonaHolder
from content_library.persona_queries import persona_of
from content_library.starter_library import FOLDER
from content_library.suggesting import suggest
from content_library.suggesting_rules import Candidate, Now, best, score
from content_library.voice import voice_of
from foundation import clock
from tests.builders.content_library import make_poster, make_script
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


def _candidate(id: int, **facts: object) -> Candidate:
    usual: dict[str, object] = {
        "title": "一条", "stage": "", "persona_id": None, "category": "", "scene": "", "tags": (), "text": "", "uses": 0,
        "sent_at": None,
    }  # fmt: skip
    return Candidate(id=id, **(usual | facts))  # type: ignore[arg-type]


CATEGORIES, STAGES = st.sampled_from(["", "新品", "洗护"]), st.sampled_from(["", "引入期", "成熟期"])
ONE = st.builds(_candidate, st.integers(1, 99), uses=st.integers(0, 50), category=CATEGORIES, stage=STAGES)


@given(st.lists(ONE, max_size=20, unique_by=lambda one: one.id))
def test_the_best_are_few_different_and_each_says_why(candidates: list[Candidate]) -> None:
    chosen = best(candidates, Now("引入期"))
    assert len(chosen) <= 3
    assert len({one.id for one, _ in chosen}) == len(chosen)
    assert all(reasons for _, reasons in chosen)


def test_what_is_asked_for_today_stands_before_what_merely_fits() -> None:
    now = Now("引入期", "加好友第 2 天", tags=["亲子"], task_items=frozenset({3}), waiting=frozenset({"新品"}))
    fits = _candidate(1, stage="引入期", tags=["亲子"])
    asked = _candidate(3, uses=7)
    waits = _candidate(2, stage="引入期", category="新品")
    chosen = best([fits, waits, asked], now)
    assert [one.id for one, _ in chosen] == [3, 1]
    assert chosen[0][1] == ["今天的任务", "本店用过 7 次"]
    assert chosen[1][1] == ["加好友第 2 天", "标签“亲子”"]
    assert score(_candidate(4, scene="朋友圈", stage="引入期"), now)[0] <= 0


def test_who_was_never_dealt_with_is_not_told_of_a_purchase_or_a_photo() -> None:
    for presuming in (_candidate(1, stage="引入期", scene="售后"), _candidate(2, stage="引入期", tags=["先核实再发"])):
        now = Now("引入期", "加好友第 2 天", task_items=frozenset({presuming.id}), stranger=True)
        assert best([presuming, _candidate(3, scene="到店", uses=9)], now) == []
        assert [one.id for one, _ in best([presuming], Now("引入期"))] == [presuming.id]
    assert best([_candidate(4, stage="引入期", scene="私聊")], Now("引入期", stranger=True))


def test_her_voice_is_the_nearest_persona_however_it_is_asked(session: Session, brand: Brand) -> None:
    personas = [Persona(name=name, created_at=clock.now()) for name in ("全国", "大区", "门店", "本人", "停用")]
    session.add_all(personas)
    session.flush()
    places: list[dict[str, object]] = [
        {"path": "1."}, {"path": "1.2."}, {"store_id": brand.ai.store_id}, {"staff_id": brand.ai.id}, {"staff_id": brand.bo.id},
    ]  # fmt: skip
    session.add_all(
        PersonaHolder(persona_id=p.id, created_at=clock.now(), **place) for p, place in zip(personas, places, strict=True)
    )
    personas[4].archived_at = clock.now()
    session.flush()
    for staff, name in ((brand.ai, "本人"), (brand.bo, "门店"), (brand.guides["g22a"], "大区"), (brand.far, "全国")):
        persona = persona_of(session, staff)
        assert persona
        assert (persona.name, voice_of(session, staff)) == (name, persona.id)


def test_never_what_she_had_never_another_regions_and_one_statement(session: Session, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    had = make_script(session, brand.headquarters, title="已发的", stage="引入期")
    make_script(session, brand.headquarters, title="华北的", stage="引入期", path="1.3.")
    make_poster(session, brand.headquarters, title="生日亲子海报")
    stage = make_script(session, brand.headquarters, title="刚加好友", stage="引入期")
    tagged = make_script(session, brand.headquarters, title="聊聊亲子装")
    birthday = make_script(session, brand.headquarters, title="生日祝福")
    assert had.version_id
    record_send(session, brand.bo.id, 7, had.id, had.version_id, once="o1", at=clock.now())
    now = Now("引入期", "今天刚加", tags=["亲子"], occasions={"生日": "生日 3 天后"})
    with count_sql() as statements:
        shown = suggest(session, brand.ai, 7, now)
    assert len(statements) == 1
    assert [(one.item.id, one.why[0]) for one in shown] == [
        (birthday.id, "生日 3 天后"), (stage.id, "今天刚加"), (tagged.id, "标签“亲子”"),
    ]  # fmt: skip
    assert had.id in {one.item.id for one in suggest(session, brand.ai, 8, Now("引入期"))}


def test_many_fresh_items_of_another_region_leave_her_own_in_sight(session: Session, brand: Brand) -> None:
    hers = make_script(session, brand.headquarters, title="刚加好友", stage="引入期")
    for n in range(41):
        made = make_script(session, brand.headquarters, title=f"华北的{n}", stage="引入期", path="1.3.")
        if n % 2:
            made.path, made.valid_until = "", clock.now() - clock.days(1)
    session.flush()
    assert [one.item.id for one in suggest(session, brand.ai, 7, Now("引入期"))] == [hers.id]


def test_a_poster_her_store_uses_is_not_among_them(session: Session, brand: Brand) -> None:
    poster = make_poster(session, brand.headquarters, title="常用海报")
    assert poster.version_id
    record_send(session, brand.bo.id, 7, poster.id, poster.version_id, once="o1", at=clock.now())
    assert suggest(session, brand.ai, 8, Now("引入期")) == []


STARTER = [
    _candidate(number, **{name: entry[name] for name in ("title", "stage", "scene", "tags")})
    for number, entry in enumerate(json.loads((FOLDER / "scripts.json").read_text(encoding="utf-8")), start=1)
]
STAGE_NAMES = sorted({one.stage for one in STARTER if one.stage})


def _titles(now: Now) -> set[str]:
    return {one.title for one, _ in best(STARTER, now, limit=len(STARTER))}


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_no_script_of_the_starter_library_speaks_of_an_occasion_that_is_not(stage: str) -> None:
    offered = _titles(Now(stage))
    untrue = (
        "生日",
        "周年",
        "降温",
        "寒潮",
        "雪了",
        "回暖",
        "扫码",
        "立冬",
        "冬至",
        "中秋",
        "国庆",
        "元旦",
        "年前",
        "除夕",
        "朋友介绍",
    )
    assert offered
    assert [title for title in offered if any(word in title for word in untrue)] == []


def test_her_birthday_the_day_itself_and_a_scanned_code_bring_their_own_words() -> None:
    ahead = _titles(Now("成熟期", occasions={"生日前": "生日 3 天后", "生日": "生日 3 天后"}))
    today = _titles(Now("成熟期", occasions={"生日当天": "今天生日", "生日": "今天生日"}))
    assert "生日前三天：想送自己点什么" in ahead - today
    assert "生日祝福" in today - ahead
    assert "孩子生日：来量量身高" not in ahead | today
    scanned = _titles(Now("引入期", occasions={"扫码": "今天扫码添加"}))
    assert scanned - _titles(Now("引入期")) == {"扫码加的：先打个招呼"}


def test_headquarters_own_tags_ask_for_their_occasion_too_unless_it_asks_itself() -> None:
    snow, party = _candidate(1, title="慢慢走", stage="引入期", tags=["下雪"]), _candidate(2, stage="引入期", tags=["生日"])
    assert best([snow, party], Now("引入期")) == []
    assert [one.id for one, _ in best([snow, party], Now("引入期", occasions={"生日": "明天生日"}))] == [2]
    assert [one.id for one, _ in best([snow, party], Now("引入期", task_items=frozenset({1})))] == [1]


def test_a_category_she_had_lately_is_not_suggested_even_where_nothing_else_fits() -> None:
    now = Now("引入期", tags=["亲子"], task_items=frozenset({1}), waiting=frozenset({"新品"}))
    assert best([_candidate(1, stage="引入期", category="新品", tags=["亲子"], uses=50)], now) == []


def test_what_may_not_be_sent_takes_no_place_of_what_may(session: Session, brand: Brand) -> None:
    kept = make_script(session, brand.headquarters, title="能发的", stage="引入期")
    for n in range(5):
        make_script(session, brand.headquarters, title=f"不能发的{n}", stage="引入期")
    shown = suggest(session, brand.ai, 7, Now("引入期"), fits=lambda item: item.title == "能发的")
    assert [one.item.id for one in shown] == [kept.id]
