"""All tags of a customer on a phone: who gave them is told afresh each time the sheet opens; the longest name fits."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from customers.models import Tag
from foundation.db import transaction
from tests.browser.conftest import Road

pytestmark = pytest.mark.browser
GUIDE = "lixiaomei"
LONG = "冬季新品极寒系列长款羽绒服加厚款意向客户二零二六年第一批名单"


def test_who_gave_a_tag_is_told_afresh_and_goes_with_it(road: Road, page: Page) -> None:
    with transaction() as session:
        session.scalars(select(Tag).where(Tag.platform_id.is_not(None)).order_by(Tag.id).limit(1)).one().name = LONG
    customer = str(road.contacts(GUIDE)[0]["external_userid"])
    page.goto(road.beside(GUIDE, customer))
    page.wait_for_url(f"**/sidebar/customers/{customer}*")
    page.get_by_role("button", name="全部标签").click()
    sheet = page.get_by_role("dialog", name="全部标签")
    chip = sheet.get_by_role("button", name=LONG, exact=True)
    expect(chip).to_be_visible()
    box = chip.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 360 - 16
    assert chip.evaluate("chip => chip.scrollWidth <= chip.clientWidth"), "the name stays inside its border"
    chip.click()
    expect(page.locator("#toast")).to_contain_text("已打上")
    sheet.get_by_role("button", name="完成").click()
    page.get_by_role("button", name="全部标签").click()
    line = sheet.locator(".origins .line", has_text=LONG)
    expect(line).to_contain_text("您")
    line.get_by_role("button", name="去掉").click()
    expect(line).to_be_hidden()
