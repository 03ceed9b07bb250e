"""The content editor in a real browser: variants as tabs, names in the preview, words checked live, a file with its progress."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from content_library.word_actions import seed_words
from foundation.db import transaction
from org.models import Staff
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#c22f2f").save(out, "PNG")
    return out.getvalue()


def test_a_variant_is_written_previewed_and_its_loud_word_confirmed(console: Console, people: dict[str, Staff]) -> None:
    with transaction() as session:
        seed_words(session, people["hq_wangmin"])
    page = console.page
    console.open("/hq/content/new")
    page.get_by_label("标题").fill("降温了")
    page.get_by_label("第 1 条").fill("{客户称呼}，明天降温")
    expect(page.locator("#preview")).to_have_text("陈女士，明天降温")
    page.get_by_role("button", name="没有称呼").click()
    expect(page.locator("#preview")).to_have_text("明天降温")
    page.get_by_role("button", name="换个人设或阶段的说法").click()
    page.get_by_label("对哪个阶段的客户").select_option("休眠期")
    expect(page.get_by_role("tab", name="休眠期")).to_be_visible()
    page.get_by_role("tabpanel", name="休眠期").get_by_label("第 1 条").fill("好久不见，")
    page.get_by_role("button", name="插入门店").click()
    page.get_by_role("tabpanel", name="休眠期").get_by_label("第 1 条").press_sequentially("上了史上最强的新款")
    expect(page.locator("#preview")).to_have_text("好久不见，徐家汇店上了史上最强的新款")
    expect(page.locator("#word-check")).to_contain_text("会拦住发布")
    page.get_by_role("tab", name="通用").click()
    expect(page.locator("#preview")).to_have_text("明天降温")
    page.get_by_label("照样发布的理由").fill("内部测试用语")
    page.get_by_role("button", name="保存并发布").click()
    expect(page.get_by_text("已发布，导购现在就能搜到")).to_be_visible()
    page.get_by_role("tab", name="休眠期").click()
    expect(page.get_by_text("好久不见，徐家汇店上了史上最强的新款")).to_be_visible()
    assert console.complaints == []


def test_a_picture_is_sent_with_progress_refused_or_shown(console: Console) -> None:
    page = console.page
    console.open("/hq/content/new?kind=image")
    page.get_by_label("标题").fill("橱窗")
    chooser = page.locator('[data-upload] input[type="file"]')
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("这不是照片")).to_be_visible()
    chooser.set_input_files({"name": "橱窗 1.png", "mimeType": "image/png", "buffer": _picture()})
    expect(page.locator("[data-name]")).to_contain_text("橱窗 1.png")
    expect(page.get_by_text("这不是照片")).to_be_hidden()
    expect(page.locator("#preview img")).to_have_js_property("naturalWidth", 400)
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    expect(page.locator(".phone img")).to_have_js_property("naturalWidth", 400)
    # A refused upload is a 422 the browser notes by itself.
    assert [line for line in console.complaints if "422" not in line] == []


def test_ticked_items_are_taken_down_and_the_slip_undone(console: Console) -> None:
    page = console.page
    console.open("/hq/content")
    page.get_by_label("选中《尺码不合适怎么换》").check()
    expect(page.get_by_text("已选 1 条")).to_be_visible()
    page.get_by_role("button", name="批量下架").click()
    expect(page.get_by_text("下架了 1 条")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("1 条恢复原样")).to_be_visible()
    assert console.complaints == []
