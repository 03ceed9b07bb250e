"""Who speaks in which persona: the nearest holder counts, an archived one does not; what a draft lacks is told at the field."""

import pytest

from content_library.persona_actions import archive_persona, assign, restore_persona, save_persona, unassign
from content_library.persona_queries import count_voices, page_holders, page_without, persona_of, personas_of
from content_library.persona_rules import TRAITS, TYPES, HolderKind, PersonaDraft, persona_problems
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.builders.sop import make_brand


def draft(name="产品专家", **changes):
    mix = dict(zip(TRAITS, (10, 10, 20, 30, 8, 12, 10), strict=True))
    types = dict(zip(TYPES, (15, 20, 10, 20, 35), strict=True))
    form = {
        "name": name, "role": "", "description": "", "tone": "", "say": [], "never_say": ["闭眼入"], "samples": [],
        "mix": mix, "type_mix": types,
    }  # fmt: skip
    return PersonaDraft(**(form | changes))


def test_the_nearest_holder_counts_and_what_is_taken_back_lets_the_next_one_speak(session, count_sql):
    brand = make_brand(session)
    hq = brand.headquarters
    whole, region, store, own = (save_persona(session, hq, draft(name)) for name in ("全国", "华东", "门店", "她"))
    assign(session, hq, whole.id, HolderKind.REGION, 1)
    assign(session, hq, region.id, HolderKind.REGION, 2)
    assign(session, hq, store.id, HolderKind.STORE, brand.ai.store_id)
    nearest = assign(session, hq, own.id, HolderKind.GUIDE, brand.ai.id)
    session.flush()
    with count_sql() as statements:
        said = personas_of(session, [guide.id for guide in brand.guides.values()])
    assert len(statements) == 1
    by_name = {userid: said[guide.id].name for userid, guide in brand.guides.items()}
    assert by_name == {"g21a": "她", "g21b": "门店", "g22a": "华东", "g22b": "华东", "g31a": "全国", "g31b": "全国"}
    unassign(session, hq, nearest.id)
    assert persona_of(session, brand.ai) is store
    archive_persona(session, hq, store.id)
    assert persona_of(session, brand.ai) is region
    restore_persona(session, hq, store.id)
    assert persona_of(session, brand.ai) is store
    row = page_holders(session, hq, whole.id)[0]
    assert (row.name, row.covers, row.speaks) == ("总部", 7, 2)


def test_a_second_persona_for_the_same_guide_is_asked_about_before_it_moves(session):
    brand = make_brand(session)
    first, second = save_persona(session, brand.headquarters, draft("甲")), save_persona(session, brand.headquarters, draft("乙"))
    held = assign(session, brand.headquarters, first.id, HolderKind.GUIDE, brand.ai.id)
    with pytest.raises(Conflict, match="现在的人设是「甲」") as told:
        assign(session, brand.headquarters, second.id, HolderKind.GUIDE, brand.ai.id)
    moved = assign(
        session, brand.headquarters, second.id, HolderKind.GUIDE, brand.ai.id, instead_of=told.value.facts["persona_id"]
    )
    assert moved.id == held.id
    assert persona_of(session, brand.ai) is second


def test_who_has_none_is_listed_and_counted_inside_the_viewers_subtree(session):
    brand = make_brand(session)
    persona = save_persona(session, brand.headquarters, draft())
    assign(session, brand.east, persona.id, HolderKind.STORE, brand.ai.store_id)
    assert count_voices(session, brand.east) == {persona.id: 3, None: 2}
    assert [staff.userid for staff in page_without(session, brand.east)] == ["g22a", "g22b"]
    with pytest.raises(NotFound):
        assign(session, brand.east, persona.id, HolderKind.GUIDE, brand.far.id)
    with pytest.raises(NotFound):
        assign(session, brand.east, persona.id, HolderKind.REGION, 1)
    with pytest.raises(NotAllowed):
        assign(session, brand.manager, persona.id, HolderKind.GUIDE, brand.ai.id)
    with pytest.raises(NotAllowed):
        save_persona(session, brand.east, draft("区域自己的"))


def test_a_draft_that_is_not_right_says_where_and_keeps_nothing(session):
    brand = make_brand(session)
    save_persona(session, brand.headquarters, draft())
    with pytest.raises(Invalid) as told:
        save_persona(session, brand.headquarters, draft(say=["闭眼入"], mix={"专业度": 90}, type_mix={"生活式": None}))
    assert set(told.value.fields) == {"name", "never_say", "mix", "type_mix"}
    assert "现在是 90" in told.value.fields["mix"]
    assert persona_problems(draft(mix={}, type_mix={})) == {}
    assert persona_problems(draft(samples=["句" * 301]))["samples"] == "第 1 条超过了 300 字"
