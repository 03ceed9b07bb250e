"""What may go wrong around the simulator does not stop it: stalled callers, broken receivers, many pages, crashes, the end."""

import json
import math
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from simulator import fetching, kf_feed, quotas, settling, snapshot
from simulator.api.call import Endpoint
from simulator.api.table import TABLE
from simulator.app import create_app
from simulator.brands.table import BRANDS
from simulator.callbacks import lane
from simulator.callbacks.crypto import Envelope, EnvelopeError
from simulator.callbacks.delivery import CROWDED_OUT
from simulator.faults import Faults
from simulator.scenarios.runner import Playing
from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.settings import Settings
from simulator.world import calls, fetches
from simulator.world.apps import Receiver as Address
from simulator.world.group_sends import GroupSend
from simulator.world.seats import Seats
from simulator.world.world import World
from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import AGENTID, APP, CORPID, Platform, Receiver

REPLY = (
    "<xml><ToUserName>lixiaomei</ToUserName><FromUserName>w</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>幽灵</Content></xml>"
)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(Settings())
    made.reset(BRANDS["sample"], 7)
    yield made
    made.close()


def texts(platform, count=1):
    for number in range(count):
        platform.do("member_texts_app", userid="lixiaomei", content=f"第{number}句")


def line_to(platform: Platform) -> socket.socket:
    host, _, port = platform.base.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def test_a_stalled_upload_holds_up_nobody(platform):
    token = platform.token()
    with line_to(platform) as line:
        part = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.txt"\r\n\r\n'
        head = f"POST /cgi-bin/media/upload?access_token={token}&type=file HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n"
        line.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=B\r\n\r\n" + part)
        time.sleep(0.2)
        answer = requests.get(f"{platform.base}/cgi-bin/agent/list", params={"access_token": token}, timeout=2)
        assert answer.json()["errcode"] == 0


def test_a_signature_that_is_no_ascii_is_refused():
    envelope = Envelope(APP["token"], APP["aes_key"], CORPID)
    with pytest.raises(EnvelopeError):
        envelope.open("长", "1", "n", "a")


def test_senders_live_through_odd_answers_and_addresses(platform, app_receiver):
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
    answer = requests.put(f"{platform.base}/_control/receivers/app", data=body, timeout=5)
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
    app_receiver.answer = lambda each: (held.wait(5), (500, b""))[1]
    texts(platform)
    time.sleep(0.2)
    platform.control("reset", brand="sample")
    held.set()
    time.sleep(0.4)
    assert len(app_receiver.received) == 1
    assert platform.control("callbacks") == {"attempts": [], "pending": 0}
    held.clear()
    app_receiver.answer = lambda each: (held.wait(5), (200, app_receiver.reply(REPLY)))[1]
    texts(platform)
    time.sleep(0.2)
    platform.control("reset", brand="sample")
    held.set()
    time.sleep(0.3)
    assert platform.inbox() == []


def test_a_receiver_that_hangs_delays_no_other(platform, app_receiver, contacts_receiver):
    held = threading.Event()
    contacts_receiver.answer = lambda each: (held.wait(10), (200, b""))[1]
    for number in range(10):
        platform.do("department_updates", id=101, name=f"店{number}")
    texts(platform)
    for _ in range(40):
        if app_receiver.received:
            break
        time.sleep(0.05)
    assert len(app_receiver.received) == 1
    held.set()
    platform.settle()


def test_a_retry_is_on_time_while_the_others_are_busy(platform, app_receiver):
    times = []

    def answer(each):
        if "Slow" in each.fields:
            time.sleep(1.5)
        elif "Fails" in each.fields:
            times.append(time.monotonic())
            return (500 if len(times) == 1 else 200), b""
        return 200, b""

    app_receiver.answer = answer
    platform.control("delivery", retry_delays=[0.4])
    platform.do("emit", receiver="app", fields={"Fails": 1})
    time.sleep(0.1)
    for _ in range(7):
        platform.do("emit", receiver="app", fields={"Slow": 1})
    platform.settle()
    assert times[1] - times[0] < 1


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
        time.sleep(1.6)
        assert platform.control("health")["held_threads"]["stream"] == 0
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
    world.faults.add({"path": "gettoken", "kind": "latency", "seconds": 5})
    while world.seats.take("fault"):
        pass
    began = time.monotonic()
    door.get("/cgi-bin/gettoken")
    assert time.monotonic() - began < 2


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
    deadline = time.monotonic() + 5
    while send.waiting and time.monotonic() < deadline:
        time.sleep(0.05)
    assert send.waiting == []


def test_a_settler_that_fails_stops_neither_the_others_nor_the_thread(world, monkeypatch):
    settled = []
    monkeypatch.setattr(settling, "SETTLERS", (lambda world: 1 / 0, settled.append))
    monkeypatch.setattr(settling, "EVERY", 0.05)
    settling.start(world)
    time.sleep(0.5)
    assert len(settled) >= 2
    assert world.settling_errors >= 2


def playing(world: World, act, minutes: float = 1) -> Playing:
    scenario = Scenario("x", "x", "", (), 1, "", minutes, lambda options, rng: [Step(0, "x", act)])
    run = Playing(world, scenario, Options(1, minutes, 1))
    run.start()
    return run


def test_a_clean_up_that_fails_ends_the_run_and_takes_the_faults_back(world):
    def act(stage):
        stage.fault(path="*", kind="html")
        stage.finally_do(lambda stage: 1 / 0)

    run = playing(world, act, 0.001)
    deadline = time.monotonic() + 5
    while run.as_json()["state"] == "playing" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.as_json()["state"] == "broken"
    assert world.faults.count() == 0


def test_the_end_of_the_process_ends_a_scenario_before_the_snapshot(tmp_path):
    file, port = tmp_path / "wecom.json", free_port()
    process = start(port, "--snapshot", str(file))
    platform = Platform(port)
    platform.control("scenarios/night_customer", "POST", minutes=5)
    time.sleep(0.3)
    assert {each["status"] for each in platform.control("kf/accounts")["accounts"][0]["servicers"]} == {1}
    platform.http.close()
    stop(process)
    accounts = json.loads(file.read_text("utf-8"))["state"]["kf"]["accounts"]
    assert [each["stopped"] for each in accounts.values()] == [{}] * len(accounts)


def test_snapshots_at_the_same_time_do_not_collide(world, tmp_path):
    file = tmp_path / "w.json"
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: snapshot.save(world, file), range(12)))
    assert json.loads(file.read_text("utf-8"))["version"] == snapshot.VERSION
    assert list(tmp_path.iterdir()) == [file]


def test_a_stopped_clock_is_saved(world, tmp_path):
    world.clock.advance(1000)
    world.clock.pause()
    snapshot.save(world, tmp_path / "w.json")
    again = World(Settings())
    snapshot.load(again, tmp_path / "w.json")
    assert again.clock.paused
    assert again.now == world.now


def test_old_media_and_silent_sessions_are_forgotten(platform):
    old = platform.upload("file", "a.txt", b"x" * 100)["media_id"]
    before = platform.control("health")["counts"]["media"]
    platform.control("clock", advance=3 * 86400 + 100)
    assert platform.control("health")["counts"]["media"] < before
    platform.forget_tokens()
    assert platform.raw("GET", "media/get", params={"access_token": platform.token(), "media_id": old}).json()["errcode"] == 40007


def test_a_session_without_a_word_is_forgotten_after_a_month(world):
    open_kfid = next(iter(world.state.kf.accounts))
    silent, refused = (world.state.kf.add_session(open_kfid, each) for each in ("wmSilent", "wmRefused"))
    silent.active_at = refused.active_at = world.now
    refused.refuses_kf = True
    world.clock.advance(31 * 86400)
    settling.settle(world)
    assert world.state.kf.session(open_kfid, "wmSilent") is None
    assert world.state.kf.of_customer("wmSilent") == []
    assert world.state.kf.session(open_kfid, "wmRefused") is refused


def test_the_log_of_calls_has_a_size(monkeypatch):
    monkeypatch.setattr(calls, "KEEP_BYTES", 10 * 4_400)
    log = calls.Calls()
    for _ in range(30):
        log.record("x", 1, 0, 0.0, 0.0, b"a" * 10_000, b"")
    assert len(log.records) == 9
    assert log.by_path["x"][0] == 30


def test_eight_files_are_fetched_at_once(world, monkeypatch):
    running, most, held, lock = 0, 0, threading.Event(), threading.Lock()

    def fetch(world, job):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        held.wait(5)
        with lock:
            running -= 1
        return b"x"

    monkeypatch.setattr(fetching, "_fetch", fetch)
    jobs = [fetches.Fetch(f"job{number}", AGENTID, "file", "a", "http://x/", "", world.seconds) for number in range(20)]
    with world.lock:
        for job in jobs:
            fetching.start(world, job)
    time.sleep(0.2)
    held.set()
    deadline = time.monotonic() + 5
    while any(job.status == fetches.RUNNING for job in jobs) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert {job.status for job in jobs} == {fetches.DONE}
    assert most == 8


@pytest.mark.parametrize("endless", [{"times": math.inf}, {"status": math.inf}, {"errcode": -math.inf}, {"share": math.nan}])
def test_endless_figures_are_refused(platform, endless):
    fault = {"path": "*", "kind": "http", **endless}
    with pytest.raises(ValueError, match="for example"):
        Faults().add(fault)
    assert requests.post(f"{platform.base}/_control/faults", data=json.dumps(fault), timeout=5).status_code == 400


def test_wrong_limits_do_not_reset_the_others(platform):
    platform.control("limits", per_minute=7)
    assert platform.ask("limits", reset=True, bogus=1).status_code == 400
    assert platform.control("limits")["per_minute"] == 7


def test_a_handler_that_breaks_is_in_the_log_of_calls(world, monkeypatch):
    monkeypatch.setitem(TABLE, "agent/list", Endpoint("GET", lambda call: {"x": 1 // 0}, "open"))
    answer = create_app(world).test_client().get("/cgi-bin/agent/list")
    assert answer.status_code == 500
    assert [(each.path, each.errcode) for each in world.calls.records] == [("agent/list", -1)]
    assert world.calls.in_flight == {"agent/list": 0}
    assert world.calls.crashes == 1


def test_ended_windows_make_room_before_running_ones(monkeypatch):
    monkeypatch.setattr(quotas, "KEEP", 3)
    counted = quotas.Quotas()
    counted.take("month", "a", 0.0, quotas.MONTH, 9)
    for number in range(3):
        counted.take("minute", str(number), 100.0 + number, quotas.MINUTE, 9)
    counted.take("minute", "new", 500.0, quotas.MINUTE, 9)
    assert counted.used("month", "a", 500.0, quotas.MONTH) == 1


@pytest.mark.parametrize("path", ["stream", "%73tream", "%2573tream", "several?path=health", "%2573everal?path=health"])
def test_several_looks_never_hold_the_line(platform, path):
    answer = requests.get(f"{platform.base}/_control/several?path={path}", timeout=5)
    assert answer.status_code == 400


def test_nobody_is_gone_through_when_nobody_watches(world, monkeypatch):
    account = next(iter(world.state.kf.accounts.values()))
    session = world.state.kf.add_session(account.open_kfid, "wmX")
    monkeypatch.setattr(type(account), "servicers", lambda *given: pytest.fail("nobody watches"))
    kf_feed.notify(world, session)


def test_every_address_of_an_app_hears_it(world):
    world.state.receivers["second"] = Address("second", "", "t", APP["aes_key"], AGENTID)
    assert [each.name for each in world.receivers_of(AGENTID)] == ["app", "second"]
    world.tell_app(AGENTID, "probe", "", [("A", "b")])
    assert [each.receiver for each in world.delivery.attempts] == ["app", "second"]
    assert world.tell_app(999, "probe", "", []) == 0
