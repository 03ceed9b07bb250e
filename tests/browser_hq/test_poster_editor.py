"""The poster editor in a real browser: a template copied, words changed, a box dragged, undone, kept."""

import io
import os

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from content_library.models import ItemVersion
from foundation.db import transaction
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser


def _newest() -> ItemVersion:
    with transaction() as session:
        return session.query(ItemVersion).order_by(ItemVersion.id.desc()).first()  # type: ignore[return-value]


def _shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _drag(page: Page, part: Locator, dx: float, dy: float) -> None:
    box = part.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def test_a_poster_is_made_from_another_dragged_undone_and_kept(console: Console) -> None:
    page = console.page
    console.open("/hq/posters")
    _shot(page, "posters_wall")
    page.get_by_role("link", name="照它新建").first.click()
    expect(page.locator("[data-state]")).to_contain_text("成品约")
    page.get_by_label("标题", exact=True).fill("双旦海报")
    words = page.locator('[data-path="texts.0"]')
    words.click()
    expect(page.locator("[data-field-title]")).to_have_text("文字")
    _shot(page, "poster_editor")
    before = page.get_by_label("上", exact=True).input_value()
    _drag(page, words, 0, 60)
    after = page.get_by_label("上", exact=True).input_value()
    assert int(after) > int(before)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("上", exact=True)).to_have_value(before)
    page.get_by_role("button", name="重做").click()
    expect(page.get_by_label("上", exact=True)).to_have_value(after)
    words.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("上", exact=True)).to_have_value(str(int(after) + 1))
    page.get_by_label("文字", exact=True).fill("年末见面，给您留了位置")
    page.get_by_role("button", name="插入导购").click()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    kept = _newest()
    assert kept.title == "双旦海报"
    assert kept.body["texts"][0]["text"].endswith("位置{导购}")
    assert kept.body["texts"][0]["y"] == int(after) + 1
    assert console.complaints == []


def test_what_does_not_fit_is_told_where_it_is(console: Console) -> None:
    page = console.page
    console.open("/hq/posters/new")
    expect(page.get_by_text("遇到很长的姓名或门店会被截断").first).to_be_visible()
    page.locator('[data-path="texts.0"]').click()
    page.get_by_label("字号", exact=True).fill("900")
    expect(page.locator('[data-problem="size"]')).to_have_text("不能大于 200")
    _shot(page, "poster_problem")
    page.get_by_label("标题", exact=True).fill("字太大")
    console.complaints.clear()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("文字 1的大小：不能大于 200")).to_be_visible()
    expect(page.get_by_label("标题", exact=True)).to_have_value("字太大")
    page.locator('[data-path="texts.0"]').click()
    page.get_by_label("字号", exact=True).fill("60")
    expect(page.locator("[data-state]")).to_contain_text("成品约")


def test_pictures_are_uploaded_and_stand_on_the_poster(console: Console) -> None:
    page, out = console.page, io.BytesIO()
    Image.new("RGB", (600, 400), "#2f5d8a").save(out, "PNG")
    console.open("/hq/posters/new")
    page.locator("[data-add-picture]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(page.locator('[data-path="pictures.0"]')).to_be_visible()
    expect(page.locator("[data-state]")).to_contain_text("成品约")
    page.get_by_label("标题", exact=True).fill("带图")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    assert _newest().body["pictures"][0]["w"] == 420
    assert console.complaints == []


@pytest.mark.parametrize("path", ["/hq/posters", "/hq/posters/new", "/hq/posters/3/ahead"])
def test_the_posters_fit_a_phone(console: Console, path: str) -> None:
    console.page.set_viewport_size({"width": 360, "height": 740})
    console.open(path)
    console.page.wait_for_load_state("networkidle")
    _shot(console.page, "phone" + path.replace("/", "_"))
    assert console.width_beyond_screen() <= 0
    assert console.complaints == []
