"""Faults on demand: each kind as a client feels it, how often, and that it ends."""

import random
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from simulator.waits import Wait
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
    assert 0.2 <= time.monotonic() - began < 10


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
        requests.get(f"{platform.base}/cgi-bin/agent/list", params=args, timeout=60)
    assert calls(platform, 1) == [0]


def test_a_reset_is_a_reset_and_no_goodbye(platform):
    platform.token()
    platform.control("faults", path="agent/list", kind="reset", times=1)
    where = urlsplit(platform.base)
    with socket.create_connection((where.hostname, where.port), timeout=60) as line:
        line.sendall(f"GET /cgi-bin/agent/list?access_token=x HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            line.recv(100)


def test_a_spent_fault_is_listed_and_counted_no_more(platform):
    platform.control("faults", path="agent/list", kind="errcode", errcode=45009, times=1)
    assert platform.control("status")["faults"] == 1
    assert calls(platform, 1) == [45009]
    assert platform.control("faults")["faults"][0]["spent"] is True
    assert platform.control("status")["faults"] == platform.control("health")["counts"]["faults"] == 0


def test_an_errcode_fault_says_which(platform):
    answer = platform.ask("faults", path="agent/list", kind="errcode")
    assert answer.status_code == 400
    assert "says which errcode" in answer.json()["error"]
    for wrong in ({"errcode": "abc"}, {"times": "many"}):
        words = platform.ask("faults", path="agent/list", kind="errcode", **({"errcode": 1} | wrong)).json()["error"]
        assert "int()" not in words


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


def test_a_family_of_paths(platform):
    platform.token()
    platform.control("faults", path="department/*", kind="errcode", errcode=60011)
    assert platform.get("department/list")["errcode"] == 60011
    assert calls(platform, 1) == [0]


@pytest.mark.parametrize(
    "shape",
    [{"distribution": "normal", "mean": 0.2, "deviation": 0.01}, {"distribution": "long-tail", "median": 0.2, "p99": 0.25}],
)
def test_latency_with_a_distribution(platform, shape):
    platform.token()
    platform.control("faults", path="agent/list", kind="latency", **shape)
    shown = platform.control("faults")["faults"][0]
    assert {key: shown[key] for key in shape} == shape
    began = time.monotonic()
    assert calls(platform, 1) == [0]
    assert 0.1 < time.monotonic() - began < 10


def test_waits_follow_their_figures():
    rng = random.Random(1)
    normal = sorted(Wait("normal", 1.0, 0.2).draw(rng) for _ in range(2000))
    tail = sorted(Wait("long-tail", 0.2, 3.0).draw(rng) for _ in range(2000))
    assert 0.95 < normal[1000] < 1.05
    assert 1.1 < normal[1680] < 1.3
    assert 0.18 < tail[1000] < 0.22
    assert 2.0 < tail[1980] < 4.5


def test_a_mistyped_path_is_refused_with_the_nearest_one(platform):
    answer = platform.ask("faults", path="mesage/send", kind="reset")
    assert answer.status_code == 400
    assert "did you mean message/send?" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"distribution": "flat"}, '"distribution": "long-tail"'),
        ({"distribution": "normal", "mean": 1}, "mean and deviation"),
        ({"distribution": "normal", "seconds": 1}, "does not belong"),
        ({"distribution": "long-tail", "median": 2, "p99": 1}, "p99 not below"),
        ({"distribution": "uniform", "seconds": [3, 1]}, "the smaller first"),
        ({"seconds": -1}, "from 0"),
        ({}, "how long"),
    ],
)
def test_a_wrong_latency_is_refused_in_a_sentence(platform, body, words):
    answer = platform.ask("faults", path="agent/list", kind="latency", **body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_tokens_are_spoiled_as_the_platform_would(platform):
    assert calls(platform, 1) == [0]
    assert platform.control("tokens", action="expire_as_42001")["tokens"] == 1
    assert calls(platform, 1) == [42001]
    for wrong in ({"action": "melt"}, {"action": "expire", "agentid": 5}):
        answer = platform.ask("tokens", **wrong)
        assert answer.status_code == 400
        assert '"action": "revoke"' in answer.json()["error"]


def test_one_look_says_what_is_on(platform):
    calls(platform, 3)
    platform.control("limits", paths={"agent/list": {"per_minute": 4}})
    platform.control("faults", path="user/get", kind="html")
    platform.control("delivery", shuffle=True)
    status = platform.control("status")
    assert status["fullest"] == {
        "what": "call", "path": "agent/list", "window": "minute", "count": 3, "limit": 4, "percent": 75.0,
    }  # fmt: skip
    assert (status["faults"], status["disturbed"], status["running"]) == (1, ["shuffle"], None)
    platform.control("clock", advance=61)
    used = platform.control("limits")
    assert used["usage"]["agent/list"] == {"minute": 0, "hour": 3}
    assert used["use"][0]["window"] == "hour"


def test_the_clock_goes_to_a_time_of_day(platform):
    now = platform.control("clock", to="22:30")["now"]
    assert time.strftime("%H:%M", time.gmtime(now + 8 * 3600)) == "22:30"
    for wrong in ("25:00", "noon", 2230):
        assert '"to": "22:30"' in platform.ask("clock", to=wrong).json()["error"]


def test_paths_and_errcodes_can_be_looked_up(platform):
    assert "message/send" in {each["path"] for each in platform.control("paths")["paths"]}
    named = {each["errcode"]: each["name"] for each in platform.control("errcodes")["errcodes"]}
    assert (named[45009], named[-1]) == ("接口调用超过限制", "系统繁忙")


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
