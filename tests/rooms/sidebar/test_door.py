"""Who gets in: the lock on every door, silent sign-in without loops, signatures only for our own pages."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from foundation.db import transaction
from org.models import Staff, StaffStatus
from sidebar.routes.door import OPEN
from sidebar.routes.signature import may_sign
from tests.builders.platform import errcode, scripted_platform
from tests.builders.sop import Brand
from tests.rooms.sidebar.conftest import WECOM, Phone

SignIn = Callable[[Staff], Phone]


def test_every_door_is_locked(app: Flask) -> None:
    client = app.test_client()
    doors = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("sidebar.") and rule.endpoint not in OPEN]
    assert len(doors) > 15
    for rule in doors:
        path = rule.rule.replace("<external_userid>", "wm1")
        path = re.sub(r"<int:[a-z_]+>", "1", path)
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        answer = client.open(path, method=method, headers={"User-Agent": WECOM, "Accept": "application/json"})
        assert answer.status_code in {400, 401}, f"{method} {path} let a stranger in: {answer.status_code}"


def test_a_plain_browser_is_told_to_open_wecom(app: Flask) -> None:
    answer = app.test_client().get("/sidebar/tasks", headers={"User-Agent": "Mozilla/5.0 Chrome/130"})
    assert answer.status_code == 401
    assert "请在企业微信中打开" in answer.text


def _begin(app: Flask, path: str = "/sidebar/tasks?x=1"):  # type: ignore[no-untyped-def]
    client = app.test_client()
    sent = client.get(path, headers={"User-Agent": WECOM})
    assert sent.status_code == 302
    query = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert query["scope"] == ["snsapi_base"]
    return client, query["state"][0]


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Flask, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_platform(monkeypatch) as platform:
        platform.always["auth/getuserinfo"] = {"errcode": 0, "errmsg": "ok", "userid": "g21a"}
        client, state = _begin(app)
        back = client.get(f"/sidebar/login/back?code=c1&state={state}", headers={"User-Agent": WECOM})
        assert back.headers["Location"] == "/sidebar/tasks?x=1&signed=1"
        assert client.get(back.headers["Location"], headers={"User-Agent": WECOM}).status_code == 200


def test_a_state_opens_the_door_once_and_only_in_its_own_browser(
    app: Flask, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_platform(monkeypatch) as platform:
        platform.always["auth/getuserinfo"] = {"errcode": 0, "errmsg": "ok", "userid": "g21a"}
        client, state = _begin(app)
        other = app.test_client()
        stolen = other.get(f"/sidebar/login/back?code=c1&state={state}", headers={"User-Agent": WECOM})
        assert stolen.status_code == 403
        client.get(f"/sidebar/login/back?code=c1&state={state}", headers={"User-Agent": WECOM})
        again = client.get(f"/sidebar/login/back?code=c2&state={state}", headers={"User-Agent": WECOM})
        assert again.headers["Location"] == "/sidebar/"
        assert len(platform.of("auth/getuserinfo")) == 1


def test_a_browser_that_keeps_no_cookie_is_stopped_instead_of_sent_round(app: Flask) -> None:
    answer = app.test_client().get("/sidebar/tasks?signed=1", headers={"User-Agent": WECOM})
    assert answer.status_code == 403
    assert "登录没有保存下来" in answer.text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"errcode": 0, "errmsg": "ok", "userid": "nobody"}, "通讯录里还没有您"),
        ({"errcode": 0, "errmsg": "ok", "userid": "g21b"}, "已停用或已离职"),
        ({"errcode": 0, "errmsg": "ok", "openid": "o1", "external_userid": "wm1"}, "不是本企业的成员"),
        (errcode(40029), "再试一次"),
    ],
)
def test_who_may_not_enter_is_told_why(
    app: Flask, brand: Brand, monkeypatch: pytest.MonkeyPatch, told: dict[str, object], words: str
) -> None:
    with transaction() as session:
        session.merge(brand.bo).status = StaffStatus.DEPARTED
    with scripted_platform(monkeypatch) as platform:
        platform.always["auth/getuserinfo"] = told
        client, state = _begin(app)
        answer = client.get(f"/sidebar/login/back?code=c1&state={state}", headers={"User-Agent": WECOM})
        assert answer.status_code == 403
        assert words in answer.text


def test_a_departed_guide_is_out_at_her_next_step(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    hers.page("/sidebar/tasks")
    with transaction() as session:
        session.merge(brand.ai).status = StaffStatus.DEPARTED
    assert hers.get("/sidebar/tasks").status_code == 302


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://guide.test/sidebar/?a=1", True),
        ("http://lixiaomei.webview.localhost:8100/sidebar/", True),
        ("http://evil.test/sidebar/", False),
        ("http://guide.test.evil.test/", False),
        ("http://guide.test@evil.test/", False),
        ("https://guide.test/", False),
        ("http://x/.webview.localhost:8100/", False),
        ("http://evil.test/.webview.localhost:8100", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_our_own_pages_are_signed(url: str, allowed: bool) -> None:
    assert may_sign(url, ["http://guide.test", "http://*.webview.localhost:8100", ""]) is allowed


def test_a_signature_fits_the_ticket_and_the_address(phone: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_platform(monkeypatch) as platform:
        platform.always["ticket/get"] = {"errcode": 0, "errmsg": "ok", "ticket": "t1", "expires_in": 7200}
        hers = phone(brand.ai)
        answer = hers.get("/sidebar/signature?url=http://guide.test/sidebar/")
        assert set(answer.json or {}) >= {"timestamp", "nonceStr", "signature", "corpId", "agentId"}
        assert hers.get("/sidebar/signature?url=http://evil.test/").status_code == 403
