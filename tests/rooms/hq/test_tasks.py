"""Headquarters' tasks in the console: written, published, watched live, scoped."""

from datetime import timedelta

import pytest

from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from hq.forms import as_moment, as_number, deadline_choices, moment_field
from sop.actions import finish, hand_out, publish_task
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.sop import make_copy, make_task

JPEG = b"\xff\xd8\xff\xe0 a small photo"


def _form(**changes: str) -> dict[str, str]:
    later = moment_field(clock.now() + timedelta(days=1))
    form = {"title": "橱窗换冬装", "body": "按图陈列", "department_id": "2", "answer_kind": "photo"}
    return form | {"estimated_minutes": "10", "item_id": "", "deadline_at": later} | changes


def test_a_draft_is_written_published_and_watched_until_done(brand, sign_in):
    hq = sign_in(brand.headquarters)
    made = hq.post("/hq/tasks/new", **_form(answer_kind="tap"))
    assert made.status_code == 302
    page = hq.get(made.location)
    assert "5 位导购会收到卡片" in page
    assert "确认下发" in page
    assert hq.post(made.location + "/publish").location == made.location
    assert "正在下发" in hq.get(made.location)
    with transaction() as session:
        task = session.query(Task).one()
        hand_out(session, task.id)
        hand_out(session, task.id)
        assignment = session.query(Assignment).filter_by(guide_id=brand.ai.id).one()
        finish(session, brand.ai, assignment.id, via="card")
    live = hq.get(f"/hq/tasks/{task.id}/progress")
    assert 'hx-trigger="poll" data-polls' in live
    assert 'id="done">1<' in live.replace("\n", "")
    assert 'id="total">5<' in live
    assert "华东大区" in live
    assert "21店" in live
    assert "G21A" in hq.get(f"/hq/tasks/{task.id}/people?status=done")
    assert "G22A" in hq.get(f"/hq/tasks/{task.id}/people?status=open")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": ""}, "title", "标题不能为空"),
        ({"title": "长" * 5000}, "title", "标题最多 60 个字，现在是 5000 个"),
        ({"department_id": ""}, "department_id", "请选择下发范围"),
        ({"department_id": "999"}, "department_id", "没有这个部门"),
        ({"department_id": "drop table"}, "department_id", "请选择下发范围"),
        ({"deadline_at": "2020-01-01T10:00"}, "deadline_at", "已经过去"),
        ({"deadline_at": "soon"}, "deadline_at", "请选择截止时间"),
        ({"estimated_minutes": "9999999999999999999"}, "estimated_minutes", "预计用时"),
        ({"answer_kind": "dance"}, "answer_kind", "完成方式"),
        ({"item_id": "77"}, "item_id", "内容"),
    ],
)
def test_a_bad_form_names_the_field_and_keeps_what_was_typed(brand, sign_in, change, field, words):
    answer = sign_in(brand.headquarters).post("/hq/tasks/new", **_form(**change))
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert words in answer.text
    assert "按图陈列" in answer.text
    assert change.get("title", "橱窗换冬装") in answer.text
    with transaction() as session:
        assert session.query(Task).count() == 0


def test_a_regional_manager_asks_only_her_own_region(brand, sign_in):
    east = sign_in(brand.east)
    assert "华北大区" not in east.get("/hq/tasks/new")
    assert east.post("/hq/tasks/new", **_form(department_id="3")).status_code == 422
    assert east.client.get("/hq/tasks/audience?department_id=3").status_code == 404
    assert "5 位导购" in east.get("/hq/tasks/audience?department_id=2&estimated_minutes=6")


def test_a_store_manager_watches_only_her_own_guides(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand)
        for userid in ("g21a", "g22a"):
            make_copy(session, task, brand.guides[userid])
    manager = sign_in(brand.manager)
    people = manager.get(f"/hq/tasks/{task.id}/people?status=open")
    assert "G21A" in people
    assert "G22A" not in people
    assert 'id="total">1<' in manager.get(f"/hq/tasks/{task.id}/progress")
    assert manager.post(f"/hq/tasks/{task.id}/withdraw").status_code == 403


def test_another_regions_task_is_not_found(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand, department_id=3, path="1.3.")
    for part in ("", "/progress", "/people", "/answers", "/edit"):
        assert sign_in(brand.east).status(f"/hq/tasks/{task.id}{part}") == 404


def test_photos_are_shown_to_those_who_may_see_the_answer_and_only_pictures_are_served(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand, answer_kind=AnswerKind.PHOTO)
        copy = make_copy(session, task, brand.far, status=AssignmentStatus.DONE, done_at=clock.now())
        copy.answer_photos, copy.answer_text = [keep_blob(JPEG), keep_blob(b"<html>no picture</html>")], "已换好<script>"
    place = f"/hq/tasks/{task.id}/answers/{copy.id}/photos"
    hq = sign_in(brand.headquarters)
    page = hq.get(f"/hq/tasks/{task.id}/answers")
    assert f"{place}/0" in page
    assert "&lt;script&gt;" in page
    photo = hq.client.get(f"{place}/0")
    assert (photo.data, photo.mimetype) == (JPEG, "image/jpeg")
    assert [hq.status(f"{place}/1"), hq.status(f"{place}/2")] == [404, 404]
    assert sign_in(brand.east).status(f"{place}/0") == 404
    assert sign_in(brand.manager).status(f"{place}/0") == 404


def test_the_list_of_tasks_costs_the_same_however_long_it_is(brand, sign_in, count_sql):
    hq = sign_in(brand.headquarters)

    def cost() -> int:
        with count_sql() as statements:
            hq.get("/hq/tasks")
        return len(statements)

    with transaction() as session:
        make_copy(session, make_task(session, brand), brand.ai)
    few = cost()
    with transaction() as session:
        for _ in range(25):
            make_copy(session, make_task(session, brand), brand.ai)
    assert cost() == few <= 8


def test_pages_of_tasks_follow_each_other_without_gap_or_overlap(brand, sign_in):
    with transaction() as session:
        ids = [make_task(session, brand).id for _ in range(35)]
    hq = sign_in(brand.headquarters)
    first, second = hq.get("/hq/tasks"), hq.get(f"/hq/tasks?before={ids[5]}")
    assert f"before={ids[5]}" in first
    assert [f"/hq/tasks/{id_}" in first for id_ in (ids[5], ids[34])] == [True, True]
    assert f'"/hq/tasks/{ids[4]}"' in second
    assert f'"/hq/tasks/{ids[5]}"' not in second


def test_what_went_wrong_since_the_draft_is_said_at_publishing(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand, status=TaskStatus.DRAFT, ends_in=timedelta(minutes=-1))
    hq = sign_in(brand.headquarters)
    hq.post(f"/hq/tasks/{task.id}/publish")
    assert "截止时间已经过去" in hq.get(f"/hq/tasks/{task.id}")


def test_withdrawing_asks_first_and_then_stops_the_live_part(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand, status=TaskStatus.DRAFT)
        publish_task(session, brand.headquarters, task.id)
    hq = sign_in(brand.headquarters)
    assert "确认撤回" in hq.get(f"/hq/tasks/{task.id}")
    hq.post(f"/hq/tasks/{task.id}/withdraw")
    page = hq.get(f"/hq/tasks/{task.id}")
    assert "已撤回" in page
    assert "data-polls" not in page


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (" 7 ", 7), ("-7", None), ("7.5", None), ("٧", None), ("9" * 16, None), (None, None)]
)
def test_a_number_is_read_or_refused(text, number):
    assert as_number(text) == number


def test_a_moment_is_meant_in_shanghai():
    assert moment_field(clock.at(clock.today(), 20)) == f"{clock.today():%Y-%m-%d}T20:00"
    assert as_moment(f"{clock.today():%Y-%m-%d}T20:00") == clock.at(clock.today(), 20)
    assert as_moment("0000-99-99") is None


def test_quick_deadlines_lie_in_the_future_and_at_closing_time():
    sunday_night = clock.at(clock.today() + timedelta(days=6 - clock.today().weekday()), 21)
    assert [name for name, _ in deadline_choices(sunday_night)] == ["明天"]
    monday = clock.at(clock.today() - timedelta(days=clock.today().weekday()), 9)
    assert [name for name, _ in deadline_choices(monday)] == ["今天下班前", "明天", "本周日"]


def test_a_task_all_have_done_is_not_asked_for_again(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand)
        make_copy(session, task, brand.ai, status=AssignmentStatus.DONE, done_at=clock.now())
        owed = make_copy(session, task, brand.bo)
    hq = sign_in(brand.headquarters)
    assert "data-polls" in hq.get(f"/hq/tasks/{task.id}/progress")
    with transaction() as session:
        session.merge(owed).status = AssignmentStatus.DONE
    assert "data-polls" not in hq.get(f"/hq/tasks/{task.id}/progress")
    assert "every " not in hq.get(f"/hq/tasks/{task.id}")
