"""Owners and merges in a real Chromium: the dry run beside the form, a pair merged and undone, the sure ones with progress."""

import pytest
from playwright.sync_api import Page, expect

from customers.merge_finding import find_candidates
from customers.models import Customer
from customers.owning import refresh_owners
from foundation.db import transaction
from jobs.owner_jobs import merge_wanted
from tests.builders.tiers import make_order

pytestmark = pytest.mark.browser


@pytest.fixture
def alike(console) -> None:  # type: ignore[no-untyped-def]
    """Three pairs: two of the same UnionID, one of the same phone."""
    with transaction() as session:
        rows = session.query(Customer).order_by(Customer.id).limit(6).all()
        for number, (one, other) in enumerate([(rows[0], rows[1]), (rows[2], rows[3]), (rows[4], rows[5])]):
            name = {0: "unionid", 1: "unionid", 2: "phone"}[number]
            for row in (one, other):
                setattr(row, name, f"138001380{number}0")
                row.phone_last4 = "8020" if name == "phone" else row.phone_last4
                make_order(session, row.id, days_ago=row.id % 9, yuan=899)
        rows[1].member_no, rows[0].member_no = "VIP20240001", "VIP20230077"
        refresh_owners(session, [row.id for row in session.query(Customer).all()])
        find_candidates(session)


def test_rules_are_tried_beside_the_form(console, alike) -> None:  # type: ignore[no-untyped-def]
    page: Page = console.page
    console.open("/hq/owner-rules")
    page.select_option("#second_look", "service")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#trial")).to_contain_text("归属")
    page.select_option("#third_look", "service")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#first_look-problem")).to_have_text("同一项只能选一次")
    assert not [one for one in console.complaints if "422" not in one]


def test_a_pair_is_merged_and_undone_and_the_sure_ones_run(console, alike) -> None:  # type: ignore[no-untyped-def]
    page: Page = console.page
    console.open("/hq/merges")
    assert console.width_beyond_screen() == 0
    page.get_by_role("button", name="是同一个人，合并").first.click()
    expect(page.get_by_text("已合并成一位客户")).to_be_visible()
    page.get_by_role("link", name="已合并", exact=True).click()
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("两份档案都恢复成合并前的样子")).to_be_visible()
    console.open("/hq/merges")
    page.get_by_role("button", name="合并有把握的 1 对").click()
    page.locator("#all-sure").get_by_role("button", name="合并", exact=True).click()
    expect(page.get_by_text("正在合并，还剩")).to_be_visible()
    assert merge_wanted() == 1
    expect(page.get_by_text("正在合并，还剩")).to_have_count(0)
    expect(page.get_by_role("heading", name="手机号相同")).to_be_visible()
    assert console.complaints == []
