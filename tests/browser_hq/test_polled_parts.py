"""Parts of the console that ask again by themselves: what a finger is on and what was chosen beside them stay."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from customers.batches import start_batch
from customers.merge_finding import find_candidates, want_sure
from customers.models import Customer
from foundation.db import transaction
from org.models import Staff
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser


def _another_answer(page: Page, path: str) -> None:
    """One more poll was answered and what belongs to it was drawn."""
    for _ in range(2):
        with page.expect_response(lambda answer: path in answer.url and answer.request.method == "GET"):
            pass


def test_a_button_pressed_slowly_is_pressed(console: Console, people: dict[str, Staff]) -> None:
    with transaction() as session:
        who = {"customers": [session.scalars(select(Customer.id).limit(1)).one()]}
        batch = start_batch(session, people["hq_wangmin"], "consent", who, {"consent": "none"}, "slow").id
    page = console.page
    console.open(f"/hq/batches/{batch}")
    page.get_by_role("button", name="停止").hover()
    page.mouse.down()
    _another_answer(page, f"/hq/batches/{batch}")
    page.mouse.up()
    expect(page.get_by_role("heading", name="已停止")).to_be_visible()


def test_whom_to_keep_stays_chosen_while_others_are_merged(console: Console, people: dict[str, Staff]) -> None:
    with transaction() as session:
        rows = session.scalars(select(Customer).order_by(Customer.id).limit(4)).all()
        rows[0].member_no = rows[1].member_no = "VIP20230077"
        rows[2].phone = rows[3].phone = "13800138020"
        find_candidates(session)
        assert want_sure(session, people["hq_wangmin"]) == 1
    page = console.page
    console.open("/hq/merges")
    expect(page.get_by_text("正在合并，还剩")).to_be_visible()
    other = page.locator(".card", has_text="手机号相同").get_by_role("radio").nth(1)
    other.check()
    _another_answer(page, "/hq/merges")
    expect(other).to_be_checked()
