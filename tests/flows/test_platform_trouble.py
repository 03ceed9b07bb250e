"""The platform refuses tokens, hangs, resets and sends web pages: people read why, rows wait, and all goes on when it is well."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from app import create_app
from customers.models import Customer
from foundation.db import transaction
from jobs import customer_jobs, sync_jobs, sync_run
from org.actions import start_run
from org.models import SyncRun, SyncStatus
from org.queries import get_run
from outbox.actions import resend
from outbox.models import Lane, MessageStatus
from outbox.sender import Sender
from tests.builders.outbox import all_messages, owe
from tests.flows.browsers import WECOM
from tests.flows.test_the_walk_on_the_platform import visitor
from tests.flows.town import Town, simulator, town

__all__ = ["simulator", "town"]
READ_TIMEOUT = "1"
TROUBLES = {
    "40014 for ever": {"kind": "errcode", "errcode": 40014},
    "busy": {"kind": "errcode", "errcode": -1},
    "hang": {"kind": "hang", "seconds": 60},
    "reset": {"kind": "reset"},
    "web page": {"kind": "html"},
    "503": {"kind": "http"},
}
CHINESE = re.compile(r"[\u4e00-\u9fff]{4}")


def message_waits_or_ends_with_a_reason_and_goes_out_when_all_is_well(town: Town, trouble: dict[str, object]) -> None:
    before = len(town.platform.inbox("lixiaomei"))
    town.fault(path="message/send", **trouble)
    with transaction():
        owe(1, prefix="lixiaomei", about="trouble")
    sender = Sender([Lane.TASK], 1, lambda _: None)
    sender.drain()
    [message] = [one for one in all_messages() if one.about == "trouble"]
    assert message.status in {MessageStatus.WAITING, MessageStatus.DEAD}
    assert CHINESE.search(message.reason), message.reason
    assert "access_token=" not in message.reason
    town.mend()
    with transaction() as session:
        kept = session.merge(message)
        kept.payload = kept.payload | {"touser": "lixiaomei"}
        if kept.status == MessageStatus.DEAD:
            resend(session, kept.id, "staff:1")
        kept.due_at = kept.created_at
    sender.drain()
    assert len(town.platform.inbox("lixiaomei")) == before + 1


def who_signs_in_is_told_why(town: Town, trouble: dict[str, object]) -> None:
    client = create_app(testing=True).test_client()
    away = client.get("/sidebar/tasks", headers={"User-Agent": WECOM})
    state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
    town.fault(path="auth/getuserinfo", **trouble)
    began = time.monotonic()
    answer = client.get(f"/sidebar/login/back?code=anything&state={state}", headers={"User-Agent": WECOM})
    assert answer.status_code in {403, 502, 503}, answer.text[:300]
    assert CHINESE.search(answer.text)
    assert time.monotonic() - began < 30


def connection_check_says_what_is_wrong(town: Town, trouble: dict[str, object]) -> None:
    boss = visitor(town.staff("hq_wangmin"))
    town.fault(path="agent/get", **trouble)
    text = boss.page("/hq/connection/live")
    assert CHINESE.search(text)
    assert "Traceback" not in text


def pull_and_sync_end_with_a_reason_and_succeed_later(town: Town, trouble: dict[str, object]) -> None:
    for path in ("externalcontact/get", "department/list"):
        town.fault(path=path, **trouble)
    scan = town.platform.do("customer_scans", userid="lixiaomei", customer={"name": "等一等"})
    town.platform.post("callbacks/wait", timeout=10)
    town.work()
    with transaction() as session:
        run_id = start_run(session, "org", "test").id
    sync_jobs.run_waiting(1)
    with transaction() as session:
        run, customer = get_run(session, run_id), session.scalars(_of(scan["external_userid"])).one()
        assert run.status == SyncStatus.FAILED
        assert CHINESE.search(run.error), run.error
        assert customer.name == ""
        assert customer.pull_wanted_at is not None
    town.mend()
    with transaction() as session:
        session.scalars(_of(scan["external_userid"])).one().pull_wanted_at = customer.created_at
        again = start_run(session, "org", "test").id
    sync_jobs.run_waiting(1)
    customer_jobs.pull_wanted()
    with transaction() as session:
        assert session.get_one(SyncRun, again).status == SyncStatus.DONE
        assert session.scalars(_of(scan["external_userid"])).one().name == "等一等"


def _of(external_userid: str):  # type: ignore[no-untyped-def]
    return select(Customer).where(Customer.external_userid == external_userid)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_in_trouble_people_read_why_rows_wait_and_all_goes_on_afterwards(
    town: Town, trouble: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_run, "WAITS", (0.1,))  # it waits half a minute for what may pass
    for look in (
        message_waits_or_ends_with_a_reason_and_goes_out_when_all_is_well,
        who_signs_in_is_told_why,
        connection_check_says_what_is_wrong,
        pull_and_sync_end_with_a_reason_and_succeed_later,
    ):
        look(town, trouble)
        town.mend()
