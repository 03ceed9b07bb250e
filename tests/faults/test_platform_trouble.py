"""The platform refuses, hangs, resets and sends web pages: rows wait or end with a reason, the workers stay alive and go on."""

import time

from benchmarks.outbox_drain import owe
from benchmarks.stage import Stage
from outbox.models import Lane
from tests.faults.watching import child, count, eventually, fault

MEMBERS = ["lixiaomei", "zhouting", "wufang", "chenjing"]
OF_THIS = "SELECT count(*) FROM outgoing_message WHERE about = 'bench'"
TROUBLES = [
    {"kind": "errcode", "errcode": 40014},
    {"kind": "hang", "seconds": 30},
    {"kind": "reset"},
    {"kind": "reset", "after": True},
    {"kind": "html"},
    {"kind": "http"},
    {"kind": "errcode", "errcode": -1},
    {"kind": "errcode", "errcode": 45033},
]


def test_after_every_kind_of_trouble_each_message_arrives_once_and_nobody_died(brand: Stage) -> None:
    brand.platform.post("limits", member_per_minute=1_000_000, member_per_hour=1_000_000)
    seen = {member: len(brand.platform.inbox(member)) for member in MEMBERS}
    pids = {each.name: each.process.pid for each in brand.children if each.process}
    for trouble in TROUBLES:
        fault(brand, path="message/send", times=3, **trouble)
    tokens = len(_asked(brand, "gettoken"))
    owe(40, Lane.TASK, MEMBERS)
    eventually(lambda: count(f"{OF_THIS} AND status = 'sent'") == 40, 150, "sending after all that")
    for member in MEMBERS:
        inbox = [str(one["body"]) for one in brand.platform.inbox(member)[seen[member] :] if one["msgtype"] == "text"]
        assert len(inbox) == len(set(inbox)) == 10
    assert {each.name: each.process.pid for each in brand.children if each.process} == pids
    assert all(each.running() for each in brand.children)
    assert len(_asked(brand, "gettoken")) - tokens <= 8, "a refused token is not asked for again and again"


def test_a_token_refused_for_ever_leaves_its_rows_waiting_with_a_reason_and_the_others_go_on(brand: Stage) -> None:
    fault(brand, path="message/send", kind="errcode", errcode=40014)
    owe(4, Lane.BULK, MEMBERS)
    told = f"{OF_THIS} AND lane = 'bulk' AND status = 'waiting' AND reason LIKE :why"
    eventually(lambda: count(told, why="access_token 被拒绝%") == 4, 120, "a reason")
    calls = len(_asked(brand, "message/send"))
    scan = brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": "照常"})
    eventually(lambda: bool(_welcome(brand, scan["external_userid"])), 120, "a welcome all the same")
    time.sleep(2)
    assert len(_asked(brand, "message/send")) - calls <= 16, "bounded retries"
    assert child(brand, "roads-out").running()


def _welcome(brand: Stage, external_userid: str) -> list[dict[str, object]]:
    return [line for line in brand.platform.chat("lixiaomei", external_userid) if line["via"] == "welcome"]


def _asked(brand: Stage, path: str) -> list[dict[str, object]]:
    answer = brand.platform.http.get(f"{brand.platform.base}/_control/calls", params={"path": path, "limit": 50_000}, timeout=20)
    return list(answer.json()["calls"])
