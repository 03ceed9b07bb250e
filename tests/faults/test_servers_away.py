"""Redis flushed, PostgreSQL away for 30 seconds: the roads go on by themselves and nothing is lost or doubled."""

import time
from functools import partial

from benchmarks.outbox_drain import owe
from benchmarks.stage import Stage
from foundation.redis import redis_client
from outbox.models import Lane
from supervisor.servers import start_postgres
from tests.faults.watching import count, eventually

MEMBERS = ["lixiaomei", "zhouting", "wufang", "chenjing"]
UNSENT = "SELECT count(*) FROM outgoing_message WHERE about = 'bench' AND status <> 'sent'"


def unlimited(brand: Stage) -> None:
    """The platform drops what is over thirty messages a minute to a member, which is not what is looked at here."""
    brand.platform.post("limits", member_per_minute=1_000_000, member_per_hour=1_000_000)


def texts(brand: Stage, member: str) -> list[str]:
    """The bench texts a member really got."""
    inbox = brand.platform.get(f"members/{member}/inbox", limit=1000)["messages"]
    return [str(one["body"].get("content")) for one in inbox if one["msgtype"] == "text"]


def welcomes(brand: Stage, scan: dict[str, str]) -> int:
    """How many welcomes a customer got."""
    chat = brand.platform.chat(scan["userid"], scan["external_userid"])
    return len([line for line in chat if line["via"] == "welcome" and line["msgtype"] == "text"])


def known(external_userid: str) -> bool:
    """Whether we have the customer."""
    return count("SELECT count(*) FROM customer WHERE external_userid = :external", external=external_userid) == 1


def test_redis_flushed_in_mid_run_loses_nothing(brand: Stage) -> None:
    unlimited(brand)
    owe(80, Lane.BULK, MEMBERS)
    scans = []
    for number in range(10):
        redis_client().flushall()
        scans.append(brand.platform.do("customer_scans", userid=MEMBERS[number % 3], customer={"name": f"顾客{number}"}))
    eventually(lambda: count(UNSENT) == 0, 120, "sending")
    for scan in scans:
        eventually(lambda scan=scan: welcomes(brand, scan) == 1, 120, "a welcome")  # type: ignore[misc]
    eventually(lambda: count("SELECT count(*) FROM customer WHERE pulled_at IS NULL") == 0, 120, "pulling profiles")
    for member in MEMBERS:
        assert len(texts(brand, member)) == len(set(texts(brand, member))) == 20
    assert [welcomes(brand, scan) for scan in scans] == [1] * 10


def test_the_database_away_for_thirty_seconds_loses_nothing_that_was_answered(brand: Stage) -> None:
    unlimited(brand)
    seen = {member: len(texts(brand, member)) for member in MEMBERS}
    postgres = brand.servers[0]
    owe(400, Lane.TASK, MEMBERS)
    before = brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": "断电前"})
    postgres.stop()
    during = brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": "断电中"})
    time.sleep(30)
    brand.servers[0] = start_postgres(brand.var)
    after = brand.platform.do("customer_scans", userid="lixiaomei", customer={"name": "断电后"})
    eventually(lambda: count(UNSENT) == 0, 150, "sending")
    eventually(lambda: bool(brand.platform.post("callbacks/wait", timeout=25)["idle"]), 120, "telling")
    attempts = brand.platform.get("callbacks", limit=500)["attempts"]
    answered = {
        one["xml"].split("<ExternalUserID><![CDATA[")[1].split("]]>")[0]
        for one in attempts
        if one["status"] == 200 and "<ExternalUserID>" in one["xml"]
    }
    assert after["external_userid"] in answered
    for scan in (before, during, after):
        if scan["external_userid"] in answered:
            eventually(partial(known, scan["external_userid"]), 120, "an answered event")
    for member in MEMBERS:
        new = texts(brand, member)[seen[member] :]
        assert len(new) == len(set(new)) == 100, "each arrived, nothing twice"
    assert all(child.running() for child in brand.children), "every process lived through it"
