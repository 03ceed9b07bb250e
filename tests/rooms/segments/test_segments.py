"""Segments saved, put away, frozen and compared: who may, what is refused, and that nobody is frozen twice."""

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from customers.models import Customer
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff
from segments import actions, facts, lists, queries
from segments.actions import Draft
from segments.models import RunStatus, Segment, SegmentKind, SegmentMember, SegmentRun
from segments.rules import parse
from segments.scopes import Scope
from tests.builders.customers import make_customer, make_follow, make_tags
from tests.builders.org import make_staff

EVERYBODY: Json = {}


@pytest.fixture
def boss(session: Session) -> Staff:
    return make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")


@pytest.fixture
def people(session: Session, boss: Staff) -> list[int]:
    """Six customers of two stores, tagged 1, 2, 1, 2 …; ids rising."""
    guides = [make_staff(session, userid="ai", path="1.2.3.4."), make_staff(session, userid="bo", path="1.2.3.5.")]
    tags = make_tags(session, "甲", "乙")
    for number in range(6):
        follow = make_follow(session, guides[number // 3], f"wm{number}")
        session.execute(
            update(Customer)
            .where(Customer.id == follow.customer_id)
            .values(tag_ids=[tags[number % 2].id], owner_id=guides[number // 3].id)
        )
    while facts.refresh(session):
        continue
    return sorted(session.scalars(select(Customer.id)))


def save(session: Session, boss: Staff, name: str, rule: Json, segment_id: int | None = None, **more: object) -> Segment:
    return actions.save_segment(session, boss, Draft(name=name, rule=rule, **more), segment_id)  # type: ignore[arg-type]


def tagged(tag_id: int) -> Json:
    return {"field": "tags", "op": "any_of", "value": [tag_id]}


def test_a_segment_that_contains_itself_is_refused_with_the_chain(session: Session, boss: Staff) -> None:
    first = save(session, boss, "甲", EVERYBODY)
    second = save(session, boss, "乙", {"segment": first.id})
    third = save(session, boss, "丙", {"all": [{"segment": second.id}]})
    with pytest.raises(Invalid) as caught:
        save(session, boss, "甲", {"any": [tagged(1), {"not": {"segment": third.id}}]}, first.id)
    assert caught.value.fields == {"any.1.not": "人群不能包含自己：“甲” → “丙” → “乙” → “甲”"}
    with pytest.raises(Invalid) as caught:
        save(session, boss, "甲", {"segment": first.id}, first.id)
    assert "“甲” → “甲”" in caught.value.message


def test_segments_stand_in_each_other_four_deep(session: Session, boss: Staff) -> None:
    inner = save(session, boss, "0", tagged(1))
    bottom = inner
    for level in range(1, 5):
        inner = save(session, boss, str(level), {"segment": inner.id})
    with pytest.raises(Invalid, match="最多 4 层"):
        save(session, boss, "5", {"segment": inner.id})
    other = save(session, boss, "旁", EVERYBODY)
    with pytest.raises(Invalid, match="会让人群“4”不能用"):
        save(session, boss, "0", {"segment": other.id}, bottom.id)


def test_the_same_rule_inside_another_segment_gives_the_same_people(session: Session, boss: Staff, people: list[int]) -> None:
    one = save(session, boss, "甲", tagged(1))
    rule = parse({"all": [{"segment": one.id}, {"field": "region", "op": "any_of", "value": [5]}]})
    assert queries.page(session, boss, rule) == [people[4]]
    assert queries.count(session, boss, parse({"not": {"segment": one.id}})) == 3
    store = make_staff(session, userid="chief", role=Role.STORE_MANAGER, path="1.2.3.4.")
    assert queries.page(session, store, parse({"segment": one.id})) == [people[2], people[0]]


def test_the_overlap_of_two(session: Session, boss: Staff, people: list[int]) -> None:
    one, other = parse(tagged(1)), parse({"field": "store", "op": "any_of", "value": [1]})
    assert queries.overlap(session, boss, one, other) == queries.Overlap(one=1, both=2, other=1)


def test_saving_tells_everything_that_is_wrong_and_keeps_nothing(session: Session, boss: Staff) -> None:
    save(session, boss, "新客", EVERYBODY)
    with pytest.raises(Invalid) as caught:
        save(session, boss, "新客", {"all": [{"segment": 99}]}, note="长" * 201)
    assert set(caught.value.fields) == {"name", "note", "all.0"}
    with pytest.raises(Invalid) as caught:
        save(session, boss, "另一个", EVERYBODY, refresh_hour="25")
    assert "refresh_hour" in caught.value.fields
    assert session.scalar(select(func.count()).select_from(Segment)) == 1


def test_the_second_editor_is_told(session: Session, boss: Staff) -> None:
    segment = save(session, boss, "新客", EVERYBODY)
    actions.save_segment(session, boss, Draft("新客 2", EVERYBODY), segment.id, revision=1)
    with pytest.raises(Conflict):
        actions.save_segment(session, boss, Draft("新客 3", EVERYBODY), segment.id, revision=1)


def test_who_may_use_and_change_a_segment(session: Session, boss: Staff) -> None:
    east = make_staff(session, userid="east", role=Role.REGIONAL_MANAGER, path="1.2.")
    west = make_staff(session, userid="west", role=Role.REGIONAL_MANAGER, path="1.9.")
    ours, theirs = save(session, boss, "全国", EVERYBODY), save(session, east, "华东", EVERYBODY)
    assert [one.id for one in lists.list_segments(session, west)] == [ours.id]
    assert {one.id for one in lists.list_segments(session, boss)} == {ours.id, theirs.id}
    with pytest.raises(NotFound):
        lists.get_segment(session, west, theirs.id)
    with pytest.raises(NotAllowed, match="上级部门"):
        save(session, east, "改名", EVERYBODY, ours.id)
    with pytest.raises(Invalid, match="不能使用"):
        save(session, west, "借用", {"segment": theirs.id})
    with pytest.raises(NotAllowed):
        save(session, make_staff(session, userid="guide"), "导购", EVERYBODY)


def test_a_segment_in_use_is_not_put_away(session: Session, boss: Staff) -> None:
    one = save(session, boss, "甲", EVERYBODY)
    user = save(session, boss, "乙", {"not": {"any": [{"segment": one.id}, tagged(1)]}})
    with pytest.raises(Conflict, match="“乙”"):
        actions.archive_segment(session, boss, one.id)
    actions.archive_segment(session, boss, user.id)
    actions.archive_segment(session, boss, one.id)
    with pytest.raises(NotFound):
        lists.get_segment(session, boss, one.id)
    with pytest.raises(Invalid, match="已停用"):
        queries.count(session, Scope("1."), parse({"segment": one.id}))


def test_freezing_writes_each_member_once_with_her_owner(session: Session, boss: Staff, people: list[int]) -> None:
    segment = save(session, boss, "甲", tagged(1))
    run = actions.freeze(session, boss, segment.id, "k1")
    assert actions.freeze(session, boss, segment.id, "k1").id == run.id
    assert actions.work_freeze(session, run.id)
    assert not actions.work_freeze(session, run.id)
    members = lists.page_members(session, boss, run.id)
    assert [one.customer_id for one in members] == [people[0], people[2], people[4]]
    assert all(one.staff_id for one in members)
    assert (run.status, run.count, segment.count) == (RunStatus.DONE, 3, 3)
    chief = make_staff(session, userid="chief", role=Role.STORE_MANAGER, path="1.2.3.5.")
    own = actions.freeze(session, chief, segment.id, "k2")
    actions.work_freeze(session, own.id)
    assert own.count == 1, "a store freezes its own people"
    assert segment.count == 3, "and leaves the number of the whole brand alone"
    assert [one.customer_id for one in lists.page_members(session, chief, run.id)] == [people[4]]


def test_a_run_whose_rule_cannot_be_used_any_more_says_so(session: Session, boss: Staff, people: list[int]) -> None:
    inner = save(session, boss, "内", tagged(1))
    segment = save(session, boss, "外", {"segment": inner.id})
    run = actions.freeze(session, boss, segment.id, "k")
    session.execute(update(Segment).where(Segment.id == inner.id).values(archived_at=inner.created_at))
    assert actions.work_freeze(session, run.id)
    assert run.status == RunStatus.FAILED
    assert "已停用" in run.reason


def test_a_static_list_holds_whom_its_owner_may_see(session: Session, boss: Staff, people: list[int]) -> None:
    chief = make_staff(session, userid="chief", role=Role.STORE_MANAGER, path="1.2.3.4.")
    segment = save(session, chief, "名单", EVERYBODY, kind=SegmentKind.STATIC)
    rule = parse({"segment": segment.id})
    assert queries.count(session, chief, rule) == 0
    run = actions.bring_in(session, chief, segment.id, [*people, people[0], 10**9], "file1")
    assert run.count == 3
    assert actions.bring_in(session, chief, segment.id, people[:1], "file1").count == 3
    assert queries.page(session, chief, rule) == people[2::-1]
    actions.bring_in(session, chief, segment.id, people[:1], "file2")
    assert queries.page(session, chief, rule) == people[:1]
    with pytest.raises(Conflict):
        actions.freeze(session, chief, segment.id, "k")


def test_the_daily_run_is_made_once_a_day_from_its_hour_on(session: Session, boss: Staff, people: list[int]) -> None:
    segment = save(session, boss, "每日", tagged(1), refresh_hour="6")
    with time_machine.travel("2026-02-25T21:59:00Z", tick=False) as now:
        assert actions.freeze_due(session) == 0
        now.move_to("2026-02-25T22:00:00Z", tick=False)
        assert actions.freeze_due(session) == 1
        assert actions.freeze_due(session) == 0
        run = session.scalars(select(SegmentRun)).one()
        assert actions.work_freeze(session, run.id)
        assert run.count == 3
        now.move_to("2026-02-27T03:00:00Z", tick=False)
        assert actions.freeze_due(session) == 1
        now.move_to("2026-04-10T03:00:00Z", tick=False)
        assert actions.forget_old_runs(session) == 1, "the newest of a segment stays"
    assert session.scalar(select(func.count()).select_from(SegmentMember)) == 0
    assert session.scalars(select(SegmentRun.once)).one() == f"daily:{segment.id}:2026-02-27"


def test_a_page_of_segments_and_a_rule_of_segments_stay_within_few_statements(
    session: Session, boss: Staff, people: list[int], count_sql: object
) -> None:
    inner = [save(session, boss, str(number), tagged(1)) for number in range(20)]
    rule = parse({"any": [{"segment": one.id} for one in inner]})
    session.expire_all()
    boss.path  # noqa: B018  (loaded before counting)
    with count_sql() as statements:  # type: ignore[operator]
        assert queries.count(session, boss, rule) == 3
        lists.list_segments(session, boss)
    assert len(statements) <= 3


def test_choices_of_rules(session: Session, boss: Staff, people: list[int]) -> None:
    make_customer(session, "wm9").city = "上海"
    assert {field.name for field in lists.all_fields(session, boss)} >= {"tags", "stage", "region"}
    assert lists.list_channels(session) == []
    session.execute(update(Customer).values(province="上海", city="上海"))
    while facts.refresh(session):
        continue
