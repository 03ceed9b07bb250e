"""Who may use the simulator: names it is called by, pages of other addresses, what its pages and files may do in a browser."""

import pytest
import requests

from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import AGENTID, CORPID

SCAN = {"userid": "lixiaomei", "customer": {"name": "不该来的人"}}


def ask(platform, method, path, body=None, **headers):
    """One request with these headers; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, f"{platform.base}{path}", json=body, headers=named, timeout=60, allow_redirects=False)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8100", "localhost.evil.example", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["/_control/receivers", "/", "/cgi-bin/gettoken", "/files/avatar_a.png"])
def test_a_name_that_is_not_ours_is_misdirected(platform, host, path):
    answer = ask(platform, "GET", path, Host=host)
    assert answer.status_code in (400, 421)
    if host:
        assert "--allow-host" in answer.json()["error"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8100", "127.0.0.1:1", "[::1]:8100", "anything.localhost"])
def test_this_machine_under_its_names(platform, host):
    assert ask(platform, "GET", "/_control/health", Host=host).status_code == 200


def test_a_name_can_be_allowed():
    port = free_port()
    process = start(port, "--brand", "empty", "--allow-host", "wecom.test")
    try:
        base = f"http://127.0.0.1:{port}"
        assert requests.get(f"{base}/_control/health", headers={"Host": f"wecom.test:{port}"}, timeout=60).ok
        assert requests.get(f"{base}/_control/health", headers={"Host": "other.test"}, timeout=60).status_code == 421
    finally:
        stop(process)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "http://lixiaomei.webview.localhost:8100"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_pages_of_others_neither_act_nor_read(platform, headers):
    before = platform.control("health")["counts"]["customers"]
    for method, path, body in (
        ("POST", "/_control/do/customer_scans", SCAN),
        ("GET", "/_control/receivers", None),
        ("POST", "/_client/bridge", {"userid": "lixiaomei", "name": "getContext", "params": {}, "url": "x", "context": {}}),
        ("POST", "/c/member/lixiaomei", None),
    ):
        answer = ask(platform, method, path, body, **headers)
        assert (answer.status_code, "may not use" in answer.json()["error"]) == (403, True), (method, path)
    assert platform.control("health")["counts"]["customers"] == before


def test_its_own_pages_and_tools_go_on(platform):
    own = {"Origin": platform.base, "Sec_Fetch_Site": "same-origin"}
    assert ask(platform, "POST", "/_control/do/customer_scans", SCAN, **own).status_code == 200
    assert ask(platform, "GET", "/_control/receivers", Sec_Fetch_Site="none").status_code == 200
    assert ask(platform, "POST", "/c/member/lixiaomei", **own).status_code == 303
    # A picture shown in the product's page, a product's call of the API
    assert ask(platform, "GET", "/files/avatar_a.png", Sec_Fetch_Site="cross-site").status_code == 200
    args = f"access_token={platform.token()}"
    assert ask(platform, "POST", f"/cgi-bin/user/list_id?{args}", {}, Origin="http://127.0.0.1:8000").json()["errcode"] == 48002


def test_snapshots_go_where_they_belong_and_over_nothing_else(platform, tmp_path):
    for elsewhere in ("/tmp/guidedesk.json", "wecom.json", "var/../README.md", str(tmp_path / "../../../x.json"), "~/x.json"):
        answer = platform.ask("snapshot", "POST", file=elsewhere)
        assert (answer.status_code, "not elsewhere" in answer.json()["error"]) == (400, True), elsewhere
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "link.json").symlink_to("/tmp/guidedesk.json")
    for taken in ("notes.txt", "link.json", "."):
        assert platform.ask("snapshot", "POST", file=str(tmp_path / taken)).status_code == 400
    assert (tmp_path / "notes.txt").read_text() == "mine"
    for _ in range(2):
        assert platform.control("snapshot", file=str(tmp_path / "w.json"))["bytes"] > 1000


def test_its_pages_run_their_own_scripts_in_no_foreign_frame(platform):
    query = f"appid={CORPID}&agentid={AGENTID}&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2F"
    for path in ("/", "/m", "/faults", "/c/member/lixiaomei", f"/connect/oauth2/authorize?{query}", "/nowhere"):
        headers = ask(platform, "GET", path).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "SAMEORIGIN", path


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("a.html", "text/html", False),
        ("a.svg", "image/svg+xml", False),
        ("a.xhtml", "application/xhtml+xml", False),
        ("a.pdf", "application/pdf", False),
        ("a.png", "image/png", True),
        ("a.mp4", "video/mp4; codecs=avc1", True),
    ],
)
def test_files_of_people_are_saved_not_opened(platform, name, kind, shown):
    content = b"<script>alert(1)</script>" * 3
    kept = platform.http.post(
        f"{platform.base}/_control/files", params={"filename": name}, data=content, headers={"Content-Type": kind}, timeout=60
    )
    answer = platform.http.get(f"{platform.base}/files/media/{kept.json()['body']['media_id']}", timeout=60)
    assert answer.content == content
    assert answer.headers["Content-Type"] == (kind.partition(";")[0] if shown else "application/octet-stream")
    assert answer.headers.get("Content-Disposition") == (None if shown else "attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_code_too_long_to_draw_is_no_file(platform):
    for name in (f"qr_{'x' * 3000}.png", f"qrgroup_{'长' * 300}.png", f"avatar_{'x' * 300}.png"):
        assert ask(platform, "GET", f"/files/{name}").status_code == 404
