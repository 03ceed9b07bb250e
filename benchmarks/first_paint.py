"""The sidebar's customer page on a poor phone: Chromium with a CPU four times slower and DevTools' fast 3G, nothing cached."""

from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import text

from benchmarks.bulk import fill_customers, fill_organisation
from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import HOST, stage
from benchmarks.visitor import session_cookie
from content_library.starter_library import seed_content
from foundation import clock
from foundation.db import transaction
from org.queries import find_staff
from supervisor.browser import ARGUMENTS, browser_environment, ensure_browser

GUIDES, CUSTOMERS = 40, 4_000
# DevTools' own "Fast 3G": 1.6 Mbit/s less a tenth down, 750 kbit/s less a tenth up, 150 ms times 3.75.
FAST_3G = {
    "offline": False, "latency": 562.5, "downloadThroughput": 1.6 * 1024 * 1024 / 8 * 0.9,
    "uploadThroughput": 750 * 1024 / 8 * 0.9,
}  # fmt: skip
WECOM = (
    "Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.86 "
    "Mobile Safari/537.36 wxwork/4.1.36 MicroMessenger/7.0.1 NetType/4G Language/zh"
)
# The page asks for its second part (tags she uses, posts, timeline) by itself, which replaces who asked.
SECOND_PART = "#moments [hx-get$='/more']"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def _load(browser: Browser, address: str, cookie: str) -> tuple[float, float]:
    """Milliseconds to the first contentful paint, and kilobytes that came over the wire until the page was quiet."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, user_agent=WECOM, locale="zh-CN")
    context.add_cookies([{"name": "guidedesk", "value": cookie, "url": address}])
    page = context.new_page()
    wire, came = context.new_cdp_session(page), 0.0

    def finished(event: dict[str, Any]) -> None:
        nonlocal came
        came += float(event["encodedDataLength"])

    wire.on("Network.loadingFinished", finished)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.emulateNetworkConditions", FAST_3G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    answer = page.goto(address, wait_until="load")
    page.locator(SECOND_PART).wait_for(state="detached")
    if answer is None or answer.status != 200 or not page.locator("#to-say .item").count():
        raise WrongAnswer(f"{address}: {answer and answer.status}, or no suggestion on it")
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted, came / 1024


def run(size: Size) -> list[Figure]:
    """sidebar.first_paint and sidebar.transferred."""
    with stage("paint") as built:
        fill_organisation(GUIDES, clock.now())
        fill_customers(CUSTOMERS, GUIDES, clock.now())
        with transaction() as session:
            operator, guide = find_staff(session, "hq"), find_staff(session, "guide1")
            if operator is None or guide is None:
                raise WrongAnswer("no hq or guide1")
            seed_content(session, operator)
            hers = session.scalar(text("SELECT external_userid FROM customer WHERE owner_id = :id LIMIT 1"), {"id": guide.id})
        built.web(workers=1)
        address, cookie = f"http://{HOST}:{built.port}/sidebar/customers/{hers}", session_cookie(guide.id, guide.epoch)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=ensure_browser(), args=list(ARGUMENTS), env=browser_environment()
            )
            _load(browser, address, cookie)
            loads = [_load(browser, address, cookie) for _ in range(size.rounds)]
            browser.close()
    painted, came = median(load[0] for load in loads), max(load[1] for load in loads)
    spread = f"{min(load[0] for load in loads):.0f}..{max(load[0] for load in loads):.0f} ms in {len(loads)} cold loads"
    note = f"360x740, CPU / 4, fast 3G with 562 ms latency, nothing cached; {spread}"
    return [
        Figure("sidebar.first_paint", painted, "ms", "< 1000 ms", painted < 1000, note=note),
        Figure("sidebar.transferred", came, "KB", "< 250 KB gzipped", came < 250, note="page, scripts, what it loads at once"),
    ]
