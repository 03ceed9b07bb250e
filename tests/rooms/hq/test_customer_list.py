"""The customer list in the console: filters as a rule, found by name and number, views, columns, pages; scope and bad input."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from customers.models import Customer
from foundation import clock
from foundation.db import transaction
from hq.customer_filters import asked, unfolded
from org.models import Store
from segments.facts import refresh
from segments.finding import find
from segments.models import CustomerFacts, SavedView
from segments.naming import grams
from segments.rules import EVERYBODY, parse, written
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow
from tests.builders.tiers import make_order


@pytest.fixture
def customers(brand):
    """Three of 华东's two guides and one of 华北, with names, remarks, a phone, tags and orders."""
    with transaction() as session:
        tags = make_tags(session, "羽绒服", "送礼")
        people = [
            ("wm1", brand.ai, "陈大文"),
            ("wm2", brand.ai, "Amy 0427"),
            ("wm3", brand.bo, "林小梅"),
            ("wm4", brand.far, "陈远"),
        ]
        for number, (external, guide, name) in enumerate(people):
            follow = make_follow(session, guide, external, days_ago=10 * (number + 1))
            customer = session.get_one(Customer, follow.customer_id)
            customer.name, customer.owner_id = name, guide.id
            if external == "wm1":
                follow.remark, follow.tag_ids, customer.tag_ids = "陈姐100%", [tags[0].id], [tags[0].id]
                customer.phone, customer.phone_last4, customer.member_no = "13800138000", "8000", "M001"
                session.flush()
                make_order(session, customer.id, days_ago=3)
        session.flush()
        while refresh(session):
            pass
        return [tag.id for tag in tags]


def _shown(page: str) -> list[str]:
    return re.findall(r'href="/hq/customers/(wm\d+)"', page)


def _rule(**condition) -> str:
    return json.dumps({"all": [condition]}, separators=(",", ":"))


def test_the_newest_customers_come_first_each_in_her_own_scope(brand, sign_in, customers, count_sql):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    with count_sql() as statements:
        page = whole.get("/hq/customers")
    assert len(statements) <= 9, "\n".join(statements)
    assert _shown(page) == ["wm4", "wm3", "wm2", "wm1"]
    assert _shown(east.get("/hq/customers")) == ["wm3", "wm2", "wm1"]
    assert "共 <strong>3</strong> 位" in east.get("/hq/customers/count")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=陈", ["wm4", "wm1"]), ("q=大文", ["wm1"]), ("q=amy", ["wm2"]), ("q=陈姐100%25", ["wm1"]), ("q=%25", ["wm1"]),
        ("q=138-0013 8000", ["wm1"]), ("q=M001", ["wm1"]), ("q=wm3", ["wm3"]), ("q=没有的人", []), ("q=陈&bought=yes", ["wm1"]),
        ("stage=new&stage=growing", ["wm4", "wm3", "wm2", "wm1"]), ("bought=no", ["wm4", "wm3", "wm2"]), ("place=3", ["wm4"]),
        ("added_from=2000-01-01&added_to=2000-01-02", []), ("friend=yes&consent=none", []),
    ],
)  # fmt: skip
def test_filters_and_words_find(brand, sign_in, customers, query, found):
    assert _shown(sign_in(brand.headquarters).get(f"/hq/customers?{query}")) == found


def test_a_guide_or_a_store_is_found_by_name(brand, sign_in, customers):
    browser = sign_in(brand.headquarters)
    assert _shown(browser.get(f"/hq/customers?near={brand.bo.userid}")) == ["wm3"]
    with transaction() as session:
        store = session.get_one(Store, brand.far.store_id).name
    assert _shown(browser.get(f"/hq/customers?near={store}")) == ["wm4"]
    assert sign_in(brand.east).status(f"/hq/customers?near={store}") == 400


def test_a_rule_in_the_address_becomes_filters_and_the_rest_a_chip(brand, sign_in, customers):
    browser = sign_in(brand.headquarters)
    rule = {
        "all": [{"field": "tags", "op": "any_of", "value": [customers[0]]}, {"field": "orders", "op": "between", "value": [1, 9]}]
    }
    page = browser.get("/hq/customers?rule=" + json.dumps(rule))
    assert _shown(page) == ["wm1"]
    assert f'value="{customers[0]}" selected' in page
    assert 'class="chip">下单次数在 1 到 9 之间' in page
    assert _shown(browser.get("/hq/customers?rule={}&stage=new")) == ["wm4", "wm3", "wm2", "wm1"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("silent=abc", "天数要填 1 到 3660 的整数"), ("silent=99999", "1 到 3660 的整数"), ("stage=nothing", "有一个选项不存在"),
        ("added_from=2026-13-01", "2026-01-31 这样"), ("added_from=2026-02-02&added_to=2026-01-01", "起始不能大于"),
        ("near=没有这人", "没有叫“没有这人”的导购或门店"), ("rule={broken", "链接里的条件读不懂"), ("tag=abc", "每一项要填"),
        ('rule={"segment":999}', "人群"), ('rule={"all":[{"field":"nothing","op":"is"}]}', "没有这个字段"),
        ('rule={"all":[[]]}', "这里应该是一个条件"), ('rule={"all":[1,"x",null]}', "这里应该是一个条件"),
        ('rule={"\\ud800":1}', "链接里的条件读不懂"), ("tag=²", "每一项要填"),
        ('rule={"field":"city","op":"any_of","value":["\\ud800"]}', "链接里的条件读不懂"), ("tag=" + "1" * 5000, "每一项要填"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_told_at_its_field_and_nobody_is_shown(brand, sign_in, customers, query, told):
    answer = sign_in(brand.headquarters).client.get(f"/hq/customers?{query}&friend=yes")
    assert answer.status_code == 400
    assert told in answer.text
    assert _shown(answer.text) == []
    assert 'value="yes" selected' in answer.text
    assert sign_in(brand.headquarters).status(f"/hq/customers/count?{query}&friend=yes") == 200


def test_pages_have_no_gap_and_no_overlap(brand, sign_in, customers, monkeypatch):
    monkeypatch.setattr("hq.routes.customers.PAGE", 2)
    browser = sign_in(brand.headquarters)
    first = browser.get("/hq/customers?friend=yes")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    second = browser.get(following[1].replace("&amp;", "&"))
    assert _shown(first) + _shown(second) == ["wm4", "wm3", "wm2", "wm1"]
    assert 'rel="next"' not in second


def test_columns_are_chosen(brand, sign_in, customers):
    page = sign_in(brand.headquarters).get("/hq/customers?columns=phone&columns=member&columns=nothing")
    assert "*******8000" in page
    assert "M001" in page
    assert "<th>归属导购</th>" not in page


def test_an_owner_elsewhere_is_not_named(brand, sign_in, customers):
    with transaction() as session:
        make_follow(session, brand.bo, "wm4", days_ago=1)
        while refresh(session):
            pass
    page = sign_in(brand.east).get("/hq/customers?q=陈远")
    assert _shown(page) == ["wm4"]
    assert f'data-name="导购">{brand.far.name or brand.far.userid}<' not in page


def test_somebodys_remark_elsewhere_does_not_find_her(brand, sign_in, customers):
    with transaction() as session:
        make_follow(session, brand.far, "wm1", days_ago=1).remark = "悄悄话"
        while refresh(session):
            pass
    assert _shown(sign_in(brand.east).get("/hq/customers?q=悄悄话")) == []
    assert _shown(sign_in(brand.headquarters).get("/hq/customers?q=悄悄话")) == ["wm1"]


def test_a_search_reads_three_statements_and_is_bounded(brand, customers, count_sql, session, monkeypatch):
    with count_sql() as statements:
        found = find(session, brand.headquarters, EVERYBODY, "陈", None, 10)
    assert len(statements) == 3
    assert len(found.ids) == 2
    assert found.on is None
    monkeypatch.setattr("segments.finding.MOST_NAMED", 1)
    assert find(session, brand.headquarters, EVERYBODY, "陈", None, 10) == found
    monkeypatch.setattr("segments.finding.STEPS", (1,))
    assert find(session, brand.headquarters, EVERYBODY, "陈", None, 10).on is not None
    assert find(session, brand.headquarters, EVERYBODY, "   ").ids == []


def test_a_page_that_is_not_full_yet_goes_on_to_older_customers(brand, sign_in, customers, monkeypatch):
    for name, value in {"MANY": 0, "MOST_NAMED": 0, "STEPS": (1,)}.items():
        monkeypatch.setattr(f"segments.finding.{name}", value)
    browser, address, shown, told = sign_in(brand.headquarters), "/hq/customers?q=陈", [], []
    while address:
        page = browser.get(address)
        shown += _shown(page)
        told.append(page)
        following = re.search(r'href="([^"]+)"[^>]*>继续找更早的', page)
        address = following and following[1].replace("&amp;", "&")
    assert shown == ["wm4", "wm1"]
    assert "这一页只看了最近录入的一段" in told[0]
    assert "最近录入的里没有“陈”" in told[1]
    assert "没有更早的“陈”了" in told[-1]
    assert len(told) == 5


def test_the_pieces_of_a_name_are_those_of_the_index(session):
    for name in ("陈大文", "A", "Amy 0427", "陈" * 60, "%_'"):
        kept = session.scalar(select(func.name_grams(name)))
        assert set(grams(name[:40])) <= set(kept)


RULES = [
    {}, {"all": [{"field": "stage", "op": "any_of", "value": ["dormant"]}]},
    {"all": [{"field": "added_on", "op": "between", "value": ["2026-01-01", "2080-12-31"]}, {"not": {"segment": 4}}]},
    {"field": "last_contact_on", "op": "not_within", "value": 30}, {"any": [{"field": "following", "op": "is", "value": True}]},
    {"all": [{"field": "orders", "op": "at_most", "value": 0}, {"field": "orders", "op": "at_least", "value": 1}]},
    {"all": [{"field": "tags", "op": "any_of", "value": [1, 2]}, {"field": "tags", "op": "any_of", "value": [3]}]},
    {"all": [{"field": "rfm", "op": "between", "value": {"recency": [5, 5], "frequency": [1, 5], "money": [1, 5]}}]},
]  # fmt: skip


@pytest.mark.parametrize("body", RULES)
def test_a_rule_as_filters_means_the_same_people(body):
    typed, rest = unfolded(body)
    again = asked(typed, rest)
    parts = lambda rule: {json.dumps(part, sort_keys=True) for part in rule}  # noqa: E731
    wanted = body.get("all", [body] if body else [])
    assert not again.problems
    assert parts(written(parse(one)) for one in again.body.get("all", [])) == parts(written(parse(one)) for one in wanted)


def test_a_view_is_kept_shared_replaced_and_deleted(brand, sign_in, customers):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    rule = _rule(field="orders", op="at_least", value=1)
    assert "下单次数不少于 1" in whole.get(f"/hq/customers/views/new?rule={rule}")
    answer = whole.post("/hq/customers/views", name="买过的", rule=rule, columns="spent", shared="on")
    assert answer.status_code == 302
    page = whole.get(answer.location)
    assert _shown(page) == ["wm1"]
    assert re.search(r'<th class="num"><a class="sort"[^>]*>累计消费<', page)
    assert "删除这个视图" in page
    seen = east.get(answer.location)
    assert _shown(seen) == ["wm1"]
    assert "共享" in seen
    assert "删除这个视图" not in seen
    view_id = int(answer.location.rpartition("=")[2])
    assert east.post(f"/hq/customers/views/{view_id}/delete").status_code == 409
    whole.post("/hq/customers/views", name="买过的", rule="{}", shared="")
    with transaction() as session:
        assert [(view.rule, view.shared) for view in session.query(SavedView)] == [({}, False)]
    assert east.status(f"/hq/customers?view={view_id}") == 404
    assert whole.post(f"/hq/customers/views/{view_id}/delete").status_code == 302
    assert whole.status(f"/hq/customers?view={view_id}") == 404


def test_a_view_without_a_name_or_with_a_wrong_rule_is_not_kept(brand, sign_in, customers):
    browser = sign_in(brand.headquarters)
    nameless = browser.post("/hq/customers/views", name=" ", rule="{}")
    assert nameless.status_code == 400
    assert "名称要填 1 到 40 个字" in nameless.text
    wrong = browser.post("/hq/customers/views", name="好名字", rule='{"segment": 77}')
    assert wrong.status_code == 400
    assert 'value="好名字"' in wrong.text
    with transaction() as session:
        assert session.query(SavedView).count() == 0


def test_nobody_is_there_yet(brand, sign_in):
    assert "还没有客户" in sign_in(brand.headquarters).get("/hq/customers")


def test_who_was_never_contacted_has_not_been_for_days_either(brand, sign_in, customers):
    with transaction() as session:
        for external, days in (("wm1", 3), ("wm2", 30)):
            hers = session.scalars(select(CustomerFacts).join(Customer, Customer.id == CustomerFacts.customer_id).where(
                Customer.external_userid == external)).one()  # fmt: skip
            hers.last_contact_on = clock.today() - timedelta(days=days)
        others = select(Customer.id).where(Customer.external_userid.in_(["wm3", "wm4"]))
        session.query(CustomerFacts).filter(CustomerFacts.customer_id.in_(others)).update({"last_contact_on": None})
    browser = sign_in(brand.headquarters)
    assert _shown(browser.get("/hq/customers?silent=7")) == ["wm4", "wm3", "wm2"]
    assert _shown(browser.get("/hq/customers?silent=31")) == ["wm4", "wm3"]


@pytest.mark.parametrize(("typed", "found"), [("8000", ["wm1"]), ("8001", []), ("0427", ["wm2"]), ("800", [])])
def test_the_last_four_digits_of_a_phone_find_her(brand, sign_in, customers, typed, found):
    assert _shown(sign_in(brand.headquarters).get(f"/hq/customers?q={typed}")) == found
