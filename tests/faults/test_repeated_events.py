"""The same thousand events, each delivered four times in random order by two senders at once: one effect each."""

import random
import threading
import time

from benchmarks.load import closed_loop
from benchmarks.stage import Stage
from tests.faults.watching import count, eventually
from tests.sealing import sealed_request

ADD = (
    "<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[{change}]]></ChangeType>"
    "<UserID><![CDATA[{userid}]]></UserID><ExternalUserID><![CDATA[{external}]]></ExternalUserID></xml>"
)
PEOPLE = 250


def events(now: int) -> list[str]:
    """Four different events about each of 250 people, all in the same few seconds: add, edit, del by her, add again."""
    made = []
    for number in range(PEOPLE):
        about = {"corp": "{corp}", "userid": "lixiaomei", "external": f"wmFAULT{number:025d}"}
        changes = ("add_external_contact", "edit_external_contact", "del_follow_user", "add_external_contact")
        made += [ADD.format(at=now + later, change=change, **about) for later, change in enumerate(changes)]
    return made


def test_a_thousand_events_four_times_in_any_order_have_one_effect_each(brand: Stage) -> None:
    now = int(time.time()) - 60
    distinct = events(now)
    before = count("SELECT count(*) FROM inbound_event")
    deliveries = [sealed_request(text, brand.port) for text in distinct for _ in range(4)]
    random.shuffle(deliveries)
    senders = [
        threading.Thread(target=closed_loop, args=(brand.port, deliveries[half::2]), kwargs={"connections": 4, "seconds": 120})
        for half in (0, 1)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert count("SELECT count(*) FROM inbound_event") - before == len(distinct) == 1000
    eventually(
        lambda: count("SELECT count(*) FROM inbound_event WHERE status IN ('waiting', 'working')") == 0, 90, "working the events"
    )
    assert count("SELECT count(*) FROM inbound_event WHERE status = 'set_aside'") == 0
    followed = "SELECT count(*) FROM follow f JOIN customer c ON c.id = f.customer_id WHERE c.external_userid LIKE 'wmFAULT%'"
    assert count(followed) == count(f"{followed} AND f.status = 'active'") == PEOPLE
    twice = "SELECT count(*) FROM (SELECT customer_id, kind, at FROM timeline_entry GROUP BY 1, 2, 3 HAVING count(*) > 1) again"
    assert count(twice) == 0
