"""Steps 4 to 6: the morning's customers, the evening's leaderboard, and the app's chat."""

from functools import partial
from typing import Any

from playwright.sync_api import expect

from demo.walk.road import Road, WrongStep, card_text
from foundation import clock
from foundation.db import transaction
from leaderboard.queries import find_my_row
from leaderboard.rules import Level
from org.queries import find_staff

GUIDE, MANAGER, HEADQUARTERS = "lixiaomei", "chenjing", "hq_wangmin"
CARE_DAYS = (1, 3, 7, 15, 30)
COUNTED = ("好友 +1", "发送 2", "任务 1")


def _has_card(road: Road, userid: str, address: str) -> bool:
    return any(address in card_text(card) for card in road.cards(userid))


def _inbox_after(road: Road, count: int) -> list[dict[str, Any]]:
    return road.platform.inbox(GUIDE)[count:]


def morning_brings_the_right_customers(road: Road) -> str:
    road.until("晨间卡片", partial(_has_card, road, GUIDE, "/sidebar/care"), 240)
    page = road.webview(GUIDE, "/sidebar/care")
    rows = page.locator("article.care")
    expect(rows.first).to_be_visible()
    texts = rows.all_inner_texts()
    wrong = [text for text in texts if not any(f"第 {day} 天" in text for day in CARE_DAYS)]
    if wrong:
        raise WrongStep(f"不是第 1、3、7、15、30 天的客户：{wrong[0]}")
    rows.first.get_by_role("button", name="完成", exact=True).click()
    expect(page.locator("article.care.finished").first).to_be_visible()
    return f"{len(texts)} 位客户按添加天数出现，完成一位"


def evening_brings_the_board(road: Road) -> str:
    for userid in (GUIDE, MANAGER):
        road.until(f"{userid} 的榜单卡片", partial(_has_card, road, userid, "/sidebar/board"), 300)
    return "到点后导购和店长都收到榜单卡片"


def _own_line(road: Road) -> str:
    """What she did, on her board of today; once midnight passed in the walk's middle, of both its days, which no page adds up."""
    own = road.webview(GUIDE, "/sidebar/board?level=guide&period=day").locator(".rank.own").first
    expect(own).to_be_visible()
    if clock.today() == road.began_on:
        return own.inner_text()
    with transaction() as session:
        guide = find_staff(session, GUIDE)
        row = guide and find_my_row(session, guide, on_from=road.began_on, on_to=clock.today(), level=Level.GUIDE)
    return f"好友 +{row.adds} · 发送 {row.sends} · 任务 {row.tasks_done}" if row else ""


def board_opens_for_everyone(road: Road) -> str:
    road.until(f"榜上有 {'、'.join(COUNTED)}", lambda: all(words in _own_line(road) for words in COUNTED), 90)
    page = road.phone(GUIDE)
    for level in ("门店", "大区"):
        page.get_by_role("link", name=level, exact=True).click()
        expect(page.locator(".ranks .rank").first).to_be_visible()
    desk = road.desk()
    desk.get_by_role("link", name="榜单", exact=True).click()
    for level, name in (("大区", "华东大区"), ("门店", "徐家汇"), ("导购", "李小美")):
        desk.locator(".tabs").get_by_role("link", name=level, exact=True).click()
        expect(desk.locator("table")).to_contain_text(name)
    return "导购、门店、大区、总部都能打开；加好友、发话术、做任务都在里面"


def chat_answers(road: Road) -> str:
    wanted = {
        "榜单": "/sidebar/board",
        "任务": "/sidebar/tasks",
        "话术 羽绒服": "/sidebar/scripts",
        "客户 陈": "/sidebar/customers",
        "今晚吃什么": "榜单",
    }
    for words, expected in wanted.items():
        before = len(road.platform.inbox(GUIDE))
        road.platform.do("member_texts_app", userid=GUIDE, content=words)
        answer = road.until(f"“{words}”的回答", partial(_inbox_after, road, before))
        if expected not in card_text(answer[0]):
            raise WrongStep(f"“{words}”的回答里没有 {expected}：{answer[0]['body']}")
    return "榜单、任务、话术、客户都有打开正确页面的卡片，其他话得到菜单"
