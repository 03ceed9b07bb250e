"""Steps 1 and 2: a customer adds a guide and is welcomed; the guide tags her and sends words and a poster from the sidebar."""

import time

from playwright.sync_api import Page, expect

from demo.seed import CHANNEL_TAG, verify_callbacks
from demo.walk.road import Road, WrongStep

GUIDE, GUIDE_NAME, STORE = "lixiaomei", "李小美", "徐家汇"


def address_is_verified(road: Road) -> str:
    slowest = verify_callbacks(road.platform, road.product)
    if slowest > 1000:
        raise WrongStep(f"验证用了 {slowest:.0f} ms，平台只等 1 秒")
    return f"两个回调地址，最慢 {slowest:.0f} ms"


def customer_scans_and_is_welcomed(road: Road) -> str:
    ways = road.platform.get("contact_ways")["contact_ways"]
    way = next(one for one in ways if one["user"] == [GUIDE])
    began = time.monotonic()
    scan = road.platform.do("customer_scans", config_id=way["config_id"], customer={"name": "陈小鱼", "gender": 2})
    road.facts["customer"] = scan["external_userid"]

    def welcome() -> list[dict[str, object]]:
        return [line for line in road.platform.chat(GUIDE, scan["external_userid"]) if line["via"] == "welcome"]

    lines = road.until("欢迎语", lambda: welcome() if len(welcome()) >= 2 else None)
    took = time.monotonic() - began
    words = str(lines)
    if GUIDE_NAME not in words or STORE not in words or not any(line["msgtype"] == "image" for line in lines):
        raise WrongStep(f"欢迎语里要有导购名字、门店和图片：{words}")
    if took > 20:
        raise WrongStep(f"欢迎语用了 {took:.1f} 秒")
    return f"欢迎语 {took:.2f} 秒到达，含名字、门店和图片"


def customer_is_known(road: Road) -> str:
    customer = road.facts["customer"]

    def tagged_on_platform() -> bool:
        contacts = road.platform.get(f"members/{GUIDE}")["contacts"]
        return any(one["external_userid"] == customer and CHANNEL_TAG in one["tag_names"] for one in contacts)

    road.until("渠道标签写回企业微信", tagged_on_platform)
    page = road.webview(GUIDE, "/sidebar/", external_userid=customer)
    expect(page.get_by_role("heading", name="陈小鱼")).to_be_visible()
    expect(page.locator(".chip.on:visible", has_text=CHANNEL_TAG)).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("加为好友")
    return "客户、跟进关系、渠道标签、轨迹都在侧边栏里"


def guide_tags_in_two_taps(road: Road) -> str:
    page, customer = road.phone(GUIDE), road.facts["customer"]
    began = time.monotonic()
    page.get_by_role("button", name="全部标签").click()
    page.locator(".sheet").get_by_role("button", name="长款").click()
    page.locator(".sheet").get_by_role("button", name="完成").click()
    expect(page.locator(".chip.on:visible", has_text="长款").first).to_be_visible()
    shown = time.monotonic() - began

    def on_platform() -> bool:
        contacts = road.platform.get(f"members/{GUIDE}")["contacts"]
        return any(one["external_userid"] == customer and "长款" in one["tag_names"] for one in contacts)

    road.until("标签写回企业微信", on_platform)
    return f"本地 {shown:.2f} 秒，企业微信 {time.monotonic() - began:.2f} 秒"


def _say_it_is_a_reply(page: Page) -> None:
    """Where another member wrote to her just now the sidebar asks first: the walk answers that the customer has just written."""
    reply = page.get_by_role("button", name="是在回复客户，发送")
    if reply.is_visible():
        reply.click()


def guide_sends_a_script(road: Road) -> str:
    page, customer = road.phone(GUIDE), road.facts["customer"]
    page.get_by_role("link", name="话术").click()
    began = time.monotonic()
    page.locator("#q").fill("羽绒")
    found = page.locator("#found article").filter(has=page.locator(".bubble", has_text="羽绒")).first
    expect(page.locator("#found h2", has_text="找到")).to_be_visible()
    looked = time.monotonic() - began
    found.get_by_role("button", name="发送").click()

    def arrived() -> bool:
        _say_it_is_a_reply(page)
        return any(line["via"] == "sidebar" and "羽绒" in str(line["body"]) for line in road.platform.chat(GUIDE, customer))

    road.until("话术进入聊天", arrived)
    expect(found).to_contain_text("已发")
    return f"搜索 {looked:.2f} 秒，一点即发"


def guide_sends_her_poster(road: Road) -> str:
    page, customer = road.phone(GUIDE), road.facts["customer"]
    page.get_by_role("link", name="海报").click()
    page.locator("a.poster").first.click()
    expect(page.locator("img.full")).to_be_visible()
    began = time.monotonic()
    page.get_by_role("button", name="发送给客户").click()

    def picture() -> bool:
        _say_it_is_a_reply(page)
        return any(line["via"] == "sidebar" and line["msgtype"] == "image" for line in road.platform.chat(GUIDE, customer))

    road.until("海报进入聊天", picture)
    return f"带名字、门店和二维码的海报 {time.monotonic() - began:.2f} 秒送达"
