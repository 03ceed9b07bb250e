"""Standings in the console: the board, warnings, rules with a dry run, profile fields; two editors, scope, bad input."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from customers.measuring import count_standings, measure_cuts
from customers.models import Customer
from customers.policies import policy
from customers.profile_actions import seed_profile_fields
from customers.profile_models import ProfileField
from customers.tier_models import TierMove
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from tests.builders.sop import make_follow
from tests.builders.tiers import make_order
from tests.rooms.hq.test_two_editors import _filled


@pytest.fixture
def customers(brand):
    """Four of 华东 and two of 华北; two regulars of 华东 are warned of."""
    with transaction() as session:
        ids = []
        for number, guide in enumerate([brand.ai] * 4 + [brand.far] * 2):
            follow = make_follow(session, guide, f"wm{number}", days_ago=400)
            session.get_one(Customer, follow.customer_id).owner_id = guide.id
            session.flush()
            if number < 2:
                for days in (160, 130, 100, 70):
                    make_order(session, follow.customer_id, days_ago=days)
            ids.append(follow.customer_id)
        measure_cuts(session, clock.now())
        retier(session, ids, clock.now())
        yesterday = clock.now() - clock.days(1)
        session.add(TierMove(customer_id=ids[0], ladder="stage", was="new", now="mature", why="x", by="job", at=yesterday))
        session.flush()
        count_standings(session, clock.today())
        return ids


def _charts(page: str) -> list[dict]:
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-tier-chart="([^"]+)"', page)]


def test_the_board_before_the_first_night_says_so(brand, sign_in):
    assert "还没有算过" in sign_in(brand.headquarters).get("/hq/tiers")


def test_the_board_counts_her_own_subtree_in_few_statements(brand, sign_in, customers, count_sql):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    with count_sql() as statements:
        page = whole.get("/hq/tiers")
    assert len(statements) <= 8, "\n".join(statements)
    assert "6 位客户" in page
    assert "4 位客户" in east.get("/hq/tiers")
    flow, grid = _charts(page)
    assert flow["links"] == [{"from": "引入期", "to": "成熟期", "value": 1}]
    assert sum(cell["value"] for cell in grid["cells"]) == 2
    assert "2 位客户" in whole.get("/hq/tiers?department=3")
    assert east.status("/hq/tiers?department=3") == 404
    assert whole.status("/hq/tiers?department=abc&days=99999") == 200


def test_a_cell_of_the_grid_leads_to_the_rule_of_its_customers(brand, sign_in, customers):
    page = sign_in(brand.headquarters).get("/hq/tiers?department=2")
    link = urlsplit(_charts(page)[1]["cells"][24]["link"])
    rule = json.loads(parse_qs(link.query)["rule"][0])
    assert rule == {"all": [{"field": "rfm", "op": "between", "value": {"recency": [5, 5], "frequency": [5, 5]}},
                            {"field": "region", "op": "any_of", "value": [2]}]}  # fmt: skip


def test_warnings_say_who_why_and_where_and_stay_in_her_subtree(brand, sign_in, customers, count_sql):
    whole = sign_in(brand.headquarters)
    with count_sql() as statements:
        page = whole.get("/hq/tiers/warnings")
    assert len(statements) <= 7, "\n".join(statements)
    assert page.count("70 天没有下单，平时约 30 天一次") == 2
    assert "2 人 · 50%" in page
    assert "没有要预警的客户" in whole.get("/hq/tiers/warnings?department=3")
    assert whole.status("/hq/tiers/warnings?after=nonsense~x") == 200
    assert sign_in(brand.east).status("/hq/tiers/warnings?department=31") == 404


def test_only_headquarters_sets_rules(brand, sign_in):
    for who in (brand.east, brand.manager):
        assert sign_in(who).status("/hq/tiers/rules") == 403
        assert sign_in(who).post("/hq/tiers/rules", new_days="1").status_code == 403


def test_wrong_rules_are_named_at_their_fields_and_nothing_is_half_saved(brand, sign_in):
    hers = sign_in(brand.headquarters)
    form = _rules(hers.get("/hq/tiers/rules"), new_days="很久", orders="1，2，3", dormant_days="90")
    answer = hers.post("/hq/tiers/rules", **form)
    assert answer.status_code == 422
    assert "天数应在 1 到 365 之间" in answer.text
    assert "请填四个次数，用逗号分开" in answer.text
    assert 'value="很久"' in answer.text
    with transaction() as session:
        assert policy(session, "stages")["dormant_days"] == 180


def _rules(page: str, **changes: str) -> dict:
    form = _filled(page)
    form |= {"mode": re.search(r'name="mode" value="(\w+)" checked', page).group(1), "koc_tag": ""}
    form["deleted_is_lost"] = "on" if re.search(r'name="deleted_is_lost" value="on" checked', page) else ""
    return form | changes


def test_two_editors_of_the_rules_see_each_other(brand, sign_in):
    first, second = sign_in(brand.headquarters), sign_in(brand.headquarters)
    hers, his = _rules(first.get("/hq/tiers/rules"), new_days="14"), _rules(second.get("/hq/tiers/rules"), new_days="21")
    assert first.post("/hq/tiers/rules", **hers).status_code == 302
    told = second.post("/hq/tiers/rules", **his)
    assert told.status_code == 409
    assert "有人改过并保存了" in told.text
    assert second.post("/hq/tiers/rules", **_rules(told.text)).status_code == 302
    with transaction() as session:
        assert policy(session, "stages")["new_days"] == 21


def test_the_dry_run_counts_those_who_would_move(brand, sign_in, customers):
    hers = sign_in(brand.headquarters)
    form = _rules(hers.get("/hq/tiers/rules"))
    assert "今天没有人会变动" in hers.post("/hq/tiers/rules/try", **form).text
    moved = hers.post("/hq/tiers/rules/try", **form | {"mature_orders": "5"}).text
    assert "今天会有 2 人变动" in moved
    assert "成熟期 → 成长期" in moved
    assert "先改好这里" in hers.post("/hq/tiers/rules/try", **form | {"mature_orders": "x"}).text


def test_profile_fields_are_written_ordered_and_stopped(brand, sign_in):
    hers = sign_in(brand.headquarters)
    assert "载入建议的字段" in hers.get("/hq/profile-fields")
    hers.post("/hq/profile-fields/suggested")
    form = {
        "name": "喜欢的颜色",
        "kind": "choices",
        "choices": "黑\n\n白\n燕麦",
        "readers": "guides",
        "question": "",
        "purpose": "推荐配色",
    }
    assert hers.post("/hq/profile-fields/new", **form).status_code == 302
    wrong = hers.post("/hq/profile-fields/new", **form | {"name": "", "purpose": ""})
    assert wrong.status_code == 422
    assert "写明用途" in wrong.text
    assert "燕麦" in wrong.text
    with transaction() as session:
        field = session.query(ProfileField).filter_by(name="喜欢的颜色").one()
        assert field.choices == ["黑", "白", "燕麦"]
    hers.post(f"/hq/profile-fields/{field.id}/move", direction="up")
    hers.post(f"/hq/profile-fields/{field.id}/remove")
    assert "已停用（1）" in hers.get("/hq/profile-fields")
    hers.post(f"/hq/profile-fields/{field.id}/remove", back="yes")
    assert "已停用" not in hers.get("/hq/profile-fields")
    assert hers.status("/hq/profile-fields/999999") == 404
    assert "喜欢的颜色" in sign_in(brand.east).get("/hq/profile-fields")
    assert sign_in(brand.east).post("/hq/profile-fields/new", **form).status_code == 403


def test_two_editors_of_a_field_see_each_other(brand, sign_in):
    with transaction() as session:
        seed_profile_fields(session)
        path = f"/hq/profile-fields/{session.query(ProfileField).first().id}"
    first, second = sign_in(brand.headquarters), sign_in(brand.headquarters)
    hers, his = _filled(first.get(path), name="她的叫法"), _filled(second.get(path), name="他的叫法")
    assert first.post(path, **hers).status_code == 302
    told = second.post(path, **his)
    assert told.status_code == 409
    assert "有人刚刚改成了：「她的叫法」" in told.text
    assert second.post(path, **_filled(told.text)).status_code == 302
