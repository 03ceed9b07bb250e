"""script/demo --once: the whole road, step by step, each with its time. The first wrong step ends it."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from demo.walk import customer_steps, day_steps, people_steps, task_steps
from demo.walk.road import Road, WrongStep, road
from foundation.config import settings

STEPS: list[tuple[str, str, Callable[[Road], str]]] = [
    ("1.1", "平台验证回调地址", customer_steps.address_is_verified),
    ("1.2", "顾客扫码，收到欢迎语", customer_steps.customer_scans_and_is_welcomed),
    ("1.3", "客户、关系、标签、轨迹", customer_steps.customer_is_known),
    ("2.1", "侧边栏两下打标签", customer_steps.guide_tags_in_two_taps),
    ("2.2", "找到话术并发送", customer_steps.guide_sends_a_script),
    ("2.3", "发送自己的海报", customer_steps.guide_sends_her_poster),
    ("3.1", "总部登录", task_steps.headquarters_signs_in),
    ("3.2", "写任务并下发到大区", task_steps.headquarters_publishes),
    ("3.3", "一位点完成", task_steps.one_taps_done),
    ("3.4", "一位交文字和照片", task_steps.one_answers_with_a_photo),
    ("3.5", "控制台实时看到", task_steps.console_shows_it_live),
    ("6.1", "和应用聊天", day_steps.chat_answers),
    ("7.1", "人群边搭边数", people_steps.people_are_counted_live),
    ("7.2", "批量打标签并撤销", people_steps.many_are_tagged_and_it_is_taken_back),
    ("4.1", "早上的客户 SOP", day_steps.morning_brings_the_right_customers),
    ("3.6", "一位被提醒，然后逾期", task_steps.one_is_reminded_then_late),
    ("5.1", "到点的榜单卡片", day_steps.evening_brings_the_board),
    ("5.2", "榜单页", day_steps.board_opens_for_everyone),
]


def picture_of_failure(road: Road) -> str:
    """Keep what the open pages showed; returns where."""
    folder = Path(settings().data_dir).parent / "failed"
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in road.pages.items():
        page.screenshot(path=folder / f"{name}.png")
    return str(folder)


def take_pictures(road: Road, folder: Path) -> None:
    """The README's pictures, from the product as the walk left it."""
    folder.mkdir(parents=True, exist_ok=True)
    guide, customer, desk = customer_steps.GUIDE, road.facts["customer"], road.desk()
    desk.goto(f"{road.product}/hq/tasks")
    desk.get_by_role("link", name=task_steps.TITLE, exact=True).click()
    desk.get_by_role("link", name="逾期").first.click()
    desk.locator("#people table").wait_for()
    desk.evaluate("scrollTo(0, 0)")
    desk.screenshot(path=folder / "console-task.png")
    desk.goto(f"{road.platform.base}/#member={guide}&with={customer}&panel=sidebar&customer={customer}&peer={guide}")
    desk.wait_for_timeout(3000)
    desk.screenshot(path=folder / "simulator.png")
    for name, path in (("sidebar", "/sidebar/"), ("board", "/sidebar/board?level=guide&period=day")):
        page = road.webview(guide, path, external_userid=customer if name == "sidebar" else "")
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / f"{name}.png")


def walk(simulator: str, product: str, pictures: str = "") -> int:
    """Exit code 0 when every step was right."""
    began = time.monotonic()
    with road(simulator, product) as going:
        for number, title, step in STEPS:
            started = time.monotonic()
            try:
                seen = step(going)
            except (WrongStep, BrowserError, AssertionError, StopIteration) as wrong:
                print(f"✗ {number} {title}：{str(wrong)[:600]}\n  页面截图：{picture_of_failure(going)}", flush=True)
                return 1
            print(f"✓ {number} {title}  {time.monotonic() - started:.2f} s   {seen}", flush=True)
        if pictures:
            take_pictures(going, Path(pictures))
        unknown = going.platform.get("unknown")["unknown"]
    if unknown:
        print(f"✗ 模拟器收到了它不认识的路径：{unknown}", flush=True)
        return 1
    print(f"全部 {len(STEPS)} 步完成，{time.monotonic() - began:.0f} 秒", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(walk(*sys.argv[1:]))
