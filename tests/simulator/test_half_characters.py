"""Half an emoji, a number that is none, letters no XML can hold: refused or left out at every door, nothing broken after."""

import json
from xml.etree import ElementTree

import pytest

from simulator.callbacks import xml
from simulator.json_text import HalfCharacterError, NoObjectError, read_object
from tests.simulator.bridge_page import URL
from tests.simulator.platform import Platform

HALF = '{"userid": "lixiaomei", "content": "\\ud83d", "%s": "%s", "name": "getContext", "params": {"a": ["\\ud83d"]}}'
RAW_HALF = b'{"userid": "lixiaomei", "external_userid": "\xed\xa0\xbd"}'


def readable(platform: Platform, customer: str) -> None:
    """What reads the state still does, and it can be saved."""
    for path in (f"chats/lixiaomei/{customer}", "members/lixiaomei", "members/lixiaomei/app_chat", "bridge_calls", "callbacks"):
        assert platform.ask(path).status_code == 200, path
    platform.settle()


@pytest.fixture
def customer(platform) -> str:
    return str(platform.control("members/lixiaomei")["contacts"][0]["external_userid"])


def post(platform: Platform, path: str, data: bytes | str, **headers: str):
    return platform.http.post(f"{platform.base}{path}", data=data, headers=headers, timeout=60)


def test_the_reader():
    assert read_object(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
    with pytest.raises(HalfCharacterError):
        read_object(b'{"\\uDE00": 1}')
    for broken in (b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\xed\xa0\xbd"}', b"[" * 100_000, b"[]", '{"a": 1}'.encode("utf-16")):
        with pytest.raises(NoObjectError):
            read_object(broken)


@pytest.mark.parametrize(
    "deed", ["customer_sends", "member_texts_app", "member_sends", "group_renames", "customer_scans", "emit"]
)
def test_deeds_refuse_it_with_a_sentence(platform, customer, deed):
    for body in ((HALF % ("external_userid", customer)).encode(), RAW_HALF, b'{"userid": "\\ud83d"}', b'{"\\ud83d": 1}'):
        answer = post(platform, f"/_control/do/{deed}", body)
        assert answer.status_code == 400, body
        assert "for example" in answer.json()["error"] or "looks like" in answer.json()["error"]
    readable(platform, customer)


def test_the_rest_of_the_control_plane_refuses_it_too(platform, customer):
    for path in ("receivers/app", "clock", "limits", "faults", "tokens", "client", "reset", "snapshot", "scenarios/brownout"):
        method = "PUT" if path.startswith("receivers") else "POST"
        answer = platform.http.request(method, f"{platform.base}/_control/{path}", data='{"url": "http://\\ud83d"}', timeout=60)
        assert answer.status_code == 400, path
    readable(platform, customer)


def test_the_bridge_calls_it_invalid(platform, customer):
    asked = json.dumps(
        {"userid": "lixiaomei", "name": "sendChatMessage", "params": {"text": {"content": "\ud83d"}}, "url": URL, "context": {}}
    )
    assert post(platform, "/_client/bridge", asked).json()["err_msg"] == "sendChatMessage:fail_invalid parameter"
    assert post(platform, "/_client/bridge", '{"name": "\\ud83d"}').json()["err_msg"] == "invoke:fail_invalid parameter"
    webview = {"Host": f"lixiaomei.webview.localhost:{platform.base.rpartition(':')[2]}"}
    own = json.dumps({"name": "sendChatMessage", "params": {"text": {"content": "\ud83d"}}, "url": URL, "tab": ""})
    answer = post(platform, "/__webview__/bridge", own, **webview)
    assert answer.json()["err_msg"] == "sendChatMessage:fail_invalid parameter"
    assert post(platform, "/__webview__/bridge", b"[1]", **webview).status_code == 400
    readable(platform, customer)


def test_forms_query_strings_and_headers_bring_none_in(platform, customer):
    half = b"%ED%A0%BD"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    added = platform.http.post(
        f"{platform.base}/c/member/lixiaomei", data=b"name=" + half, headers=form, timeout=60, allow_redirects=False
    )
    assert added.status_code == 303
    for path in (f"members?q={half.decode()}", f"members/{half.decode()}", f"do/{half.decode()}", "customers?limit=%ED%A0%BD"):
        assert platform.ask(path).status_code in (200, 400, 404, 405), path
    for headers in ({"User-Agent": b"\xed\xa0\xbd"}, {"X-Any": b"\xff"}):
        assert platform.http.get(f"{platform.base}/_control/health", headers=headers, timeout=60).status_code == 200
    assert (
        platform.http.post(f"{platform.base}/_control/files?filename={half.decode()}", data=b"x", timeout=60).status_code == 200
    )
    readable(platform, customer)
    assert platform.ask("customers").status_code == 200


def test_the_api_refuses_it(platform):
    args = {"access_token": platform.token()}
    for body in (b'{"touser": "\\ud83d"}', b'{"touser": "\xed\xa0\xbd"}', b'{"touser": NaN}'):
        answer = platform.raw("POST", "message/send", params=args, data=body)
        assert (answer.status_code, answer.json()["errcode"] in (40033, 40058)) == (200, True)


def test_callbacks_hold_only_what_xml_can(platform, app_receiver):
    platform.do("member_texts_app", userid="lixiaomei", content="a\x00b\x08c\ufffe\ttab😀")
    platform.settle()
    assert app_receiver.events()[-1]["Content"] == "abc\ttab😀"
    assert ElementTree.fromstring(xml.render([("A", "\x0b]]>\x1f")])).findtext("A") == "]]>"
