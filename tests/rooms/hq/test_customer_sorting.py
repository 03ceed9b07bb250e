"""The customer list by a column, either way: pages, filters, views, search, columns, bad addresses, and nobody who can sort."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, text

from customers.models import Customer
from foundation import clock
from foundation.db import transaction
from segments import sorting
from segments.facts import refresh
from segments.models import CustomerFacts, SavedView
from tests.builders.sop import make_follow


@pytest.fixture
def people(brand):
    """Five: wm4 bought today, wm1 and wm5 two days ago, wm3 and wm2 never. wm1 is of 华北, the others of 华东."""
    sales = {"wm1": (2, 3, 900), "wm2": (None, 0, 0), "wm3": (None, 0, 0), "wm4": (0, 1, 100), "wm5": (2, 3, 4000)}
    with transaction() as session:
        for external in sales:
            follow = make_follow(session, brand.far if external == "wm1" else brand.ai, external, days_ago=9)
            session.get_one(Customer, follow.customer_id).name = f"客户{external}"
        session.flush()
        while refresh(session):
            pass
        pairs = session.execute(select(CustomerFacts, Customer.external_userid).join(Customer)).all()
        for facts, external in pairs:
            ago, facts.orders, facts.spent_yuan = sales[external]
            facts.last_order_on = None if ago is None else clock.today() - timedelta(days=ago)


def _shown(page: str) -> list[str]:
    return re.findall(r'href="/hq/customers/(wm\d+)"', page)


def _link(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, pattern
    return unescape(found[1])


def _following(page: str) -> str:
    return _link(page, r'href="([^"]+)" rel="next"')


def _head(page: str, name: str) -> str:
    return _link(page, rf'<a class="sort" href="([^"]+)"[^>]*>{name}<')


@pytest.mark.parametrize(
    ("sort", "order", "told"),
    [
        ("-last_order", ["wm4", "wm5", "wm1", "wm3", "wm2"], "按最近下单从近到远，没有的在最后"),
        ("last_order", ["wm5", "wm1", "wm4", "wm3", "wm2"], "按最近下单从远到近，没有的在最后"),
        ("-spent", ["wm5", "wm1", "wm4", "wm3", "wm2"], "按累计消费从高到低"),
        ("spent", ["wm3", "wm2", "wm4", "wm1", "wm5"], "按累计消费从低到高"),
        ("-orders", ["wm5", "wm1", "wm4", "wm3", "wm2"], "按下单次数从多到少"),
        ("-added", ["wm5", "wm4", "wm3", "wm2", "wm1"], "按添加时间从近到远，没有的在最后"),
        ("newest", ["wm5", "wm4", "wm3", "wm2", "wm1"], "按录入先后，最近录入的在前"),
    ],
)
def test_a_column_sorts_either_way_page_after_page(brand, sign_in, people, monkeypatch, sort, order, told):
    monkeypatch.setattr("hq.routes.customers.PAGE", 2)
    browser, address, shown = sign_in(brand.headquarters), f"/hq/customers?friend=yes&sort={sort}", []
    while address:
        page = browser.get(address)
        shown += _shown(page)
        assert f"您管理范围内的客户，{told}</span>" in page
        assert told in browser.get(_link(page, r'hx-get="([^"]+)"'))
        address = _following(page) if 'rel="next"' in page else ""
    assert shown == order
    assert 'value="yes" selected' in page
    assert _shown(browser.get(_link(page, r'href="([^"]+)">回到最前'))) == order[:2]


def test_the_head_of_a_column_sorts_and_turns_round(brand, sign_in, people, count_sql):
    browser = sign_in(brand.headquarters)
    page = browser.get("/hq/customers?stage=new&columns=spent&columns=city")
    assert "aria-sort" not in page
    with count_sql() as statements:
        page = browser.get(_head(page, "累计消费"))
    assert len(statements) <= 12, "\n".join(statements)
    assert _shown(page)[0] == "wm5"
    assert '<th class="num" aria-sort="descending">' in page
    assert '<option value="-spent" selected>' in page
    page = browser.get(_head(page, "累计消费"))
    assert _shown(page)[-1] == "wm5"
    assert '<th class="num" aria-sort="ascending">' in page
    assert 'value="new" checked' in page
    assert "<th>城市</th>" in page


def test_everybody_is_sorted_in_her_own_scope(brand, sign_in, people):
    assert _shown(sign_in(brand.east).get("/hq/customers?sort=-spent")) == ["wm5", "wm4", "wm3", "wm2"]


def test_what_the_list_is_sorted_by_is_shown(brand, sign_in, people):
    browser = sign_in(brand.headquarters)
    assert "¥4,000" not in browser.get("/hq/customers")
    page = browser.get("/hq/customers?sort=-spent")
    assert "¥4,000" in page
    assert 'name="columns" value="spent">' in page


def test_the_choice_of_an_order_keeps_the_rest_of_the_address(brand, sign_in, people):
    page = sign_in(brand.headquarters).get("/hq/customers?stage=new&columns=spent&rule={}&sort=-spent")
    form = _link(page, r'<form method="get" id="sorting">(.*?)</form>')
    assert sorted(re.findall(r'name="(\w+)" value="(\w+)"', form)) == [("columns", "spent"), ("stage", "new")]
    assert '<input type="hidden" name="sort" value="-spent">' in _link(page, r'(?s)id="filters">(.*?)</form>')


@pytest.mark.parametrize("sort", ["nothing", "--spent", "name", "-phone", "spent'"])
def test_an_unknown_order_is_told_and_nobody_is_shown(brand, sign_in, people, sort):
    answer = sign_in(brand.headquarters).client.get(f"/hq/customers?friend=yes&sort={sort}")
    assert answer.status_code == 400
    assert "链接里没有这种排序，点“查找”先按录入先后看" in answer.text
    assert _shown(answer.text) == []
    assert 'value="yes" selected' in answer.text


@pytest.mark.parametrize(
    "place", ["after=3", "after=3&at=abc", "after=x&at=3", "at=3", "after=3&at=99999999999", "after=3&at=--1"]
)
def test_a_place_that_cannot_be_read_is_the_beginning(brand, sign_in, people, place):
    page = sign_in(brand.headquarters).get(f"/hq/customers?sort=-spent&{place}")
    assert _shown(page) == ["wm5", "wm1", "wm4", "wm3", "wm2"]
    assert "回到最前" not in page


def test_a_search_stays_newest_first_and_the_order_comes_back_after_it(brand, sign_in, people):
    page = sign_in(brand.headquarters).get("/hq/customers?sort=-spent&q=客户")
    assert _shown(page) == ["wm5", "wm4", "wm3", "wm2", "wm1"]
    assert "有这个号码的客户，最近录入的在前" in page
    assert 'id="sort"' not in page
    assert "aria-sort" not in page
    assert '<input type="hidden" name="sort" value="-spent">' in page


def test_a_view_keeps_its_order_until_another_is_chosen(brand, sign_in, people, monkeypatch):
    monkeypatch.setattr("hq.routes.customers.PAGE", 2)
    browser = sign_in(brand.headquarters)
    form = browser.get(_link(browser.get("/hq/customers?sort=-spent"), r'href="([^"]+)">存为视图'))
    assert "<dd>按累计消费从高到低" in form
    assert '<input type="hidden" name="sort" value="-spent">' in form
    opened = browser.post("/hq/customers/views", name="大客户", rule="", sort="-spent", shared="").location
    page = browser.get(opened)
    assert _shown(page) == ["wm5", "wm1"]
    assert _shown(browser.get(_following(page))) == ["wm4", "wm3"]
    newest = browser.get(f"{opened}&sort=newest")
    assert _shown(newest) == ["wm5", "wm4"]
    assert _shown(browser.get(_following(newest))) == ["wm3", "wm2"]
    browser.post("/hq/customers/views", name="大客户", rule="", sort="newest", shared="")
    assert _shown(browser.get(opened)) == ["wm5", "wm4"]


def test_a_view_with_an_unknown_order_is_not_kept(brand, sign_in, people):
    answer = sign_in(brand.headquarters).post("/hq/customers/views", name="大客户", rule="", sort="nothing")
    assert answer.status_code == 400
    assert "链接里没有这种排序" in answer.text
    with transaction() as session:
        assert session.query(SavedView).count() == 0


def test_a_batch_is_asked_of_the_same_people_in_any_order(brand, sign_in, people):
    browser = sign_in(brand.headquarters)
    rules = [
        re.findall(r'name="rule" value="([^"]*)"', browser.get(f"/hq/customers?stage=new&sort={sort}"))
        for sort in ("newest", "spent")
    ]
    assert rules[0] == rules[1] != []


def test_when_nobody_can_sort_in_time_the_newest_come_first_and_it_is_said(brand, sign_in, people, monkeypatch):
    monkeypatch.setattr("hq.routes.customers.PAGE", 2)
    monkeypatch.setitem(sorting.SETTINGS, "statement_timeout", "1")
    monkeypatch.setattr("segments.sorting.value_of", lambda order: text("pg_sleep(1)"))
    browser = sign_in(brand.headquarters)
    page = browser.get("/hq/customers?sort=-spent&after=1&at=100")
    assert _shown(page) == ["wm5", "wm4"]
    assert "现在排不出“累计消费从高到低”：客户数字还在准备。先按录入先后，最近录入的在前" in page
    assert "aria-sort" not in page
    assert '<input type="hidden" name="sort" value="-spent">' in page
    assert "按录入先后" in browser.get(_link(page, r'hx-get="([^"]+)"'))
    assert _shown(browser.get(_following(page))) == ["wm3", "wm2"]
    monkeypatch.undo()
    assert _shown(browser.get(_link(page, r'href="([^"]+)">再试一次')))[0] == "wm5"
