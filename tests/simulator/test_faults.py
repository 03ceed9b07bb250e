"""Faults on demand: each kind as a client feels it, how often, and that it ends."""

import time

import pytest
import requests

from tests.simulator.platform import Platform


def calls(platform: Platform, count: int) -> list[int]:
    return [platform.get("agent/list")["errcode"] for _ in range(count)]


def test_an_errcode_for_n_calls(platform):
    platform.control("faults", path="agent/list", kind="errcode", errcode=45009, times=2)
    assert calls(platform, 3) == [45009, 45009, 0]
    assert platform.get("department/simplelist")["errcode"] == 0


def test_any_path_until_removed(platform):
    platform.token()
    fault = platform.control("faults", path="*", kind="errcode", errcode=-1)["id"]
    assert platform.get("department/list") | {"errmsg": ""} == {"errcode": -1, "errmsg": "", "department": []}
    assert platform.control("faults")["faults"][0]["hits"] == 1
    assert platform.control(f"faults/{fault}", "DELETE") == {"removed": 1}
    assert calls(platform, 1) == [0]


def test_a_share_of_calls(platform):
    platform.control("faults", path="agent/list", kind="errcode", errcode=-1, share=0.5)
    assert 5 < calls(platform, 60).count(-1) < 55


def test_latency_is_felt_and_the_call_still_works(platform):
    platform.token()
    platform.control("faults", path="agent/list", kind="latency", seconds=[0.2, 0.25])
    began = time.monotonic()
    assert calls(platform, 1) == [0]
    assert 0.2 <= time.monotonic() - began < 0.6


def test_html_and_a_bare_status(platform):
    args = {"access_token": platform.token()}
    platform.control("faults", path="agent/list", kind="html", times=1)
    page = platform.raw("GET", "agent/list", params=args)
    assert page.status_code == 502
    assert "<html>" in page.text
    platform.control("faults", path="agent/list", kind="http", status=429, times=1)
    assert platform.raw("GET", "agent/list", params=args).status_code == 429


def test_a_reset_is_a_broken_connection(platform):
    args = {"access_token": platform.token()}
    platform.control("faults", path="agent/list", kind="reset", times=1)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{platform.base}/cgi-bin/agent/list", params=args, timeout=5)
    assert calls(platform, 1) == [0]


def test_a_hang_outlasts_the_callers_patience(platform):
    args = {"access_token": platform.token()}
    platform.control("faults", path="agent/list", kind="hang", seconds=1, times=1)
    with pytest.raises(requests.Timeout):
        requests.get(f"{platform.base}/cgi-bin/agent/list", params=args, timeout=0.3)


def test_the_answer_is_lost_after_the_work_was_done(platform):
    platform.token()
    platform.control("faults", path="message/send", kind="reset", times=1, after=True)
    with pytest.raises(requests.ConnectionError):
        platform.send()
    assert len(platform.inbox()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"path": "x"},
        {"path": "x", "kind": "flood"},
        {"path": "x", "kind": "latency", "seconds": "long"},
        {"path": "x", "kind": "http", "share": 2},
        {"path": "x", "kind": "http", "colour": 1},
    ],
)
def test_a_wrong_fault_is_refused_with_an_example(platform, body):
    answer = platform.ask("faults", **body)
    assert answer.status_code == 400
    assert '"path": "message/send"' in answer.json()["error"]


def test_calls_are_written_down(platform):
    platform.send(text={"content": "记下来"})
    platform.control("faults", path="message/send", kind="html", times=1)
    platform.raw("POST", "message/send", params={"access_token": platform.token()}, data=b"{}")
    log = platform.control("calls?path=message/send")
    assert [(call["errcode"], call["agentid"]) for call in log["calls"]] == [(0, 1000002), (-2, 0)]
    assert "记下来" in log["calls"][0]["request"]
    assert '"msgid"' in log["calls"][0]["response"]
    assert log["by_path"]["message/send"] == {"n": 2, "ok": 1, "errors": 1}
    assert platform.token() not in str(log)
    since = platform.control(f"calls?since_id={log['calls'][0]['id']}&path=message/send")["calls"]
    assert [call["errcode"] for call in since] == [-2]
