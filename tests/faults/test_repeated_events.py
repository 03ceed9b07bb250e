"""The same thousand events, each delivered four times in random order by two senders at once: one effect each."""

import random
import time

from benchmarks.stage import Stage
from tests.faults.watching import Senders, child, count, eventually
from tests.sealing import sealed

ADD = (
    "<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[{change}]]></ChangeType>"
    "<UserID><![CDATA[{userid}]]></UserID><ExternalUserID><![CDATA[{external}]]></ExternalUserID></xml>"
)
PEOPLE = 250
CHANGES = ("add_external_contact", "edit_external_contact", "del_follow_user", "add_external_contact")


def events(now: int) -> list[str]:
    """Four different events about each of 250 people, all in the same few seconds: add, edit, del by her, add again."""
    made = []
    for number in range(PEOPLE):
        about = {"corp": "{corp}", "userid": "lixiaomei", "external": f"wmFAULT{number:025d}"}
        made += [ADD.format(at=now + later, change=change, **about) for later, change in enumerate(CHANGES)]
    return made


def test_a_thousand_events_four_times_in_any_order_have_one_effect_each(brand: Stage) -> None:
    # The platform does not know these people: a pull would learn that and end what their events began.
    child(brand, "jobs").stop()
    distinct = events(int(time.time()) - 60)
    before = count("SELECT count(*) FROM inbound_event")
    deliveries = []
    for number, text in enumerate(distinct):
        for copy in range(4):
            query, body = sealed(text)
            deliveries.append((f"{number}.{copy}", f"/wecom/callback/app?{query}", body))
    random.shuffle(deliveries)
    senders = Senders(brand.port, deliveries, 2)
    senders.wait(300)
    assert len(senders.answered) == 4000
    assert count("SELECT count(*) FROM inbound_event") - before == len(distinct) == 1000
    eventually(lambda: count("SELECT count(*) FROM inbound_event WHERE status IN ('waiting', 'working')") == 0, 120, "working")
    assert count("SELECT count(*) FROM inbound_event WHERE status = 'set_aside'") == 0
    followed = "SELECT count(*) FROM follow f JOIN customer c ON c.id = f.customer_id WHERE c.external_userid LIKE 'wmFAULT%'"
    assert count(followed) == count(f"{followed} AND f.status = 'active'") == PEOPLE
    twice = "SELECT count(*) FROM (SELECT customer_id, kind, at FROM timeline_entry GROUP BY 1, 2, 3 HAVING count(*) > 1) again"
    assert count(twice) == 0
    welcomes = "SELECT count(*) FROM outgoing_message WHERE call = 'externalcontact/send_welcome_msg'"
    assert count(welcomes) == 0, "none of these events carried a code"
