"""What may go wrong around the simulator does not stop it: stalled callers, broken receivers, many pages, crashes, the end."""

import json
import socket
import threading
import time

import pytest
import requests

from simulator import settling
from simulator.app import create_app
from simulator.callbacks import lane
from simulator.callbacks.crypto import Envelope, EnvelopeError
from simulator.callbacks.delivery import CROWDED_OUT
from simulator.world.group_sends import GroupSend
from simulator.world.seats import Seats
from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import APP, CORPID, Platform, Receiver

REPLY = (
    "<xml><ToUserName>lixiaomei</ToUserName><FromUserName>w</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>幽灵</Content></xml>"
)


def until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def texts(platform, count=1):
    for number in range(count):
        platform.do("member_texts_app", userid="lixiaomei", content=f"第{number}句")


def line_to(platform: Platform) -> socket.socket:
    host, _, port = platform.base.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def test_a_stalled_upload_holds_up_nobody(platform):
    token = platform.token()
    with line_to(platform) as line:
        part = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.txt"\r\n\r\n'
        head = f"POST /cgi-bin/media/upload?access_token={token}&type=file HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n"
        line.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + part)
        time.sleep(0.2)
        answer = requests.get(f"{platform.base}/cgi-bin/agent/list", params={"access_token": token}, timeout=8)
        assert answer.json()["errcode"] == 0


def test_a_signature_that_is_no_ascii_is_refused():
    envelope = Envelope(APP["token"], APP["aes_key"], CORPID)
    with pytest.raises(EnvelopeError):
        envelope.open("长", "1", "n", "a")


def test_senders_live_through_odd_answers_and_addresses(platform, app_receiver):
    platform.control("delivery", senders=8)
    app_receiver.answer = lambda each: (200, "<xml><Encrypt>a</Encrypt><MsgSignature>长</MsgSignature></xml>".encode())
    texts(platform, 12)
    platform.settle()
    assert len(app_receiver.received) == 12
    assert platform.control("health")["senders"]["app"] == 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"aes_key": "_" * 43}, {"aes_key": "长" * 43}, {"url": "http://127.0.0.1:80000/"}, {"url": "http://[::1/"},
        {"url": "http://"}, {"url": "http://127.0.0.1:0/"},
    ],
)  # fmt: skip
def test_an_address_or_key_that_can_never_work_is_not_saved(platform, wrong):
    body = json.dumps({"url": "http://127.0.0.1:9/", "verify": False, **wrong})
    answer = requests.put(f"{platform.base}/_control/receivers/app", data=body, timeout=60)
    assert answer.status_code == 400
    assert "aes_key" in answer.json()["error"]


def test_an_event_that_cannot_be_sent_is_logged_and_the_next_one_goes(world, monkeypatch):
    receiver = Receiver(APP["token"], APP["aes_key"])
    world.state.receivers["app"].url = receiver.url
    broken = iter([True])
    seal = world.delivery._seal
    monkeypatch.setattr(world.delivery, "_seal", lambda *given: 1 / 0 if next(broken, False) else seal(*given))
    for number in range(2):
        world.emit("app", "probe", "", [("Number", number)])
        assert world.delivery.wait_idle(5)
    assert world.delivery.attempts[0].error == "ZeroDivisionError: division by zero"
    assert len(receiver.received) == 1
    assert world.delivery.errors == 1
    receiver.close()


def test_nothing_from_before_a_reset_comes_after_it(platform, app_receiver):
    held = threading.Event()
    app_receiver.answer = lambda each: (held.wait(15), (500, b""))[1]
    texts(platform)
    until(lambda: len(app_receiver.received) == 1)
    platform.control("reset", brand="sample")
    held.set()
    time.sleep(0.4)
    assert len(app_receiver.received) == 1
    assert platform.control("callbacks") == {"attempts": [], "pending": 0}
    held.clear()
    app_receiver.answer = lambda each: (held.wait(15), (200, app_receiver.reply(REPLY)))[1]
    texts(platform)
    until(lambda: len(app_receiver.received) == 2)
    platform.control("reset", brand="sample")
    held.set()
    time.sleep(0.3)
    assert platform.inbox() == []


def test_a_receiver_that_hangs_delays_no_other(platform, app_receiver, contacts_receiver):
    held = threading.Event()
    contacts_receiver.answer = lambda each: (held.wait(15), (200, b""))[1]
    for number in range(10):
        platform.do("department_updates", id=101, name=f"店{number}")
    texts(platform)
    until(lambda: len(app_receiver.received) == 1)
    assert not held.is_set()
    held.set()
    platform.settle()


def test_a_retry_is_on_time_while_the_others_are_busy(platform, app_receiver):
    platform.control("delivery", senders=8)
    tried, again = [], threading.Event()

    def answer(each):
        if "Slow" in each.fields:
            # Nobody else is done before the failed one came again.
            assert again.wait(15)
        elif "Fails" in each.fields:
            tried.append(each)
            if len(tried) == 2:
                again.set()
            return (500 if len(tried) == 1 else 200), b""
        return 200, b""

    app_receiver.answer = answer
    platform.control("delivery", retry_delays=[0.4])
    platform.do("emit", receiver="app", fields={"Fails": 1})
    until(lambda: len(tried) == 1)
    for _ in range(7):
        platform.do("emit", receiver="app", fields={"Slow": 1})
    platform.settle()
    assert len(tried) == 2
    assert [each["status"] for each in platform.control("callbacks")["attempts"]].count(200) == 8


def test_an_outage_keeps_the_newest(world, monkeypatch):
    monkeypatch.setattr(lane, "MOST_WAITING", 3)
    world.state.receivers["app"].url = "http://127.0.0.1:9/"
    world.delivery.options.change({"outage": True})
    for number in range(5):
        world.emit("app", f"probe{number}", "", [("Number", number)])
    assert world.delivery.pending == 3
    assert [(each.event, each.error) for each in world.delivery.attempts] == [("probe0", CROWDED_OUT), ("probe1", CROWDED_OUT)]


def test_too_many_pages_are_refused_and_closed_ones_noticed():
    port = free_port()
    process = start(port, "--threads", "8")
    platform = Platform(port)
    lines = [line_to(platform) for _ in range(5)]
    try:
        for line in lines:
            line.sendall(b"GET /_control/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answers = [line.recv(4096) for line in lines]
        assert sorted(answer[:12] for answer in answers) == [b"HTTP/1.1 200"] * 4 + [b"HTTP/1.1 503"]
        assert "4 streams are open at most" in platform.ask("stream").json()["error"]
        for line in lines:
            line.close()
        until(lambda: platform.control("health")["held_threads"]["stream"] == 0)
    finally:
        for line in lines:
            line.close()
        platform.http.close()
        stop(process)


def test_seats_leave_threads_for_everybody_else():
    seats = Seats(16)
    assert [seats.take("fault") for _ in range(5)] == [True] * 4 + [False]
    assert [seats.take("webview") for _ in range(5)] == [True] * 4 + [False]
    assert [seats.take("stream") for _ in range(8)] == [True] * 6 + [False] * 2
    seats.leave("fault")
    assert seats.take("stream")
    assert seats.turned_away == {"stream": 2, "fault": 1, "webview": 1}


def test_a_slow_fault_without_a_seat_does_not_wait(world):
    door = create_app(world).test_client()
    world.faults.add({"path": "gettoken", "kind": "latency", "seconds": 60})
    while world.seats.take("fault"):
        pass
    began = time.monotonic()
    door.get("/cgi-bin/gettoken")
    assert time.monotonic() - began < 30


def test_a_send_by_tags_goes_on_by_time_and_not_by_the_clock(world, monkeypatch):
    monkeypatch.setattr("simulator.group_sending.SLICE", 0)
    app = world.main_app()
    userids = [each.userid for each in world.state.people.members.values()][:5]
    send = GroupSend("msg1", "single", world.seconds, "x", agentid=app.agentid, tag_groups=[["none"]], waiting=userids)
    world.state.group_sends.add(send)
    for _ in range(10):
        settling.settle(world)
    assert len(send.waiting) == 5
    settling.start(world)
    until(lambda: not send.waiting)
