"""What the steps of the walk share: the platform, a real browser, people with pages of their own, and a stopwatch."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from demo.platform import Platform
from foundation import clock
from supervisor.browser import ARGUMENTS, browser_environment, ensure_browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
SLOW_MS = 15_000


class WrongStep(Exception):
    """A step that did not end as it must; the text says what was seen instead."""


@dataclass
class Road:
    """The walk's state: facts one step leaves for the next."""

    platform: Platform
    product: str
    browser: Browser
    facts: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    began_on: date = field(default_factory=clock.today)

    def until(self, what: str, look: Callable[[], Any], seconds: float = 20) -> Any:
        """Look again and again until something true is seen; raises WrongStep when time is over."""
        end = time.monotonic() + seconds
        while not (seen := look()):
            if time.monotonic() > end:
                raise WrongStep(f"{seconds:.0f} 秒内没有等到：{what}")
            time.sleep(0.05)
        return seen

    def phone(self, userid: str) -> Page:
        """A member's WeCom webview on a phone; one context each, as each has her own phone."""
        return self._page(userid, PHONE)

    def desk(self) -> Page:
        """Headquarters' desktop browser."""
        return self._page("desk", DESK)

    def _page(self, name: str, size: dict[str, int]) -> Page:
        if name not in self.pages:
            context: BrowserContext = self.browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
            context.set_default_timeout(SLOW_MS)
            self.pages[name] = context.new_page()
        return self.pages[name]

    def webview(self, userid: str, path: str, *, external_userid: str = "") -> Page:
        """Open an address of the product inside a member's WeCom: from the chat's toolbar when a customer is given."""
        parts = urlsplit(self.platform.base)
        entry = f"entry=single_chat_tools&external_userid={external_userid}" if external_userid else "entry=normal"
        page = self.phone(userid)
        page.goto(f"{parts.scheme}://{userid}.webview.localhost:{parts.port}/__webview__/open?{entry}&path={path}")
        return page

    def cards(self, userid: str) -> list[dict[str, Any]]:
        """The template cards a member received, oldest first."""
        return [message for message in self.platform.inbox(userid) if message["msgtype"] == "template_card"]


def card_text(message: dict[str, Any]) -> str:
    """All words of a card, for looking something up in it."""
    return str(message["body"])


@contextmanager
def road(simulator: str, product: str) -> Iterator[Road]:
    """A browser and the platform for one walk."""
    expect.set_options(timeout=SLOW_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=ensure_browser(), args=list(ARGUMENTS), env=browser_environment())
        yield Road(Platform(simulator), product, browser)
        browser.close()
