"""What rules and segments tell nobody who may not know it: fields, names and numbers of others."""

import json

import pytest

from customers.models import Customer
from customers.profile_actions import save_field
from customers.profile_models import FieldReader, ProfileAnswer
from customers.profile_rules import FieldDraft
from foundation import clock
from foundation.db import transaction
from jobs.export_jobs import write_exports
from jobs.segment_jobs import freeze_waiting
from segments import facts
from segments.actions import Draft, save_segment
from segments.models import Segment, SegmentRun
from tests.builders.customers import make_follow
from tests.builders.segments import ask_for_facts
from tests.rooms.hq.test_segments import ask, make, tagged, town

__all__ = ["town"]


@pytest.fixture
def secret(brand, town) -> dict:
    """A field of the brand's own that only headquarters reads, answered by one customer, and a segment that asks of it."""
    with transaction() as session:
        draft = FieldDraft("身体状况", "choice", ("孕期", "其他"), readers=FieldReader.HEADQUARTERS, purpose="推荐合适的款式")
        field = save_field(session, brand.headquarters, draft)
        hers = session.query(Customer).filter_by(external_userid="wm0").one()
        told = ProfileAnswer(customer_id=hers.id, field_id=field.id, value={"value": "孕期"}, source="import", at=clock.now())
        session.add(told)
        session.flush()
        ask_for_facts(session, [hers.id])
        while facts.refresh(session):
            continue
        rule = {"field": f"answer:{field.id}", "op": "any_of", "value": [field.id * 1000 + 1]}
        inner = save_segment(session, brand.headquarters, Draft(name="孕期客户", rule=rule)).id
        outer = save_segment(
            session, brand.headquarters, Draft(name="重点", rule={"any": [{"segment": inner}, {"segment": inner}]})
        ).id
        return {"rule": rule, "inner": inner, "outer": outer}


def test_what_only_headquarters_reads_no_rule_tells_a_store(brand, sign_in, secret):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    name = secret["rule"]["field"]
    assert ask(whole, secret["rule"])[1]["count"] == ask(whole, {"segment": secret["outer"]})[1]["count"] == 1
    status, told = ask(east, {"all": [{"field": "gender", "op": "any_of", "value": [0]}, {"not": secret["rule"]}]})
    assert (status, told["problems"]) == (422, {"all.1.not": "这个条件用到的客户档案您不能查看，请换一个条件"})
    for segment in (secret["inner"], secret["outer"]):
        status, told = ask(east, {"segment": segment})
        assert (status, "用到了您不能查看的客户档案" in told["message"]) == (422, True)
    page = east.client.get("/hq/customers", query_string={"rule": json.dumps(secret["rule"])})
    assert (page.status_code, "wm0" in page.text) == (400, False)
    assert f"&#34;{name}&#34;" in whole.get("/hq/segments/new")
    assert f"&#34;{name}&#34;" not in east.get("/hq/segments/new")
    assert "孕期" not in east.get(f"/hq/segments/{secret['inner']}").replace("孕期客户", "")
    saved = east.post("/hq/segments/new", name="我的", note="", refresh_hour="", rule=json.dumps({"segment": secret["outer"]}))
    assert saved.status_code == 422


def test_no_rule_tells_who_owns_a_customer_elsewhere(brand, sign_in, town):
    """She is followed by a guide of the store and owned by one of another region, which every page hides."""
    with transaction() as session:
        shared = session.get_one(Customer, make_follow(session, brand.ai, "wmshared").customer_id)
        make_follow(session, brand.far, "wmshared")
        shared.owner_id = brand.far.id
        session.flush()
        while facts.refresh(session):
            continue
    whole, manager = sign_in(brand.headquarters), sign_in(brand.manager)
    for field, value in (("owner", brand.far.id), ("store", brand.stores[31].id), ("region", 3)):
        asked = {"field": field, "op": "any_of", "value": [value]}
        assert ask(whole, asked)[1]["count"] == 3, field
        assert ask(manager, asked)[1]["count"] == 0, field
        assert ask(manager, asked | {"op": "none_of"})[1]["count"] == 5, field
    assert ask(manager, {"field": "owner", "op": "any_of", "value": [brand.ai.id]})[1]["count"] == 4


def test_a_list_of_what_she_may_not_read_is_neither_made_nor_opened_nor_taken_out(brand, sign_in, secret):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    path = f"/hq/segments/{secret['outer']}"
    east.post(f"{path}/runs", once="a")
    assert freeze_waiting() == 0
    whole.post(f"{path}/runs", once="b")
    assert freeze_waiting() == 1
    with transaction() as session:
        run = session.query(SegmentRun).one().id
    assert "wm0" in whole.get(f"{path}/runs/{run}")
    assert east.status(f"{path}/runs/{run}") == 403
    assert east.post(f"{path}/export", form="csv", why="看看", once="c", run_id=str(run)).status_code == 403
    assert whole.post(f"{path}/export", form="csv", why="看看", once="d").status_code == 302
    assert write_exports() == 1


def test_names_outside_of_her_subtree_are_not_told(brand, sign_in, town):
    asked = {"owner": [brand.far.id, brand.ai.id], "store": [brand.far.store_id], "region": [2, 3, 1], "tags": [town]}
    rule = {"all": [{"field": name, "op": "any_of", "value": ids} for name, ids in asked.items()]}
    told = ask(sign_in(brand.east), rule)[1]["sentence"]
    assert (
        told
        == f"归属导购是{brand.ai.name}或范围以外，并且归属门店是范围以外，并且区域是总部或华东大区或范围以外，并且标签是羽绒服"
    )
    assert brand.far.name in ask(sign_in(brand.headquarters), rule)[1]["sentence"]


def test_a_number_that_is_not_of_her_own_people_says_whose_it_is(brand, sign_in, town):
    for staff, name in ((brand.headquarters, "全国的"), (brand.east, "华东的"), (brand.manager, "本店的")):
        make(staff, tagged(town), name)
    with transaction() as session:
        session.query(Segment).update({"count": 4321})
    shown = {}
    for staff in (brand.headquarters, brand.east, brand.manager):
        rows = sign_in(staff).get("/hq/segments").split("<tr>")
        shown[staff.userid] = [next((told for told in ("全品牌", "华东大区全部") if told in row), "") for row in rows[2:]]
    assert list(shown.values()) == [["", "", ""], ["", "", "全品牌"], ["", "华东大区全部", "全品牌"]]
    choices = sign_in(brand.manager).client.get("/hq/segments/choices?field=segment").json["choices"]
    assert [one[1:] for one in choices] == [["本店的", "4,321 人"], ["华东的", ""], ["全国的", ""]]
