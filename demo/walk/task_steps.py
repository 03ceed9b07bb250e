"""Step 3: headquarters publishes a task to one region; one guide taps, one answers with a photo, one is reminded and late."""

import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from playwright.sync_api import Page, expect

from demo.walk.pictures import shelf_photo
from demo.walk.road import Road, WrongStep, card_text
from foundation import clock

TITLE = "双十一前夜：橱窗换新"
TAPS, ANSWERS, IGNORES = "lixiaomei", "zhouting", "wufang"
REGION = "华东大区"


def headquarters_signs_in(road: Road) -> str:
    page = road.desk()
    page.goto(f"{road.product}/hq/")
    page.get_by_role("link", name="企业微信扫码登录").click()
    page.get_by_role("link", name="王敏").click()
    expect(page.get_by_role("link", name="任务", exact=True)).to_be_visible()
    return "王敏 用企业微信登录控制台"


def _deadline() -> datetime:
    """The next full minute that leaves time to answer, and not much more: the walk waits for it."""
    return (clock.now() + timedelta(seconds=100)).astimezone(clock.SHANGHAI).replace(second=0, microsecond=0) + timedelta(
        minutes=1
    )


def _write(page: Page, title: str, answer: str, deadline: datetime) -> None:
    page.get_by_role("link", name="任务", exact=True).click()
    page.get_by_role("link", name="新建任务").first.click()
    page.locator("#title").fill(title)
    page.locator("#body").fill("把新款羽绒服换到橱窗第一排，拍一张照片。")
    region = page.locator("#department_id option", has_text=REGION).first.get_attribute("value")
    page.locator("#department_id").select_option(value=region)
    expect(page.locator("#audience")).to_contain_text("位导购")
    page.locator("#deadline_at").fill(deadline.strftime("%Y-%m-%dT%H:%M"))
    page.locator("#estimated_minutes").fill("5")
    page.locator(".form-selectgroup-item", has_text=answer).click()
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="下发", exact=True).click()
    page.get_by_role("button", name="确认下发").click()


def headquarters_publishes(road: Road) -> str:
    page, deadline = road.desk(), _deadline()
    road.facts["deadline"] = deadline
    began = time.monotonic()
    _write(page, TITLE, "点", deadline)
    tapped = road.until("任务卡片", partial(_card, road, TAPS, TITLE))
    for userid in (ANSWERS, IGNORES):
        road.until(f"{userid} 的卡片", partial(_card, road, userid, TITLE))
    road.facts["tap_card"] = tapped
    outside = [one["userid"] for one in road.platform.get("members", limit=500)["members"] if "北京" in str(one["departments"])]
    asked = [userid for userid in outside if _card(road, userid, TITLE)]
    if asked or not outside:
        raise WrongStep(f"范围外的导购也收到了：{asked}")
    _write(page, f"{TITLE}（拍照）", "照片", deadline)
    road.facts["photo_card"] = road.until("拍照任务卡片", partial(_card, road, ANSWERS, f"{TITLE}（拍照）"))
    return f"{REGION}的导购都收到卡片，{time.monotonic() - began:.1f} 秒（含填写两张表单）；北京的 {len(outside)} 位都没有收到"


def _card(road: Road, userid: str, title: str) -> dict[str, Any] | None:
    wanted = [card for card in road.cards(userid) if card["body"]["main_title"]["title"].endswith(title)]
    return wanted[-1] if wanted else None


def one_taps_done(road: Road) -> str:
    card = road.facts["tap_card"]
    key = next(button["key"] for button in card["body"]["button_list"] if button.get("key", "").startswith("done:"))
    began = time.monotonic()
    road.platform.do("member_clicks_card", userid=TAPS, msgid=card["msgid"], key=key)

    def thanked() -> bool:
        return any(one["msgid"] == card["msgid"] and "完成" in str(one["card_state"]) for one in road.platform.inbox(TAPS))

    road.until("卡片变为已完成", thanked)
    took = time.monotonic() - began
    again = road.platform.http.post(
        f"{road.platform.base}/_control/do/member_clicks_card",
        json={"userid": TAPS, "msgid": card["msgid"], "key": key},
        timeout=10,
    )
    return f"卡片 {took:.2f} 秒变为已完成；再点一次 {'没有按钮可点' if again.status_code >= 400 else '没有第二次效果'}"


def one_answers_with_a_photo(road: Road) -> str:
    card = road.facts["photo_card"]
    address = card["body"]["card_action"]["url"]
    page = road.webview(ANSWERS, address.removeprefix(road.product))
    expect(page.get_by_role("heading", name=f"{TITLE}（拍照）")).to_be_visible()
    page.locator("textarea[name=text]").fill("橱窗换好了，顾客都问轻薄款")
    page.locator("input[type=file]").set_input_files({"name": "橱窗.jpg", "mimeType": "image/jpeg", "buffer": shelf_photo()})
    expect(page.locator("figure img")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已完成，谢谢")).to_be_visible()
    return "打开的正是这个任务，文字和照片已交"


def console_shows_it_live(road: Road) -> str:
    page = road.desk()
    expect(page.get_by_text("橱窗换好了").first).to_be_visible()
    expect(page.locator("img[src*='/photos/']").first).to_be_visible()
    page.goto(f"{road.product}/hq/tasks")
    page.get_by_role("link", name=TITLE, exact=True).click()
    done = page.locator("#done")
    expect(done).to_contain_text("1")
    return "进度、回传文字与照片自己出现，没有刷新页面"


def _reminded(road: Road, userid: str) -> bool:
    mine = [card for card in road.cards(userid) if card["body"]["main_title"]["title"] == TITLE]
    return any("快到截止" in card_text(card) for card in mine)


def one_is_reminded_then_late(road: Road) -> str:
    road.until(
        "提醒卡片", lambda: any("快到截止" in card_text(card) and TITLE in card_text(card) for card in road.cards(IGNORES)), 240
    )
    left = (road.facts["deadline"] - clock.now()).total_seconds()
    page = road.desk()
    expect(page.locator("#late")).not_to_have_text("0", timeout=(max(0.0, left) + 90) * 1000)
    page.get_by_role("link", name="逾期").first.click()
    expect(page.locator("#people")).to_contain_text("吴芳")
    if _reminded(road, TAPS):
        raise WrongStep("已完成的导购不该收到提醒")
    return "吴芳 收到一次提醒，截止后显示逾期"
