"""kill -9 of every process: nothing acknowledged is lost, nothing is done twice."""

import json
import random
import threading
import time

from benchmarks.envelopes import requests_of
from benchmarks.load import closed_loop
from benchmarks.outbox_drain import owe
from benchmarks.stage import Stage
from foundation.config import settings
from outbox.models import Lane
from tests.faults.watching import accepted, child, count, eventually, kill


def test_web_killed_between_store_and_answer_loses_no_answered_event(brand: Stage) -> None:
    answered = 0
    before = count("SELECT count(*) FROM inbound_event")
    for _ in range(6):
        requests = requests_of(settings(), 4000, brand.port, int(time.time()))
        threading.Timer(random.uniform(0.2, 0.8), kill, (brand, "web")).start()
        try:
            answered += closed_loop(brand.port, requests, connections=8, seconds=3).statuses.get(200, 0)
        except OSError as broken:
            answered += getattr(broken, "answered", 0)
        child(brand, "web").start()
        brand.wait_for("web", lambda: _answers(brand))
    assert count("SELECT count(*) FROM inbound_event") - before >= answered > 0


def _answers(brand: Stage) -> bool:
    try:
        closed_loop(brand.port, requests_of(settings(), 1, brand.port, int(time.time())), connections=1, seconds=1)
    except (OSError, ValueError):
        return False
    return True


def test_roads_killed_between_call_and_record_deliver_each_message_once(brand: Stage) -> None:
    brand.platform.post("faults", path="message/send", kind="latency", seconds=0.2, share=1)
    members = ["lixiaomei", "zhouting", "wufang", "chenjing"]
    seen = {member: len(brand.platform.inbox(member)) for member in members}
    owe(80, Lane.TASK, members)
    for _ in range(3):
        time.sleep(0.5)
        kill(brand, "roads")
        child(brand, "roads").start()
    eventually(
        lambda: count("SELECT count(*) FROM outgoing_message WHERE about = 'bench' AND status <> 'sent'") == 0, 150, "sending"
    )
    for member in members:
        texts = [
            message["body"].get("content", "")
            for message in brand.platform.inbox(member)[seen[member] :]
            if message["msgtype"] == "text"
        ]
        assert len(texts) == len(set(texts)) == 20


def test_roads_killed_during_welcomes_send_each_customer_one_welcome(brand: Stage) -> None:
    brand.platform.post("faults", path="externalcontact/send_welcome_msg", kind="latency", seconds=0.4, share=1)
    scans = [brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": f"顾客{n}"}) for n in range(12)]
    time.sleep(0.6)
    kill(brand, "roads")
    child(brand, "roads").start()
    eventually(lambda: len(_codes(brand)) == len(scans), 20, "welcoming")
    assert sorted(_codes(brand)) == sorted(scan["welcome_code"] for scan in scans)
    for scan in scans:
        chat = brand.platform.chat("lixiaomei", scan["external_userid"])
        assert len([line for line in chat if line["via"] == "welcome" and line["msgtype"] == "text"]) == 1


def _codes(brand: Stage) -> list[str]:
    return [json.loads(str(call["request"]))["welcome_code"] for call in accepted(brand, "externalcontact/send_welcome_msg")]


def test_clock_killed_in_a_tick_hands_out_every_task_once(brand: Stage) -> None:
    for _ in range(3):
        kill(brand, "clock")
        child(brand, "clock").start()
        time.sleep(1.5)
    before = count("SELECT count(*) FROM tick")
    eventually(lambda: count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") >= 1, 20, "a new leader")
    assert before >= 0
    assert count('SELECT count(*) FROM (SELECT guide_id, "on" FROM care_digest GROUP BY 1, 2 HAVING count(*) > 1) twice') == 0
