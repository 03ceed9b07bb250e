"""The customer list, page, batches and charts in a real Chromium: chosen, told, followed; readable on a phone."""

import random
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select

from customers.batches import work_batch
from customers.models import Customer, Tag
from customers.tag_models import CustomerBatch
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from hq.province_tiles import TILES
from segments.facts import refresh
from segments.growth import count_growth
from segments.models import CustomerCount
from tests.browser_hq.test_tiers import shown
from tests.builders.tiers import make_order

pytestmark = pytest.mark.browser


@pytest.fixture
def peopled(console):
    """The sample's customers with orders, standings and facts; counts of a year."""
    dice = random.Random(4)
    with transaction() as session:
        ids = list(session.scalars(select(Customer.id)))
        for id_ in ids:
            for day in dice.sample(range(3, 300), dice.choice((0, 0, 1, 3))):
                make_order(session, id_, days_ago=day, yuan=dice.choice((299, 899, 1599)), goods=({"name": "长款羽绒服"},))
        retier(session, ids, clock.now())
        session.flush()
        while refresh(session):
            pass
        count_growth(session, clock.today())
        session.query(CustomerCount).delete()
        session.execute(insert(CustomerCount), _counts(dice))
    return console


def _counts(dice: random.Random) -> list[dict[str, object]]:
    today, told = clock.today(), []
    for back in range(1, 91):
        day = (today - timedelta(days=back)).isoformat()
        told += [("added", day, dice.randint(300, 900)), ("lost", day, dice.randint(40, 160))]
    told += [
        ("source", name, many) for name, many in (("门店台卡", 12_400), ("收银台", 8_100), ("way:3", 2_050), ("小红书", 960))
    ]
    told += [("province", name, dice.randint(200, 60_000)) for name in TILES if name not in {"澳门", "台湾", "西藏"}]
    for row in range(12):
        number, added = today.year * 12 + today.month - 12 + row, dice.randint(8_000, 20_000)
        kept = float(added)
        for later in range(12 - row):
            told.append(("cohort", f"{number // 12}-{number % 12 + 1:02}:{later}", int(kept)))
            kept *= dice.uniform(0.9, 0.98)
    return [{"path": "1.", "kind": kind, "key": key, "customers": many} for kind, key, many in told]


def _work() -> None:
    with transaction() as session:
        batch = session.scalars(select(CustomerBatch.id).order_by(CustomerBatch.id.desc())).first()
    more = True
    while more:
        with transaction() as session:
            more = work_batch(session, batch)


def test_customers_are_chosen_tagged_and_it_is_taken_back(peopled):
    page = peopled.page
    peopled.open("/hq/customers")
    expect(page.get_by_text("共", exact=False).locator("strong").first).to_be_visible()
    shown(page, "customers-1440")
    boxes = page.locator('input[name="c"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.get_by_text("已选 2 位")).to_be_visible()
    shown(page, "customers-chosen-1440")
    page.get_by_role("button", name="改选全部符合条件的客户").click()
    expect(page.get_by_text("已选全部符合条件的客户")).to_be_visible()
    page.get_by_role("button", name="打标签").click()
    with transaction() as session:
        tag = session.scalars(select(Tag).order_by(Tag.id)).first()
        name = tag.name
    page.locator("select#tag").select_option(label=name)
    shown(page, "batch-plan-1440")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("heading", name="马上开始")).to_be_visible()
    _work()
    expect(page.get_by_role("heading", name="做完了")).to_be_visible()
    shown(page, "batch-1440")
    page.get_by_role("button", name="撤销").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name="撤销：打标签", exact=False)).to_be_visible()
    assert peopled.complaints == []


def test_filters_views_and_columns_on_a_screen_and_on_a_phone(peopled):
    page = peopled.page
    peopled.open("/hq/customers?bought=yes")
    page.locator(".pill", has_text="引入期").click()
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**stage=new**")
    page.get_by_role("link", name="存为视图").click()
    page.get_by_label("名称").fill("买过的新客")
    page.get_by_text("给我管理范围内的同事也用").click()
    shown(page, "view-1440")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="买过的新客")).to_be_visible()
    shown(page, "customers-filtered-1440")
    page.set_viewport_size({"width": 360, "height": 740})
    for path, name in (
        ("/hq/customers", "customers"),
        ("/hq/customers?bought=yes", "customers-more"),
        ("/hq/batches", "batches"),
    ):
        peopled.open(path)
        assert peopled.width_beyond_screen() <= 0, path
        shown(page, f"{name}-360")
    assert peopled.complaints == []


def _spent(page) -> list[int]:
    told = page.locator('td[data-name="消费"]').all_inner_texts()
    return [int(one.strip("¥").replace(",", "")) if one.startswith("¥") else 0 for one in told]


def test_the_list_is_sorted_by_a_head_and_by_a_choice_on_a_phone(peopled):
    page = peopled.page
    peopled.open("/hq/customers?friend=yes&columns=guide&columns=spent&columns=last_order&columns=orders&columns=contact")
    page.get_by_role("link", name="累计消费").click()
    head = page.locator("th", has_text="累计消费")
    expect(head).to_have_attribute("aria-sort", "descending")
    shown(page, "customers-sorted-1440")
    assert _spent(page) == sorted(_spent(page), reverse=True)
    assert _spent(page)[0] > _spent(page)[-1]
    page.get_by_role("link", name="累计消费").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert _spent(page) == sorted(_spent(page))
    page.go_back()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_label("排序")).to_have_value("-spent")
    page.set_viewport_size({"width": 360, "height": 740})
    peopled.open("/hq/customers?friend=yes")
    page.get_by_label("排序").select_option("-last_order")
    page.wait_for_url("**sort=-last_order**")
    expect(page.get_by_text("按最近下单从近到远，没有的在最后")).to_be_visible()
    assert "friend=yes" in page.url
    assert page.get_by_label("排序").bounding_box()["height"] >= 44
    assert peopled.width_beyond_screen() <= 0
    shown(page, "customers-sorted-360")
    peopled.open("/hq/customers?sort=-last_order&q=李")
    shown(page, "customers-sorted-search-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    peopled.open("/hq/customers?sort=-spent")
    shown(page, "customers-sorted-usual-1440")
    page.get_by_role("link", name="存为视图").click()
    shown(page, "view-sorted-1440")
    assert peopled.complaints == []


def test_the_list_is_sorted_without_scripts_too(peopled):
    kept = peopled.page.context
    context = kept.browser.new_context(
        java_script_enabled=False, storage_state=kept.storage_state(), viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"{peopled.origin}/hq/customers?friend=yes&columns=spent")
    page.get_by_label("排序").select_option("spent")
    page.get_by_role("button", name="排", exact=True).click()
    page.wait_for_url("**sort=spent")
    assert _spent(page) == sorted(_spent(page))
    shown(page, "customers-sorted-plain-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="累计消费").click()
    page.wait_for_url("**sort=-spent*")
    assert "friend=yes" in page.url
    assert _spent(page)[0] == max(_spent(page)) > 0
    context.close()


def test_the_page_of_one_customer_part_by_part(peopled):
    page = peopled.page
    with transaction() as session:
        external = session.scalars(select(Customer.external_userid).order_by(Customer.id)).first()
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 740})
        for part in ("life", "profile", "tags", "orders", "contacts", "owners"):
            peopled.open(f"/hq/customers/{external}?part={part}")
            expect(page.get_by_text("正在打开")).to_have_count(0)
            assert peopled.width_beyond_screen() <= 0, part
            shown(page, f"customer-{part}-{width}")
    assert peopled.complaints == []


def test_the_charts_draw_on_a_screen_and_on_a_phone(peopled):
    page = peopled.page
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 740})
        peopled.open("/hq/customers/charts")
        expect(page.locator("[data-growth-chart]:has(canvas)")).to_have_count(4)
        assert peopled.width_beyond_screen() <= 0
        shown(page, f"charts-{width}")
    assert peopled.complaints == []


def test_long_names_and_tags_stay_in_their_columns(peopled):
    with transaction() as session:
        newest = session.scalars(select(Customer).order_by(Customer.id.desc()).limit(1)).one()
        newest.name = "A" * 60
        session.get_one(Tag, newest.tag_ids[0]).name = "冬季新品极寒系列长款羽绒服加厚款意向客户二零二六年第一批名单"
    page = peopled.page
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        peopled.open("/hq/customers")
        row = page.locator("table tbody tr").first
        beyond = "badge => badge.getBoundingClientRect().right - badge.closest('td').getBoundingClientRect().right"
        assert row.locator(".tags-cell .badge").first.evaluate(beyond) <= 0
        assert row.locator(".store-cell").evaluate("cell => cell.offsetHeight") < 100, "a store is read across"
        tick, name = row.locator(".tick").bounding_box(), row.locator("a").first.bounding_box()
        assert tick["x"] + tick["width"] <= name["x"], "a name begins beside its box"
        assert peopled.width_beyond_screen() <= 0
        peopled.open("/hq/segments/new")
        page.locator(".rule-people li").first.wait_for()
        assert peopled.width_beyond_screen() <= 0
