"""The webview over plain HTTP: who the product thinks is asking, whose cookies go along, where redirects lead."""

import pytest
from flask import Flask

from tests.simulator_client.conftest import GUIDE, OTHER, Simulator

pytestmark = pytest.mark.usefixtures("product")


def test_the_product_sees_its_own_host_and_a_wecom_client(simulator: Simulator, ports: tuple[int, int]) -> None:
    headers = {
        "Origin": simulator.webview(GUIDE),
        "Referer": simulator.webview(GUIDE) + "/x",
        "Sec-Fetch-Dest": "iframe",
        "Sec-Fetch-Site": "cross-site",
    }
    answer = simulator.ask(GUIDE, "GET", f"/echo?url={simulator.webview(GUIDE)}/a&q=%E9%99%88", headers=headers)
    seen = answer.json()
    own = f"http://127.0.0.1:{ports[1]}"
    assert seen["host"] == f"127.0.0.1:{ports[1]}"
    assert "wxwork/" in seen["headers"]["User-Agent"]
    assert (seen["headers"]["Origin"], seen["headers"]["Referer"]) == (own, own + "/x")
    assert (seen["headers"]["Sec-Fetch-Dest"], seen["headers"]["Sec-Fetch-Site"]) == ("document", "none")
    assert seen["query"] == f"url={own}/a&q=%E9%99%88"
    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]


def test_two_guides_never_share_a_cookie(simulator: Simulator) -> None:
    set_answer = simulator.ask(GUIDE, "GET", "/set/who/xiaomei")
    simulator.ask(OTHER, "GET", "/set/who/zhouting")
    assert "Set-Cookie" not in set_answer.headers
    assert "who=xiaomei" in simulator.ask(GUIDE, "GET", "/echo").json()["headers"]["Cookie"]
    assert "who=zhouting" in simulator.ask(OTHER, "GET", "/echo").json()["headers"]["Cookie"]
    simulator.ask(GUIDE, "POST", "/__webview__/forget", headers={"Origin": simulator.webview(GUIDE)})
    assert "Cookie" not in simulator.ask(GUIDE, "GET", "/echo").json()["headers"]


def test_login_needs_no_page_because_the_member_is_known(simulator: Simulator) -> None:
    simulator.ask(GUIDE, "POST", "/__webview__/forget")
    path = f"/__webview__/open?entry=single_chat_tools&external_userid=wm1&path={'/sidebar/?x=1'.replace('?', '%3F')}"
    steps = []
    for _ in range(6):
        answer = simulator.ask(GUIDE, "GET", path)
        if answer.status_code != 302:
            break
        path = answer.headers["Location"]
        steps.append(path.partition("?")[0])
    assert steps == ["/sidebar/", "/__webview__/authorize", "/login/callback", "/sidebar/"]
    assert answer.status_code == 200
    assert f'<b id="who">{GUIDE}</b>' in answer.text
    head = answer.text.partition("<head>")[2]
    assert head.startswith('<script src="/__webview__/bridge.js?tab=')
    tab = head.partition("?tab=")[2].partition('"')[0]
    context = simulator.ask(GUIDE, "GET", f"/__webview__/context?tab={tab}").json()
    assert context == {"entry": "single_chat_tools", "external_userid": "wm1", "userid": GUIDE}
    assert simulator.ask(OTHER, "GET", f"/__webview__/context?tab={tab}").json() == {"entry": "normal", "userid": OTHER}


def test_the_product_never_sees_the_tab_mark(simulator: Simulator, product: Flask) -> None:
    simulator.ask(GUIDE, "GET", "/echo?__webview_tab=abc&x=1")
    assert product.extensions["seen"][-1]["path"] == "/echo?x=1"


def test_files_stream_through_and_small_forms_are_mapped(simulator: Simulator, ports: tuple[int, int]) -> None:
    blob = bytes(range(256)) * 12_000
    sent = simulator.ask(GUIDE, "POST", "/echo", data=blob, headers={"Content-Type": "image/png"}).json()
    assert sent["length"] == len(blob)
    form = simulator.ask(GUIDE, "POST", "/echo", data={"next": simulator.webview(GUIDE) + "/a"}).json()
    assert form["body"] == f"next=http%3A%2F%2F127.0.0.1%3A{ports[1]}%2Fa"


def test_server_sent_events_arrive_one_by_one(simulator: Simulator, product: Flask) -> None:
    product.extensions["first_read"].clear()
    with simulator.ask(GUIDE, "GET", "/events", stream=True) as answer:
        lines = answer.iter_lines()
        assert next(lines) == b"data: 0"
        product.extensions["first_read"].set()
        assert [line for line in lines if line] == [b"data: 1", b"data: 2"]


def test_fragments_and_foreign_callers_get_no_bridge(simulator: Simulator) -> None:
    assert simulator.ask(GUIDE, "GET", "/fragment").text == "<p>part</p>"
    call = {"name": "getContext", "params": {}, "url": "http://x/", "tab": ""}
    foreign = simulator.ask(GUIDE, "POST", "/__webview__/bridge", json=call, headers={"Origin": simulator.webview(OTHER)})
    assert foreign.status_code == 403
    assert simulator.ask(GUIDE, "POST", "/__webview__/bridge", json={"name": 1}).status_code == 400
    assert simulator.ask(GUIDE, "GET", "/__webview__/nothing").status_code == 404


def test_a_stranger_has_no_webview(simulator: Simulator) -> None:
    answer = simulator.ask("nobody", "GET", "/sidebar/")
    assert answer.status_code == 404
    assert "没有这位成员" in answer.text
