"""The welcome's editor and the polls of a task, in a real browser."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from foundation import clock
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser
FIVE_MINUTES = 300_000


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#c22f2f").save(out, "PNG")
    return out.getvalue()


def test_words_and_picture_of_the_welcome_are_previewed_counted_and_kept(console: Console) -> None:
    page = console.page
    console.open("/hq/welcome")
    expect(page.locator("#preview")).to_contain_text("您好，我是徐家汇店的导购李小美")
    usual = page.locator("#preview-picture").get_attribute("src")
    page.get_by_label("说什么").fill("欢迎光临，我是")
    page.get_by_role("button", name="插入导购").click()
    expect(page.locator("#preview")).to_have_text("欢迎光临，我是李小美")
    expect(page.locator("#bytes")).to_have_text("29")
    page.get_by_label("换一张图片").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("这不是能打开的图片")).to_be_visible()
    page.get_by_label("换一张图片").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": _picture()})
    expect(page.get_by_text("这不是能打开的图片")).to_be_hidden()
    expect(page.locator("#preview-picture")).not_to_have_attribute("src", str(usual))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("欢迎语已保存")).to_be_visible()
    expect(page.locator("#preview-picture")).to_have_js_property("naturalWidth", 400)
    assert console.complaints == []


@pytest.mark.parametrize("path", ["/hq/welcome", "/hq/codes", "/hq/content/1/edit", "/hq/customers/wm0001"])
def test_the_new_parts_fit_a_phone(console: Console, path: str) -> None:
    console.page.set_viewport_size({"width": 360, "height": 740})
    console.open(path)
    for part in console.page.locator("details.tag-picker > summary").all():
        part.click()
    assert console.width_beyond_screen() <= 0
    assert console.complaints == []


COUNTING = """window.polls = 0;
document.addEventListener('poll', event => { if (event.target.id === 'progress') { window.polls += 1; } }, true);"""


def test_a_task_is_asked_for_while_it_is_looked_at_and_less_often_after_five_minutes(console: Console) -> None:
    page = console.page

    def polls_in(milliseconds: int) -> int:
        before = page.evaluate("window.polls")
        page.clock.run_for(milliseconds)
        return int(page.evaluate("window.polls")) - int(before)

    began = clock.now()
    page.clock.install(time=began)
    console.open("/hq/tasks/1")
    page.evaluate(COUNTING)
    # From here the page's time passes only when it is told to, however slow this machine is.
    page.clock.pause_at(began + timedelta(minutes=1))
    assert polls_in(20_000) in (9, 10)
    page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    assert polls_in(20_000) == 0
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert polls_in(20_000) in (9, 10)
    page.clock.fast_forward(FIVE_MINUTES)
    polls_in(3_000)
    assert polls_in(20_000) == 4
