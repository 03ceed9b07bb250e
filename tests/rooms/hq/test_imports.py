"""Importing through the console's front door: upload, columns, check, run, problems; headquarters only."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

from api.openapi import document
from customers.import_models import CustomerImport, ImportStatus
from customers.import_rules import KINDS
from foundation.blobs import blob_path
from foundation.db import transaction
from jobs.import_jobs import work_imports
from org.models import Staff
from tests.builders.customers import find_customer, make_customer
from tests.builders.sop import Brand
from tests.rooms.hq.conftest import Browser

SignIn = Callable[[Staff], Browser]


def upload(browser: Browser, content: bytes, name: str = "members.csv", kind: str = "members", once: str = "a"):  # type: ignore[no-untyped-def]
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.client.get("/hq/imports").text)
    assert token
    headers = {"X-CSRFToken": token.group(1), "X-File-Name": name, "Accept": "application/json"}
    path = f"/hq/imports/file?kind={kind}&once={once}"
    return browser.client.post(path, data=content, headers=headers, content_type="application/octet-stream")


def test_a_file_walks_from_upload_to_report(brand: Brand, sign_in: SignIn) -> None:
    with transaction() as session:
        make_customer(session, "wm1").member_no = "M1"
    browser = sign_in(brand.headquarters)
    address = upload(
        browser, "会员卡号,出生日期,所在城市,备注\nM1,1990/3/5,苏州市,x\nM2,1990/3/5,苏州市,=1+1\n".encode("gb18030")
    ).json["url"]
    page = browser.get(address)
    assert "GB18030" in page
    assert page.count("selected") == 3
    form = {"heading": ["会员卡号", "出生日期", "所在城市", "备注"], "field": ["member_no", "birthday", "city", ""]}
    wrong = browser.post(address, **{**form, "field": ["", "birthday", "city", ""]})
    assert wrong.status_code == 422
    assert "用来认出客户" in wrong.text
    doubled = browser.post(address, **{**form, "field": ["member_no", "birthday", "member_no", ""]})
    assert doubled.status_code == 422
    assert browser.post(address, **form).status_code == 302
    run = address.removesuffix("/columns")
    assert "正在检查" in browser.get(run)
    assert "data-polls" in browser.get(run)
    work_imports()
    page = browser.get(run)
    assert "还什么都没改" in page
    assert "没有找到这位客户" in page
    assert browser.post(f"{run}/run").status_code == 302
    work_imports()
    assert "导入完成" in browser.get(run)
    found = browser.client.get(f"{run}/problems.csv")
    assert found.text.startswith("\ufeff行号")
    with transaction() as session:
        assert find_customer(session, "wm1").city == "苏州"  # type: ignore[union-attr]
    assert "members.csv" in browser.get("/hq/imports")


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The app behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def send(port: int, browser: Browser | None, content: bytes, declared: int | None = None) -> tuple[int, str]:
    """What an upload over HTTP is answered; `declared` says more bytes than are sent."""
    headers = {
        "Content-Type": "application/octet-stream", "Accept": "application/json", "X-File-Name": "members.csv",
        "Content-Length": str(declared or len(content)),
    }  # fmt: skip
    if browser is not None:
        token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/hq/board"))
        cookie = browser.client.get_cookie("guidedesk")
        assert token
        assert cookie
        headers |= {"X-CSRFToken": token.group(1), "Cookie": f"guidedesk={cookie.value}"}
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    call.request("POST", "/hq/imports/file?kind=members&once=big", body=content, headers=headers)
    answer = call.getresponse()
    told = json.loads(answer.read())
    call.close()
    return answer.status, told.get("url") or told["message"]


def test_a_file_larger_than_a_form_may_be_comes_in(brand: Brand, sign_in: SignIn, port: int) -> None:
    row = b"M1," + b"x" * 100 + b"\n"
    status, address = send(port, sign_in(brand.headquarters), b"member_no,note\n" + row * (26 * 1024 * 1024 // len(row)))
    assert (status, address) == (200, "/hq/imports/1/columns")
    with transaction() as session:
        assert blob_path(session.query(CustomerImport).one().blob_key).stat().st_size > 25 * 1024 * 1024


def test_a_file_beyond_what_the_page_says_is_refused_with_that_number(brand: Brand, sign_in: SignIn, port: int) -> None:
    told = send(port, sign_in(brand.headquarters), b"a,b\n", declared=300 * 1024 * 1024 + 1)
    assert told == (413, "文件太大，最多 300 MB")


def test_who_may_not_import_sends_no_large_file(brand: Brand, sign_in: SignIn, port: int) -> None:
    size = 100 * 1024 * 1024
    assert send(port, None, b"a,b\n", declared=size)[0] == 401
    assert send(port, sign_in(brand.manager), b"a,b\n", declared=size)[0] == 403
    # A form is no file: the usual limit holds, whoever sends it.
    form = sign_in(brand.headquarters).client.post(
        "/hq/imports/file", data=b"x" * (21 * 1024 * 1024), content_type="multipart/form-data; boundary=x"
    )
    assert form.status_code == 413


def test_what_would_be_written_over_is_shown_and_can_be_taken_away_first(brand: Brand, sign_in: SignIn) -> None:
    with transaction() as session:
        customer = make_customer(session, "wm1")
        customer.member_no, customer.phone = "M1", "13800138001"
    browser = sign_in(brand.headquarters)
    address = upload(browser, "会员号,手机号\nM1,13900139001\n".encode()).json["url"]
    browser.post(address, heading=["会员号", "手机号"], field=["member_no", "phone"])  # type: ignore[arg-type]
    work_imports()
    run = address.removesuffix("/columns")
    page = browser.get(run)
    assert "将更改 1 位客户的手机号，例如 138****8001 → 139****9001" in page
    assert "导入后不能撤回" in page
    originals = browser.get(f"{run}/originals.csv")
    assert originals == "\ufeff外部联系人ID,会员号,手机号,生日,省份,城市\r\nwm1,M1,13800138001,,,\r\n"
    assert "下载导入前的原值" in browser.get("/hq/audit")
    assert sign_in(brand.manager).status(f"{run}/originals.csv") == 403


def test_what_cannot_be_taken_is_said(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    refused = upload(browser, b"", "a.csv")
    assert (refused.status_code, refused.json["message"]) == (422, "文件是空的，请重新选择")
    assert upload(browser, b"x", "a.exe", once="b").status_code == 422
    assert upload(browser, b"a,b\n1,2\n", "a.csv", kind="nothing", once="c").status_code == 422
    assert upload(browser, b"a\n1\n", "a.csv", once="d").json["url"] == upload(browser, b"a\n1\n", "a.csv", once="d").json["url"]


def test_two_files_sent_without_a_key_are_two_imports(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    first = upload(browser, "会员号,城市\nM1,苏州\n".encode(), once="").json["url"]
    assert upload(browser, "会员号,城市\nM9,北京\n".encode(), "second.csv", once="").json["url"] != first


def test_only_headquarters_comes_in(brand: Brand, sign_in: SignIn) -> None:
    for staff in (brand.east, brand.manager):
        assert sign_in(staff).status("/hq/imports") == 403
        assert sign_in(staff).status("/hq/open-api") == 403


def test_templates_hold_the_headings_that_are_guessed(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    for kind in KINDS:
        template = browser.client.get(f"/hq/imports/template/{kind}.csv").data
        page = browser.get(upload(browser, template, kind=kind, once=kind).json["url"])
        assert "不导入" in page
        assert page.count(" selected") == page.count('name="heading"'), kind


def test_an_import_can_be_stopped(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    address = upload(browser, "会员号,城市\nM1,上海\n".encode()).json["url"]
    browser.post(address, heading=["会员号", "城市"], field=["member_no", "city"])  # type: ignore[arg-type]
    assert browser.post(address.removesuffix("/columns") + "/cancel").status_code == 302
    with transaction() as session:
        assert session.query(CustomerImport).one().status == ImportStatus.CANCELLED


def test_a_key_is_shown_once_and_closed(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    assert browser.post("/hq/open-api/keys", name="", scopes="x").status_code == 422
    page = browser.post("/hq/open-api/keys", name="会员系统", scopes="members").text
    secret = re.search(r'id="secret">([\w-]{40,})<', page)
    assert secret
    assert secret.group(1) not in browser.get("/hq/open-api")
    assert "会员系统" in browser.get("/hq/open-api")
    assert browser.post("/hq/open-api/keys/1/disable").status_code == 302
    assert "停用</span>" in browser.get("/hq/open-api")


def test_the_contract_is_a_page_to_read(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    assert "/hq/open-api/reference" in browser.get("/hq/open-api")
    page = browser.get("/hq/open-api/reference")
    contract = document()
    for path, methods in contract["paths"].items():
        assert path in page
        assert all(one["summary"] in page for one in methods.values())
    for words in (
        "orders[].goods[].name", "results[].message", "写订单（orders）", "customer.erased", "hmac.new(", "request_id",
        "stage.changed", 'href="/api/v1/openapi.json" download', "实付金额，单位分",
    ):  # fmt: skip
        assert words in page, words
    assert sign_in(brand.east).status("/hq/open-api/reference") == 403


def test_an_address_is_kept_changed_and_tried(brand: Brand, sign_in: SignIn) -> None:
    browser = sign_in(brand.headquarters)
    wrong = browser.post("/hq/open-api/webhooks/new", name="CRM", url="http://10.0.0.1/", kinds="tags.changed")
    assert wrong.status_code == 422
    assert "只能用 https" in wrong.text
    form = browser.get("/hq/open-api/webhooks/new")
    assert re.search(r'type="checkbox" checked disabled>.{0,80}客户要求删除资料.{0,160}不能取消', form)
    assert '<input type="hidden" name="kinds" value="customer.erased">' in form
    made = browser.post("/hq/open-api/webhooks/new", name="CRM", url="https://crm.example.com/hook", kinds="tags.changed")
    assert 'id="secret"' in made.text
    page = browser.get("/hq/open-api/webhooks/1/edit")
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    changed = browser.post(
        "/hq/open-api/webhooks/1/edit", name="CRM2", url="https://crm.example.com/hook", kinds="tags.changed", seen=seen.group(1)
    )
    assert changed.status_code == 302
    late = browser.post(
        "/hq/open-api/webhooks/1/edit", name="CRM3", url="https://crm.example.com/hook", kinds="tags.changed", seen=seen.group(1)
    )
    assert late.status_code == 409
    assert "有人刚刚改成了：「CRM2」" in late.text
    browser.post("/hq/open-api/webhooks/1/ping")
    assert "测试" in browser.get("/hq/open-api/webhooks/1")
    browser.post("/hq/open-api/webhooks/1/switch", on="no")
    assert "没有送达" in browser.get("/hq/open-api/webhooks/1?status=dead")
    browser.post("/hq/open-api/webhooks/1/replay")
    assert "已停用" in browser.get("/hq/open-api/webhooks/1")
    assert browser.status("/hq/open-api/webhooks/9") == 404
