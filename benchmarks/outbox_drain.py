"""How fast the road sends what is owed, against a platform that answers in 50 ms."""

import time

from sqlalchemy import text

from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import Stage, stage
from foundation.db import engine, transaction
from outbox.actions import enqueue
from outbox.models import Lane

LATENCY = 0.05
GOAL = 400.0


def left() -> int:
    """Rows not sent yet."""
    with engine().connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM outgoing_message WHERE status <> 'sent'")) or 0)


def why_not() -> str:
    """What became of those not sent, for the person who reads the failure."""
    with engine().connect() as connection:
        unsent = "SELECT status, reason, count(*) FROM outgoing_message WHERE status <> 'sent' GROUP BY 1, 2 LIMIT 5"
        rows = connection.execute(text(unsent))
        return "; ".join(f"{status} {reason} × {count}" for status, reason, count in rows)


def owe(count: int, lane: Lane, members: list[str], name: str = "bench") -> None:
    """App messages spread over members, so that no member's 30 a minute is passed unseen."""
    with transaction() as session:
        messages = {
            f"{name}:{lane}:{number}": {
                "touser": members[number % len(members)],
                "msgtype": "text",
                "text": {"content": f"第 {number} 条"},
            }
            for number in range(count)
        }
        enqueue(session, lane, "message/send", messages, about="bench")


def wait_until_sent(seconds: float) -> float:
    """Seconds until nothing is left; raises WrongAnswer when time is over first."""
    began = time.perf_counter()
    while (rest := left()) > 0:
        if time.perf_counter() - began > seconds:
            raise WrongAnswer(f"{rest} messages were not sent in {seconds:.0f} s: {why_not()}")
        time.sleep(0.05)
    return time.perf_counter() - began


def slow_platform(built: Stage) -> list[str]:
    """The sample brand's members, and 50 ms before each answer of message/send."""
    built.platform.post("faults", path="message/send", kind="latency", seconds=LATENCY, share=1)
    # The platform's quota would end a case after 10,000 sends; here the road is measured, not the quota.
    many = 10_000_000
    built.platform.post("limits", per_minute=many, per_hour=many, member_per_minute=many, member_per_hour=many)
    return [member["userid"] for member in built.platform.get("members", limit=500)["members"]]


def run(size: Size) -> list[Figure]:
    """spine.outbox_drain: sends a second, counted by the platform."""
    with stage("outbox") as built:
        built.simulator()
        members = slow_platform(built)
        owe(200, Lane.TASK, members, "warm-up")
        built.add("roads-out", "jobs.roads", "out")
        wait_until_sent(30)
        built.platform.http.delete(f"{built.platform.base}/_control/calls", timeout=10)
        owe(size.bulk, Lane.TASK, members)
        took = wait_until_sent(120)
        counted = built.platform.get("calls", path="message/send", limit=1)["by_path"]["message/send"]
        if counted["ok"] != size.bulk:
            raise WrongAnswer(f"the platform counted {counted}, owed {size.bulk}")
    speed = size.bulk / took
    return [
        Figure(
            "spine.outbox_drain",
            speed,
            "sends/s",
            ">= 400 sends/s at 50 ms",
            speed >= GOAL,
            note=f"{size.bulk} messages in {took:.1f} s",
        )
    ]
