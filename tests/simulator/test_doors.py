"""The platform's own pages and a member's webview: the addresses, codes and pages they take; late welcomes, the clock's ends."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.simulator.bridge_page import URL, Page
from tests.simulator.platform import AGENTID, CORPID

PRODUCT = "http://127.0.0.1:8000"
BROKEN = [
    "http://[::1",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:8000\\@evil.example/",
    "http://user@127.0.0.1:8000/",
    "http:///x",
]


@pytest.fixture
def port(platform) -> int:
    return int(platform.base.rpartition(":")[2])


def authorize(platform, page="/connect/oauth2/authorize", **args):
    query = {"appid": CORPID, "agentid": AGENTID, "redirect_uri": f"{PRODUCT}/in", "as": "lixiaomei", **args}
    return platform.http.get(f"{platform.base}{page}", params=query, timeout=60, allow_redirects=False)


@pytest.mark.parametrize("page", ["/connect/oauth2/authorize", "/wwlogin/sso/login"])
@pytest.mark.parametrize("target", [*BROKEN, "http://nobody.webview.localhost:PORT/", "http://lixiaomei.webview.localhost:4444/"])
def test_an_address_that_is_not_the_apps_is_refused(platform, port, page, target):
    answer = authorize(platform, page, redirect_uri=target.replace("PORT", str(port)))
    assert (answer.status_code, "50001" in answer.text) == (200, True)


def test_the_webview_of_a_member_on_this_port_is_the_apps(platform, port):
    answer = authorize(platform, redirect_uri=f"http://LiXiaomei.webview.localhost:{port}/in?a=1")
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "<b>"},
        {"state": "a_b-c"},
        {"state": "x" * 129},
        {"state": "长"},
        {"scope": "snsapi_login"},
        {"scope": ""},
        {"response_type": "token"},
    ],
)
def test_what_the_document_does_not_allow_is_refused(platform, wrong):
    answer = authorize(platform, **wrong)
    assert (answer.status_code, "无法打开此页面" in answer.text) == (200, True)


def test_what_it_allows_goes_through(platform):
    for args in ({}, {"state": "x" * 128}, {"scope": "snsapi_privateinfo", "response_type": "code", "state": "Az09"}):
        answer = authorize(platform, **args)
        assert parse_qs(urlsplit(answer.headers["Location"]).query).keys() >= {"code"}


def webview(platform, port, method, path, **options):
    headers = {"Host": f"lixiaomei.webview.localhost:{port}", **options.pop("headers", {})}
    return requests.request(method, f"{platform.base}{path}", headers=headers, timeout=60, allow_redirects=False, **options)


@pytest.mark.parametrize(
    "query",
    [
        "url=javascript:alert(1)",
        "url=data:text/html,x",
        "url=http://[::1",
        "url=http://a:99999/",
        "url=http://a%0d%0aX-Y:%201",
        "path=//evil.example/",
        "path=/%5Cevil.example",
        "path=%5C%5Cevil.example",
        "path=sidebar",
        "path=/a%0d%0ab",
        "url=http://a%5Cb/",
    ],
)
def test_a_webview_opens_paths_and_web_addresses_only(platform, port, query):
    answer = webview(platform, port, "GET", f"/__webview__/open?{query}")
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)
    assert "for example" in answer.json()["error"]


def test_a_webview_opens_the_product_and_the_web(platform, port):
    for query, target in (
        ("path=/sidebar/", "/sidebar/?__webview_tab="),
        (f"url={PRODUCT}/a?b=1", "/a?b=1&__webview_tab="),
        ("url=https://www.example.com/x?y", "https://www.example.com/x?y"),
    ):
        answer = webview(platform, port, "GET", f"/__webview__/open?{query}")
        assert answer.headers["Location"].startswith(target), query


def test_silent_login_with_a_broken_address_is_a_page(platform, port):
    for target in BROKEN:
        query = {"appid": CORPID, "agentid": AGENTID, "redirect_uri": target}
        answer = webview(platform, port, "GET", "/__webview__/authorize", params=query)
        assert (answer.status_code, "Location" in answer.headers) == (200, False), target


def test_a_page_can_only_say_its_own_address(platform, port):
    own = f"http://lixiaomei.webview.localhost:{port}"

    def said(url, **headers):
        call = {"name": "getNetworkType", "params": {}, "url": url, "tab": ""}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = webview(platform, port, "POST", "/__webview__/bridge", data=json.dumps(call), headers=named)
        return answer.json()["err_msg"].partition(":")[2]

    assert said(f"{PRODUCT}/other") != "fail_invalid url"
    assert said(f"{own}/sidebar/?a=1", Origin=own, Referer=f"{own}/sidebar/?a=1") != "fail_invalid url"
    for url in (f"{PRODUCT}/other", "http://sub.127.0.0.1:8000/sidebar/", "nothing", f"{own}/sidebar/x"):
        assert said(url, Origin=own, Referer=f"{own}/sidebar/") == "fail_invalid url", url
    assert said(f"{own}/sidebar/", Origin=own) == "fail_invalid url"


@pytest.fixture
def page(platform):
    return Page(platform)


def test_agent_config_says_which_calls_the_client_has(page):
    answer = page.config(["getContext", "navigateToAddCustomer", "chooseImage", "noSuchCall"])
    assert answer["checkResult"] == {
        "getContext": True, "navigateToAddCustomer": True, "chooseImage": False, "noSuchCall": False,
    }  # fmt: skip
    page.platform.control("client", userid="lixiaomei", version="3.0.30")
    assert page.config(["navigateToAddCustomer"])["checkResult"] == {"navigateToAddCustomer": False}


def test_a_pages_configuration_lives_as_long_as_a_ticket(page):
    page.config(["getContext"])
    page.platform.control("clock", advance=7100)
    assert page.said("getContext") == "ok"
    page.platform.control("clock", advance=200)
    assert page.said("getContext") == "fail_invalid signature"


def test_an_invoice_ticket_signs_no_page(page):
    ticket = page.platform.get("ticket/get", type="wx_card")["ticket"]
    assert page.config(["getContext"], ticket=ticket)["err_code"] == 40093


def test_a_page_at_no_address_is_refused(page):
    page.config(["getContext"])
    assert page.call("getContext", url="http://[::1")["err_msg"] == "getContext:fail_invalid signature"
    assert page.config(["getContext"], url="http://[::1")["err_code"] == 80001
    assert page.config(["getContext"], url=URL, agentid="9" * 5000)["err_code"] == 40056


@pytest.mark.parametrize("writer", ["customer_sends", "member_sends"])
def test_no_welcome_once_they_have_talked(platform, writer):
    added = platform.do("customer_scans", userid="lixiaomei", customer={"name": "急性子"})
    pair = {"userid": "lixiaomei", "external_userid": added["external_userid"]}
    platform.do(writer, **pair, content="在吗")
    welcome = {"welcome_code": added["welcome_code"], "text": {"content": "欢迎"}}
    assert platform.post("externalcontact/send_welcome_msg", **welcome)["errcode"] == 41051
    # What they said before she left counts no more
    platform.do("customer_deletes", **pair)
    again = platform.do("customer_scans", **pair)
    assert (
        platform.post("externalcontact/send_welcome_msg", **(welcome | {"welcome_code": again["welcome_code"]}))["errcode"] == 0
    )


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:abc/", "http:///x", "http://127.0.0.1:99999/", "ftp://a/"])
def test_a_file_at_no_address_is_not_fetched(platform, url):
    asked = {"scene": 1, "type": "file", "filename": "a.pdf", "url": url, "md5": "0" * 32}
    assert platform.post("media/upload_by_url", **asked)["errcode"] == 40094


def test_a_file_at_an_address_nobody_can_ask_for_fails_and_says_so(platform, app_receiver):
    asked = {"scene": 1, "type": "file", "filename": "a.pdf", "url": f"{platform.base}/有", "md5": "0" * 32}
    jobid = platform.post("media/upload_by_url", **asked)["jobid"]
    for _ in range(50):
        result = platform.post("media/get_upload_by_url_result", jobid=jobid)
        if result["status"] == 3:
            break
    assert result["detail"]["errcode"] == 830003
    platform.settle()
    assert app_receiver.events()[-1]["Event"] == "upload_media_job_finish"


def test_the_clock_stays_between_1970_and_2100(platform):
    for _ in range(20):
        answer = platform.ask("clock", advance=3650 * 86400)
        if answer.status_code == 400:
            break
    assert "from 1970 to 2100" in answer.json()["error"]
    platform.forget_tokens()
    assert platform.get("agent/list")["errcode"] == 0
    platform.control("reset", brand="sample")
    for _ in range(8):
        answer = platform.ask("clock", advance=-3650 * 86400)
    assert answer.status_code == 400
    platform.forget_tokens()
    assert platform.get("agent/list")["errcode"] == 0
    assert platform.control("clock", to="22:30")["now"] > 0
