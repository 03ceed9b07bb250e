"""Segments in the console: the builder's answers, saved and refused, two editors, frozen, compared, taken out as a file."""

import html
import io
import json
import re

import pytest
from openpyxl import load_workbook

from customers.models import Customer
from foundation.audit import AuditEvent
from foundation.db import transaction
from jobs.export_jobs import write_exports
from jobs.segment_jobs import freeze_waiting
from segments import facts
from segments.actions import Draft, save_segment
from segments.models import CustomerFacts, Segment, SegmentExport, SegmentRun
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow
from tests.rooms.hq.test_two_editors import _filled


@pytest.fixture
def town(brand):
    """Four of 华东, two of 华北; the even ones tagged 羽绒服. Their names are what a spreadsheet would compute."""
    with transaction() as session:
        tag = make_tags(session, "羽绒服")[0]
        for number, guide in enumerate([brand.ai] * 4 + [brand.far] * 2):
            follow = make_follow(session, guide, f"wm{number}", days_ago=number + 1)
            customer = session.get_one(Customer, follow.customer_id)
            customer.owner_id, customer.name = guide.id, f"=1+{number}"
            customer.tag_ids = [tag.id] if number % 2 == 0 else []
        session.flush()
        while facts.refresh(session):
            continue
        return tag.id


def tagged(tag_id: int) -> dict:
    return {"all": [{"field": "tags", "op": "any_of", "value": [tag_id]}]}


def token_of(browser) -> dict[str, str]:
    return {"X-CSRFToken": re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/hq/board")).group(1)}


def ask(browser, rule: object, by: str = "", headers: dict[str, str] | None = None) -> tuple[int, dict]:
    told = browser.client.post("/hq/segments/count", json={"rule": rule, "by": by}, headers=headers or token_of(browser))
    return told.status_code, told.json


def make(staff, rule: dict, name: str = "常买羽绒服") -> int:
    with transaction() as session:
        return save_segment(session, staff, Draft(name=name, rule=rule)).id


def test_a_rule_is_counted_said_and_sampled_while_it_is_edited(brand, sign_in, town, count_sql):
    browser = sign_in(brand.headquarters)
    status, told = ask(browser, tagged(town))
    assert (status, told["count"], told["sentence"]) == (200, 3, "标签是羽绒服")
    assert [one["name"] for one in told["sample"]] == ["=1+4", "=1+2", "=1+0"]
    assert told["sample"][0]["url"] == "/hq/customers/wm4"
    headers = token_of(browser)
    with count_sql() as statements:
        ask(browser, tagged(town), headers=headers)
    assert len(statements) <= 6, "\n".join(statements)


def test_counting_stays_in_her_own_subtree(brand, sign_in, town):
    assert ask(sign_in(brand.east), {})[1]["count"] == 4
    assert ask(sign_in(brand.headquarters), {}, "region")[1]["split"] == [
        {"name": "华东大区", "count": 4},
        {"name": "华北大区", "count": 2},
    ]
    assert ask(sign_in(brand.headquarters), {}, "guide")[1]["split"][0]["name"] == brand.ai.name


def test_mistakes_are_told_at_their_place(brand, sign_in, town):
    browser = sign_in(brand.headquarters)
    status, told = ask(browser, {"all": [{"field": "orders", "op": "at_least", "value": "很多"}, {"any": []}]})
    assert status == 422
    assert set(told["problems"]) == {"all.0", "all.1.any"} or set(told["problems"]) == {"all.0", "all.1"}
    for wrong in (None, [], "x", {"rule": 1}, {"field": "nonsense", "op": "is"}, {"segment": 99}):
        assert ask(browser, wrong)[0] == 422
    nested: dict = {}
    for _ in range(300):
        nested = {"not": nested}
    assert ask(browser, nested)[0] == 422


def test_choices_are_found_by_letters_and_stay_in_her_subtree(brand, sign_in, town):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    assert whole.client.get("/hq/segments/choices?field=tags&q=羽绒").json == {"choices": [[town, "羽绒服", "消费属性"]]}
    assert whole.client.get("/hq/segments/choices?field=tags&q=%25").json == {"choices": []}
    names = {one[1] for one in east.client.get("/hq/segments/choices?field=region").json["choices"]}
    assert "华东大区" in names
    assert "华北大区" not in names
    assert {one[0] for one in east.client.get("/hq/segments/choices?field=owner").json["choices"]}.isdisjoint({brand.far.id})
    for field in ("store", "channel", "segment", "province", "city", "nonsense", ""):
        assert whole.status(f"/hq/segments/choices?field={field}") == 200


def test_a_segment_is_made_changed_and_put_away(brand, sign_in, town):
    browser = sign_in(brand.headquarters)
    form = {"name": "常买羽绒服", "note": "", "refresh_hour": "6", "rule": json.dumps(tagged(town))}
    answer = browser.post("/hq/segments/new", **form)
    assert answer.status_code == 302
    page = browser.get(answer.location)
    assert "标签是羽绒服" in page
    assert "每天 6 点" in page
    assert "常买羽绒服" in browser.get("/hq/segments?q=羽绒")
    assert "没有找到" in browser.get("/hq/segments?q=不存在的")
    again = browser.post("/hq/segments/new", **form)
    assert again.status_code == 422
    assert "这个名称已经有了" in again.text
    assert browser.post(f"{answer.location}/archive").status_code == 302
    assert browser.status(answer.location) == 404


def test_what_is_wrong_is_shown_again_with_all_that_was_typed(brand, sign_in, town):
    browser = sign_in(brand.headquarters)
    rule = {"all": [{"field": "orders", "op": "at_least", "value": ""}, {"segment": 999}]}
    answer = browser.post("/hq/segments/new", name="", note="说明", refresh_hour="77", rule=json.dumps(rule))
    assert answer.status_code == 422
    shape = json.loads(html.unescape(re.search(r'data-rule-builder="([^"]+)"', answer.text).group(1)))
    assert shape["rule"] == rule
    assert "all.0" in shape["problems"]
    assert 'value="说明"' in answer.text
    broken = browser.post("/hq/segments/new", name="好", note="", refresh_hour="", rule="{坏的")
    assert broken.status_code == 422
    assert "条件没有读懂" in broken.text
    with transaction() as session:
        assert session.query(Segment).count() == 0


@pytest.mark.parametrize("rule", [{"field": "owner", "op": "any_of", "value": [True]}, {"segment": True}])
def test_what_is_no_number_of_anything_is_told_beside_the_rule(brand, sign_in, rule):
    answer = sign_in(brand.headquarters).post("/hq/segments/new", name="好", note="", refresh_hour="", rule=json.dumps(rule))
    assert answer.status_code == 422
    shape = json.loads(html.unescape(re.search(r'data-rule-builder="([^"]+)"', answer.text).group(1)))
    assert (shape["rule"], list(shape["problems"])) == (rule, ["rule"])


@pytest.mark.parametrize("hour", ["²", "1" * 5000, "٣", "-1", "24"])
def test_an_hour_that_is_none_is_told_at_its_field(brand, sign_in, hour):
    answer = sign_in(brand.headquarters).post("/hq/segments/new", name="好", note="", refresh_hour=hour, rule="")
    assert (answer.status_code, "请选 0 到 23 点" in answer.text) == (422, True)


def test_the_second_editor_sees_what_the_first_changed(brand, sign_in, town):
    first, second = sign_in(brand.headquarters), sign_in(brand.headquarters)
    path = f"/hq/segments/{make(brand.headquarters, tagged(town))}/edit"
    hers, his = _filled(first.get(path)), _filled(second.get(path), name="他的名称")
    assert (
        first.post(
            path, **(hers | {"rule": json.dumps({"all": [{"field": "gender", "op": "any_of", "value": [2]}]})})
        ).status_code
        == 302
    )
    told = second.post(path, **(his | {"rule": json.dumps(tagged(town))}))
    assert told.status_code == 409
    assert "有人刚刚把条件改成了：性别是女" in told.text
    assert 'value="他的名称"' in told.text
    again = _filled(told.text) | {"rule": json.dumps(tagged(town))}
    assert second.post(path, **again).status_code == 302


def test_a_segment_of_above_may_be_used_but_not_changed(brand, sign_in, town):
    id_ = make(brand.headquarters, tagged(town))
    east = sign_in(brand.east)
    assert "修改</a>" not in east.get(f"/hq/segments/{id_}")
    assert east.status(f"/hq/segments/{id_}/edit") == 403
    assert east.post(f"/hq/segments/{id_}/archive").status_code == 403
    hers = make(brand.east, {}, "华东所有人")
    north = next(staff for staff in [brand.far] if staff)
    assert sign_in(brand.headquarters).status(f"/hq/segments/{hers}") == 200
    assert sign_in(north).status(f"/hq/segments/{hers}") == 403


def test_a_list_is_frozen_once_and_shown(brand, sign_in, town):
    browser, id_ = sign_in(brand.headquarters), make(brand.headquarters, tagged(town))
    for _ in range(2):
        assert browser.post(f"/hq/segments/{id_}/runs", once="a-press").status_code == 302
    assert "data-polls" in browser.get(f"/hq/segments/{id_}/runs")
    assert freeze_waiting() == 1
    with transaction() as session:
        run = session.query(SegmentRun).one()
    page = browser.get(f"/hq/segments/{id_}/runs/{run.id}")
    assert page.count("/hq/customers/wm") == 3
    assert sign_in(brand.east).get(f"/hq/segments/{id_}/runs/{run.id}").count("/hq/customers/wm") == 2
    other = make(brand.headquarters, {}, "别的")
    assert browser.status(f"/hq/segments/{other}/runs/{run.id}") == 404
    assert "data-polls" not in browser.get(f"/hq/segments/{id_}/runs")


def test_two_segments_are_compared(brand, sign_in, town):
    one = make(brand.headquarters, tagged(town))
    other = make(brand.headquarters, {"all": [{"field": "region", "op": "any_of", "value": [2]}]}, "华东")
    page = sign_in(brand.headquarters).get(f"/hq/segments/overlap?one={one}&other={other}")
    assert "只在甲 1 人，两个都在 2 人，只在乙 2 人" in page
    assert "请选两个不同的人群" in sign_in(brand.headquarters).get(f"/hq/segments/overlap?one={one}&other={one}")
    assert sign_in(brand.headquarters).status("/hq/segments/overlap?one=9999&other=x") == 404
    link = re.search(r'href="(/hq/segments/new\?rule=[^"]+)"', page).group(1)
    assert "data-rule-builder" in sign_in(brand.headquarters).get(html.unescape(link))


def test_an_export_is_asked_written_marked_and_fetched_by_the_asker_alone(brand, sign_in, town):
    browser, east, id_ = sign_in(brand.headquarters), sign_in(brand.east), make(brand.headquarters, {})
    path = f"/hq/segments/{id_}/export"
    refused = browser.post(path, form="xlsx", why="")
    assert refused.status_code == 422
    assert "请写明导出做什么用" in refused.text
    for _ in range(2):
        assert east.post(path, form="xlsx", why="双十二核对", once="press").status_code == 302
    assert east.post(path, form="csv", why="双十二核对", once="other").status_code == 302
    assert write_exports() == 2
    assert write_exports() == 0
    with transaction() as session:
        book, text = session.query(SegmentExport).order_by(SegmentExport.id).all()
    assert (book.total, book.done, book.status) == (4, 4, "done")
    assert f"/hq/segments/exports/{book.id}" in east.get(path)
    assert browser.status(f"/hq/segments/exports/{book.id}") == 404
    sheet = load_workbook(io.BytesIO(east.client.get(f"/hq/segments/exports/{book.id}").data)).active
    rows = list(sheet.iter_rows())
    assert "导出人" in rows[0][0].value
    assert "双十二核对" in rows[0][0].value
    assert len(rows) == 6
    assert [(cell.data_type, cell.quotePrefix) for cell in rows[2][:2]] == [("s", False), ("s", True)]
    assert all(brand.east.userid in row[16].value for row in rows[2:])
    plain = east.client.get(f"/hq/segments/exports/{text.id}").data.decode("utf-8-sig")
    assert "'=1+3" in plain
    assert ",=1" not in plain
    with transaction() as session:
        deeds = [event.action for event in session.query(AuditEvent)]
    assert deeds.count("segment.export") == 2
    assert deeds.count("segment.export_download") == 2


def test_a_store_manager_may_not_export(brand, sign_in, town):
    id_ = make(brand.headquarters, {})
    manager = sign_in(brand.manager)
    assert manager.status(f"/hq/segments/{id_}/export") == 403
    assert "导出</a>" not in manager.get(f"/hq/segments/{id_}")
    assert manager.post(f"/hq/segments/{id_}/export", form="csv", why="看看").status_code == 403


def test_places_are_found_however_they_are_spelt_and_strange_ones_are_said(brand, sign_in, town):
    with transaction() as session:
        for hers in session.query(CustomerFacts).limit(2):
            hers.province, hers.city = "内蒙古", "包头"
    browser = sign_in(brand.headquarters)
    rule = {"all": [{"field": "province", "op": "any_of", "value": ["内蒙古自治区", "上海市"]},
                    {"field": "city", "op": "any_of", "value": ["包头市"]}]}  # fmt: skip
    told = ask(browser, rule)[1]
    assert (told["count"], told["sentence"], "hint" in told) == (2, "省份是上海或内蒙古，并且城市是包头", False)
    told = ask(browser, {"any": [{"field": "city", "op": "any_of", "value": ["shanghai"]}]})[1]
    assert (told["count"], told["hint"]) == (0, "没有客户在“shanghai”，请从列表里选")
    offered = browser.client.get("/hq/segments/choices?field=province").json["choices"]
    assert len(offered) == 34
    assert browser.client.get("/hq/segments/choices?field=province&q=浙江省").json["choices"] == [["浙江", "浙江", ""]]
    assert browser.client.get("/hq/segments/choices?field=city&q=包头市").json["choices"] == [["包头", "包头", ""]]
