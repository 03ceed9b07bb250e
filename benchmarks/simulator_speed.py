"""How fast the simulator is on one core: app messages in, callbacks out. It must never be what another figure waits for."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from benchmarks.figures import Figure, Size, WrongAnswer, percentile
from benchmarks.load import closed_loop, request_bytes
from benchmarks.stage import Stage, family, pin, stage
from foundation.config import settings

CONNECTIONS = 8
MESSAGES_GOAL, CALLBACKS_GOAL = 800, 150
MOST_A_SECOND = 5_000


def messages(size: Size) -> list[Figure]:
    """simulator.message_send: accepted message/send a second over kept connections, the simulator on one core."""
    with stage("simulator-in") as built:
        _start(built)
        wanted = _messages(built, int(MOST_A_SECOND * size.seconds))
        closed_loop(built.simulator_port, wanted[:300], connections=CONNECTIONS, seconds=5)
        built.platform.http.delete(f"{built.platform.base}/_control/calls", timeout=10)
        before = _cpu_seconds(built)
        result = closed_loop(built.simulator_port, wanted, connections=CONNECTIONS, seconds=size.seconds)
        busy = _cpu_seconds(built) - before
        counted = built.platform.get("calls", limit=1)["by_path"]["message/send"]
        if counted["ok"] != len(result.times) or counted["errors"]:
            raise WrongAnswer(f"the platform counted {counted}, we had {result.statuses}")
    speed, p99 = result.per_second, percentile(result.times, 0.99) * 1000
    note = f"{len(result.times)} messages, p99 {p99:.1f} ms, {len(result.times) / busy:,.0f} a second of the core's own time"
    return [Figure("simulator.message_send", speed, "req/s", ">= 800 req/s on one core", speed >= MESSAGES_GOAL, note=note)]


def callbacks(size: Size) -> list[Figure]:
    """simulator.callbacks_out: events sealed, sent and answered a second, out of a queue that was held back."""
    with stage("simulator-out") as built, _receiver() as (address, got):
        _start(built)
        built.platform.http.put(
            f"{built.platform.base}/_control/receivers/app", json={"url": address, "verify": False}, timeout=10
        ).raise_for_status()
        contact = built.platform.get("members/lixiaomei")["contacts"][0]["external_userid"]
        built.platform.post("delivery", outage=True)
        for number in range(size.bulk):
            built.platform.do("member_edits_customer", userid="lixiaomei", external_userid=contact, remark=f"第 {number} 次")
        began = time.perf_counter()
        built.platform.post("delivery", outage=False)
        while len(got) < size.bulk and time.perf_counter() - began < 60:
            time.sleep(0.01)
        took = time.perf_counter() - began
        if len(got) != size.bulk:
            raise WrongAnswer(f"{len(got)} of {size.bulk} callbacks came in {took:.0f} s")
    speed, note = size.bulk / took, f"{size.bulk} events in {took:.1f} s"
    return [Figure("simulator.callbacks_out", speed, "req/s", ">= 150 callbacks/s", speed >= CALLBACKS_GOAL, note=note)]


def _start(built: Stage) -> None:
    """The simulator on core 0, this process on core 1; quotas out of the way."""
    built.simulator()
    many = 10_000_000
    built.platform.post("limits", per_minute=many, per_hour=many, member_per_minute=many, member_per_hour=many)
    pin([pid for child in built.children if child.process for pid in family(child.process.pid)], 0)
    pin([os.getpid()], 1)


def _cpu_seconds(built: Stage) -> float:
    """What the simulator has used; on a machine with other work this is what its speed is told by."""
    used = 0
    for pid in [pid for child in built.children if child.process for pid in family(child.process.pid)]:
        used += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


def _messages(built: Stage, count: int) -> list[bytes]:
    """Text cards to the sample brand's members in turn, as whole HTTP requests."""
    chosen = settings()
    asked = {"corpid": chosen.wecom_corp_id, "corpsecret": chosen.wecom_app_secret.get_secret_value()}
    token = requests.get(f"{built.platform.base}/cgi-bin/gettoken", params=asked, timeout=10).json()["access_token"]
    members = [member["userid"] for member in built.platform.get("members", limit=500)["members"]]
    host, path = f"127.0.0.1:{built.simulator_port}", f"/cgi-bin/message/send?access_token={token}"
    made = []
    for number in range(count):
        card = {"title": f"第 {number} 条任务", "description": "请在今天完成朋友圈转发", "url": "http://127.0.0.1/sidebar/"}
        body = {"touser": members[number % len(members)], "msgtype": "textcard", "agentid": chosen.wecom_agent_id}
        made.append(request_bytes("POST", path, host, json.dumps({**body, "textcard": card}).encode()))
    return made


@contextmanager
def _receiver() -> Iterator[tuple[str, list[int]]]:
    """An address that answers 200 with nothing, and the lengths of what it got."""
    got: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            got.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response_only(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/callback", got
    finally:
        server.shutdown()
        server.server_close()
