"""What runs by itself and what is kept: settlers, scenarios, snapshots, old media, the log of calls, counters."""

import json
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from simulator import fetching, kf_feed, quotas, settling, snapshot
from simulator.api.call import Endpoint
from simulator.api.table import TABLE
from simulator.app import create_app
from simulator.faults import Faults
from simulator.scenarios.runner import Playing
from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.settings import Settings
from simulator.world import calls, fetches
from simulator.world.apps import Receiver as Address
from simulator.world.world import World
from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import AGENTID, APP, Platform


def test_a_settler_that_fails_stops_neither_the_others_nor_the_thread(world, monkeypatch):
    settled = []
    monkeypatch.setattr(settling, "SETTLERS", (lambda world: 1 / 0, settled.append))
    monkeypatch.setattr(settling, "EVERY", 0.05)
    settling.start(world)
    deadline = time.monotonic() + 60
    while len(settled) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
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
    deadline = time.monotonic() + 60
    while run.as_json()["state"] == "playing" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.as_json()["state"] == "broken"
    assert world.faults.count() == 0


def _serving(platform: Platform) -> set[int]:
    return {each["status"] for each in platform.control("kf/accounts")["accounts"][0]["servicers"]}


def test_the_end_of_the_process_ends_a_scenario_before_the_snapshot(tmp_path):
    file, port = tmp_path / "wecom.json", free_port()
    process = start(port, "--snapshot", str(file))
    platform = Platform(port)
    platform.control("scenarios/night_customer", "POST", minutes=5)
    deadline = time.monotonic() + 60
    while _serving(platform) != {1} and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _serving(platform) == {1}
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
        held.wait(60)
        with lock:
            running -= 1
        return b"x"

    monkeypatch.setattr(fetching, "_fetch", fetch)
    jobs = [fetches.Fetch(f"job{number}", AGENTID, "file", "a", "http://x/", "", world.seconds) for number in range(20)]
    with world.lock:
        for job in jobs:
            fetching.start(world, job)
    deadline = time.monotonic() + 60
    while most < 8 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    held.set()
    while any(job.status == fetches.RUNNING for job in jobs) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert {job.status for job in jobs} == {fetches.DONE}
    assert most == 8


@pytest.mark.parametrize("endless", [{"times": math.inf}, {"status": math.inf}, {"errcode": -math.inf}, {"share": math.nan}])
def test_endless_figures_are_refused(platform, endless):
    fault = {"path": "*", "kind": "http", **endless}
    with pytest.raises(ValueError, match="for example"):
        Faults().add(fault)
    assert requests.post(f"{platform.base}/_control/faults", data=json.dumps(fault), timeout=60).status_code == 400


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
    answer = requests.get(f"{platform.base}/_control/several?path={path}", timeout=60)
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
