"""Signing in with the platform's code, over real HTTP against a small scripted platform."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from foundation import clock
from foundation.audit import AuditEvent
from foundation.config import settings
from foundation.db import transaction
from hq.routes.login import local_path
from org.models import Staff, StaffStatus, SyncRun, SyncStatus
from wecom.client import _client_of


class Platform(BaseHTTPRequestHandler):
    """Knows two calls; the code is the userid."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        code = parse_qs(url.query).get("code", [""])[0]
        if url.path.endswith("/gettoken"):
            answer = {"errcode": 0, "errmsg": "ok", "access_token": "t" * 64, "expires_in": 7200}
        elif url.path.endswith("/auth/getuserinfo") and code == "used":
            answer = {"errcode": 40029, "errmsg": "invalid code"}
        elif url.path.endswith("/auth/getuserinfo"):
            answer = {"errcode": 0, "errmsg": "ok"} | ({"external_userid": "wm1"} if code == "customer" else {"userid": code})
        else:
            answer = {"errcode": 60111, "errmsg": "userid not found"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def synced(database: None) -> None:
    with transaction() as session:
        run = SyncRun(kind="org", status=SyncStatus.DONE, cursor={}, done=1, report={}, asked_by="x", created_at=clock.now())
        session.add(run)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, database: None) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WECOM_API_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    settings.cache_clear()
    _client_of.cache_clear()
    yield
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    settings.cache_clear()
    _client_of.cache_clear()


def _start(client, wanted: str = "/hq/tasks") -> str:
    """Ask to sign in; the state the platform is sent."""
    away = client.get("/hq/login/start", query_string={"next": wanted})
    assert away.status_code == 302
    query = parse_qs(urlsplit(away.location).query)
    assert query["redirect_uri"] == ["http://guide.test/hq/login/back"]
    return query["state"][0]


def _come_back(client, code: str, state: str):
    return client.get("/hq/login/back", query_string={"code": code, "state": state})


def test_a_manager_signs_in_and_lands_where_she_wanted(platform, brand, app):
    client = app.test_client()
    answer = _come_back(client, "hq", _start(client))
    assert (answer.status_code, answer.location) == (302, "/hq/tasks")
    assert client.get("/hq/tasks").status_code == 200
    with transaction() as session:
        assert session.query(AuditEvent).filter_by(action="hq.sign_in").one().actor == f"staff:{brand.headquarters.id}"


def test_a_state_opens_the_door_once(platform, brand, app):
    client = app.test_client()
    state = _start(client)
    with client.session_transaction() as cookie:
        cookie["hq_sign_in"] = dict(cookie["hq_sign_in"])
    assert _come_back(client, "hq", state).status_code == 302
    again = _come_back(client, "hq", state)
    assert again.status_code == 403
    assert "已失效" in again.text


def test_a_state_of_another_browser_is_worth_nothing(platform, brand, app):
    state = _start(app.test_client())
    assert _come_back(app.test_client(), "hq", state).status_code == 403


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "已取消"),
        ("customer", "不是本企业的成员"),
        ("nobody", "还没有您的资料"),
        ("used", "登录凭证已失效"),
        ("g21a", "您的工作台在企业微信里"),
    ],
)
def test_who_may_not_enter_is_told_why(platform, brand, app, code, words):
    client = app.test_client()
    answer = _come_back(client, code, _start(client))
    assert answer.status_code == 403
    assert words in answer.text
    assert client.get("/hq/").status_code == 302


def test_before_the_first_sync_the_first_to_come_starts_it(platform, brand, app):
    with transaction() as session:
        session.query(SyncRun).delete()
    for _ in range(2):
        client = app.test_client()
        assert "正在第一次同步" in _come_back(client, "g21a", _start(client)).text
    with transaction() as session:
        assert session.query(SyncRun).one().kind == "full"


def test_a_departed_manager_does_not_enter(platform, brand, app):
    with transaction() as session:
        session.get_one(Staff, brand.east.id).status = StaffStatus.DEPARTED
    client = app.test_client()
    assert "停用或离职" in _come_back(client, "east", _start(client)).text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/hq/", "//evil.example", "/hq/\\evil", "/sidebar/", "/hq/login", "/hq/\nx", "javascript:x", ""],
)
def test_only_pages_of_the_console_are_returned_to(app, wanted):
    with app.test_request_context():
        assert local_path(wanted) == "/hq/"
        assert local_path("/hq/tasks/7?status=late") == "/hq/tasks/7?status=late"


def test_signing_out_forgets_the_browser(brand, sign_in):
    browser = sign_in(brand.east)
    assert browser.post("/hq/logout").location == "/hq/login"
    assert browser.status("/hq/") == 302
