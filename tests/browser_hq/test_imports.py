"""A file brought in and an address told of changes, in a real browser: dropped, columns chosen, watched, downloaded."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from foundation.db import transaction
from jobs.import_jobs import work_imports
from tests.browser_hq.conftest import Console
from tests.builders.customers import find_customer, make_customer

pytestmark = pytest.mark.browser
FILE = "会员卡号,手机号码,出生日期,所在城市,备注\n" + "".join(
    f"M{number},1380013{number:04d},1990/3/{number % 28 + 1},苏州市,老客\n" for number in range(40)
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


def look(console: Console, name: str) -> None:
    """On a phone and on a desk nothing stands beyond the screen; pictures are kept where somebody wants to look at them."""
    for size in (PHONE, DESK):
        console.page.set_viewport_size(size)  # type: ignore[arg-type]
        assert console.width_beyond_screen() <= 0, f"{name} {size}"
        if folder := os.environ.get("SHOTS"):
            console.page.screenshot(path=str(Path(folder) / f"{name}-{size['width']}.png"), full_page=True)


def choose(page: Page, content: bytes) -> None:
    page.locator("#import-file").set_input_files({"name": "会员导出.csv", "mimeType": "text/csv", "buffer": content})


def test_a_file_is_brought_in(console: Console) -> None:
    with transaction() as session:
        for number in range(30):
            make_customer(session, f"wmx{number}").member_no = f"M{number}"
    page = console.page
    console.open("/hq/imports")
    look(console, "imports")
    choose(page, b"")
    expect(page.locator("#import-problem")).to_have_text("文件是空的，请重新选择")
    complaints, console.complaints[:] = list(console.complaints), []
    assert all("422" in one for one in complaints), complaints
    choose(page, FILE.encode("gb18030"))
    expect(page.get_by_role("heading", name="哪一列是什么")).to_be_visible()
    expect(page.get_by_label("「出生日期」当作")).to_have_value("birthday")
    look(console, "import-columns")
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_text("正在检查")).to_be_visible()
    look(console, "import-checking")
    work_imports()
    expect(page.get_by_role("heading", name="检查完了，还什么都没改")).to_be_visible()
    look(console, "import-checked")
    page.get_by_role("button", name="导入 30 行").click()
    expect(page.get_by_text("正在导入")).to_be_visible()
    work_imports()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    look(console, "import-done")
    with page.expect_download() as found:
        page.get_by_role("link", name="下载问题清单").click()
    assert Path(found.value.path()).read_text(encoding="utf-8-sig").startswith("行号,列")
    with transaction() as session:
        assert find_customer(session, "wmx3").city == "苏州"  # type: ignore[union-attr]
    assert console.complaints == []


def test_keys_and_addresses(console: Console) -> None:
    page = console.page
    console.open("/hq/open-api")
    page.get_by_label("给哪个系统用").fill("会员系统")
    page.get_by_label("写会员资料").check()
    page.get_by_role("button", name="新建").click()
    expect(page.locator("#secret")).to_be_visible()
    look(console, "api-secret")
    page.get_by_role("link", name="我抄好了").click()
    page.get_by_role("link", name="加一个地址").click()
    page.get_by_label("通知谁").fill("CRM")
    page.get_by_label("网址").fill("http://10.0.0.1/")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("只能用 https")).to_be_visible()
    look(console, "webhook-form")
    console.complaints.clear()
    page.get_by_label("网址").fill("https://crm.example.com/hook")
    page.get_by_label("标签变动").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="我抄好了").click()
    page.get_by_role("button", name="发一条测试").click()
    expect(page.get_by_text("1 条正在发送")).to_be_visible()
    look(console, "webhook")
    console.open("/hq/open-api")
    look(console, "open-api")
    page.get_by_role("link", name="接口文档").click()
    expect(page.get_by_role("heading", name="怎么签名")).to_be_visible()
    look(console, "api-reference")
    assert console.complaints == []
