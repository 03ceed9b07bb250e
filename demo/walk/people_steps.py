"""Step 7: headquarters finds customers by a rule, tags them all at once, sees WeCom follow, and takes it back."""

import time

from playwright.sync_api import expect

from demo.walk.road import Road

SEGMENT, TAG = "消费满 3000 元", "大额客户"


def people_are_counted_live(road: Road) -> str:
    page = road.desk()
    road.facts["left_at"] = page.url
    page.get_by_role("link", name="人群", exact=True).click()
    page.get_by_role("link", name="新建人群").first.click()
    number, words = page.locator("[data-rule-number]"), page.locator("[data-rule-words]")
    expect(number).not_to_have_text("…")
    everybody = number.inner_text()
    page.get_by_role("button", name="＋ 条件").click()
    page.get_by_role("combobox", name="标签", exact=True).fill(TAG)
    began = time.monotonic()
    page.get_by_role("option", name=TAG).click()
    expect(words).to_contain_text(f"标签是{TAG}")
    expect(number).not_to_have_text(everybody)
    return f"{everybody} 人里选出 {number.inner_text()} 人，{time.monotonic() - began:.2f} 秒"


def many_are_tagged_and_it_is_taken_back(road: Road) -> str:
    page, before = road.desk(), _tagged(road)
    page.goto(f"{road.product}/hq/customers?bought=yes")
    page.locator('input[name="c"]').first.check()
    everybody = page.get_by_role("button", name="改选全部符合条件的客户")
    if everybody.is_visible():
        everybody.click()
    page.get_by_role("button", name="打标签").click()
    page.locator("select#tag").select_option(label=TAG)
    began = time.monotonic()
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("heading", name="做完了")).to_be_visible()
    here = time.monotonic() - began
    road.until("批量标签写回企业微信", lambda: _tagged(road) > before, seconds=60)
    page.reload()
    page.get_by_role("button", name="撤销").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name="做完了")).to_be_visible()
    road.until("撤销写回企业微信", lambda: _tagged(road) <= before, seconds=60)
    # The steps about the task go on watching its page.
    page.goto(road.facts["left_at"])
    return f"批量打标签 {here:.1f} 秒做完，企业微信跟上；撤销后两边都恢复"


def _tagged(road: Road) -> int:
    """How many relations carry the tag on the platform."""
    members = road.platform.get("members", limit=500)["members"]
    contacts = [one for member in members for one in road.platform.get(f"members/{member['userid']}")["contacts"]]
    return sum(TAG in one["tag_names"] for one in contacts)
