"""kill -9 of every process: nothing acknowledged is lost, nothing is done twice."""

import json
import random
import time
from datetime import timedelta

from sqlalchemy import text

from benchmarks.outbox_drain import owe
from benchmarks.stage import Stage
from foundation import clock
from foundation.db import engine
from outbox.models import Lane
from tests.faults.watching import Senders, accepted, child, count, eventually, fault, kill, start_web
from tests.sealing import sealed

MEMBERS = ["lixiaomei", "zhouting", "wufang", "chenjing"]
EDIT = (
    "<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>%d</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[a_load_of]]></Event><ChangeType><![CDATA[events]]></ChangeType>"
    "<ExternalUserID><![CDATA[%s]]></ExternalUserID></xml>"
)


def load(round_: int, size: int) -> list[tuple[str, str, bytes]]:
    """Different events nobody works on: what counts is whether they were kept."""
    made = []
    for number in range(size):
        name = f"wmLOAD{round_}x{number}"
        query, body = sealed(EDIT % (int(time.time()), name))
        made.append((name, f"/wecom/callback/app?{query}", body))
    return made


def test_web_killed_between_store_and_answer_loses_no_answered_event(brand: Stage) -> None:
    answered: set[str] = set()
    for round_ in range(3):
        senders = Senders(brand.port, load(round_, 2500), 8)
        eventually(lambda sent=senders: len(sent.answered) > 50, 120, "the first answers")  # type: ignore[misc]
        time.sleep(random.uniform(0.05, 0.5))
        kill(brand, "web")
        senders.wait(120)
        answered |= senders.answered
        start_web(brand)
    with engine().connect() as connection:
        kept = set(connection.scalars(text("SELECT body ->> 'ExternalUserID' FROM inbound_event WHERE event = 'a_load_of'")))
    assert answered <= kept
    assert len(answered) > 150


def test_roads_killed_between_call_and_record_deliver_each_message_once(brand: Stage) -> None:
    fault(brand, path="message/send", kind="latency", seconds=0.8, share=1)
    seen = {member: len(brand.platform.inbox(member)) for member in MEMBERS}
    owe(80, Lane.TASK, MEMBERS)
    for _ in range(2):
        eventually(lambda: count("SELECT count(*) FROM outgoing_message WHERE about = 'bench' AND status = 'sending'") > 0, 120)
        time.sleep(random.uniform(0.05, 0.4))
        kill(brand, "roads-out")
        child(brand, "roads-out").start()
    unsent = "SELECT count(*) FROM outgoing_message WHERE about = 'bench' AND status <> 'sent'"
    eventually(lambda: count(unsent) == 0, 120, "sending")
    for member in MEMBERS:
        inbox = brand.platform.inbox(member)[seen[member] :]
        texts = [message["body"].get("content", "") for message in inbox if message["msgtype"] == "text"]
        assert len(texts) == len(set(texts)) == 20


def test_roads_killed_during_welcomes_send_each_customer_one_welcome(brand: Stage) -> None:
    fault(brand, path="externalcontact/send_welcome_msg", kind="latency", seconds=0.4, share=1)
    scans = [brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": f"顾客{n}"}) for n in range(12)]
    time.sleep(0.6)
    for road in ("roads-in", "roads-out"):
        kill(brand, road)
        child(brand, road).start()
    eventually(lambda: len(_codes(brand)) == len(scans), 120, "welcoming")
    assert sorted(_codes(brand)) == sorted(scan["welcome_code"] for scan in scans)
    for scan in scans:
        chat = brand.platform.chat("lixiaomei", scan["external_userid"])
        assert len([line for line in chat if line["via"] == "welcome" and line["msgtype"] == "text"]) == 1


def _codes(brand: Stage) -> list[str]:
    return [json.loads(str(call["request"]))["welcome_code"] for call in accepted(brand, "externalcontact/send_welcome_msg")]


def test_the_clock_killed_again_and_again_in_its_ticks_sends_every_morning_card_once(brand: Stage) -> None:
    # The hour of the morning cards was ten minutes ago and nobody has seen to it: a tick of the first moments has to.
    # Just after midnight it was the first of today: yesterday's customers are others.
    hour = max(clock.now() - timedelta(minutes=10), clock.start_of(clock.today())).astimezone(clock.SHANGHAI)
    for name in ("clock", "jobs"):
        kill(brand, name)
        child(brand, name).env["MORNING_CARD_AT"] = f"{hour:%H:%M}"
    with engine().begin() as connection:
        connection.execute(text("DELETE FROM tick WHERE name = 'sop.care_morning'"))
        seen = "INSERT INTO tick (name, done_to, facts) VALUES ('sop.care_morning', :at, '{}')"
        connection.execute(text(seen), {"at": clock.now() - timedelta(hours=20)})
    child(brand, "jobs").start()
    for _ in range(4):
        child(brand, "clock").start()
        time.sleep(random.uniform(0.8, 2.0))
        kill(brand, "clock")
    child(brand, "clock").start()
    done = "SELECT count(*) FROM tick WHERE name = 'sop.care_morning' AND done_to > :since"
    eventually(lambda: count(done, since=clock.now() - timedelta(hours=1)) == 1, 120, "the morning")
    eventually(lambda: count("SELECT count(*) FROM outgoing_message WHERE about LIKE 'care:%' AND status <> 'sent'") == 0, 120)
    guides = count("SELECT count(*) FROM care_digest")
    cards = "SELECT count(*) FROM outgoing_message WHERE about LIKE 'care:%'"
    assert guides > 5
    assert count(cards) == guides == count("SELECT count(DISTINCT guide_id) FROM care_digest")
    inbox = [str(message["body"]) for message in brand.platform.inbox("lixiaomei") if message["msgtype"] == "template_card"]
    assert len([card for card in inbox if "/sidebar/care" in card]) == 1
