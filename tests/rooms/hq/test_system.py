"""The pages that show and mend the machine: outbox, inbox, sync, audit, check-up, care plan, front page."""

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.models import EventStatus, InboundEvent
from customers.handover_actions import start_handover
from customers.import_models import CustomerImport, ImportStatus
from customers.owner_models import MergeCandidate
from customers.person_requests import ask_for_data
from customers.waiting_queries import MOST, Waiting
from foundation import clock
from foundation.audit import AuditEvent
from foundation.db import transaction
from hq.checkup import agent_checks, run_live_checks
from hq.labels import DEED, FACTS
from hq.routes.home import customer_needs
from org.models import SyncRun, SyncStatus
from outbox.models import Lane, MessageStatus, OutgoingMessage, PausedCall
from sop.actions import seed_care_nodes
from sop.models import AssignmentStatus, CareNode
from tests.builders.bot import make_event
from tests.builders.handover import lose, make_customers, make_leaver
from tests.builders.sop import make_copy, make_follow, make_task

ROOT = Path(__file__).parents[3]
ROOMS = (
    "acquisition",
    "bot",
    "content_library",
    "customers",
    "foundation",
    "hq",
    "jobs",
    "leaderboard",
    "org",
    "outbox",
    "sidebar",
    "sop",
)
CODE = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]


def _dead(session, number: int, **values) -> OutgoingMessage:
    facts = {
        "lane": Lane.TASK, "call": "externalcontact/mark_tag", "payload": {"welcome_code": "CODE", "tag": number},
        "idempotency_key": f"k{number}", "about": "task:7", "status": MessageStatus.DEAD, "due_at": clock.now(), "attempts": 3,
        "errcode": 84061, "reason": "客户已不是该导购的好友", "created_at": clock.now(),
    }  # fmt: skip
    message = OutgoingMessage(**(facts | values))
    session.add(message)
    session.flush()
    return message


def test_the_dead_are_shown_with_their_reason_and_resent_one_or_all(brand, sign_in):
    with transaction() as session:
        first = _dead(session, 0)
        for number in range(1, 4):
            _dead(session, number)
        _dead(session, 9, expires_at=clock.now() - clock.days(1))
        session.add(PausedCall(call="message/send", until=clock.now() + clock.days(1), errcode=45009))
    hq = sign_in(brand.headquarters)
    page = hq.get("/hq/outbox")
    assert "打标签 · 5 条" in page
    assert "客户已不是该导购的好友" in page
    assert "发应用消息</strong>被企业微信限频" in page
    assert "任务 7" in page
    assert "CODE" not in hq.get(f"/hq/outbox/{first.id}")
    hq.post(f"/hq/outbox/{first.id}/resend")
    hq.post("/hq/outbox/resend", call="externalcontact/mark_tag", errcode="84061")
    with transaction() as session:
        statuses = sorted(message.status for message in session.query(OutgoingMessage))
        assert statuses == [MessageStatus.DEAD, *[MessageStatus.WAITING] * 4]
        assert session.query(AuditEvent).filter_by(action="outbox.resend_kind").one().facts["messages"] == 3
    assert hq.post(f"/hq/outbox/{first.id}/resend").status_code == 409


def test_events_set_aside_are_read_and_played_again(brand, sign_in):
    body = {"Event": "x<script>", "WelcomeCode": "SECRET"}
    with transaction() as session:
        event = make_event(session, status=EventStatus.SET_ASIDE, error="缺少字段", attempts=5, body=body)
    hq = sign_in(brand.headquarters)
    assert "缺少字段" in hq.get("/hq/inbox")
    page = hq.get(f"/hq/inbox/{event.id}")
    assert "SECRET" not in page
    assert "x&lt;script&gt;" in page
    hq.post(f"/hq/inbox/{event.id}/replay")
    with transaction() as session:
        assert session.get_one(InboundEvent, event.id).status == EventStatus.WAITING
    assert hq.post(f"/hq/inbox/{event.id}/replay").status_code == 409


def test_a_sync_is_asked_for_once_watched_and_reported(brand, sign_in):
    hq = sign_in(brand.headquarters)
    for _ in range(2):
        hq.post("/hq/sync", kind="full")
    assert hq.post("/hq/sync", kind="everything").status_code == 422
    assert "data-polls" in hq.get("/hq/sync")
    with transaction() as session:
        run = session.query(SyncRun).one()
        problem = {"step": "customers", "errcode": 84061, "reason": "没有开通客户联系", "count": 30, "examples": ["周婷"]}
        run.report = {"steps": {"users": {"seen": 12}}, "problems": [problem]}
        run.status, run.finished_at = SyncStatus.DONE, clock.now()
    report = hq.get(f"/hq/sync/{run.id}")
    assert "看到 12" in report
    assert "没有开通客户联系" in report
    assert "周婷 等" in report
    assert "data-polls" not in hq.get("/hq/sync/progress")


def test_the_audit_is_read_by_who_and_what_page_by_page(brand, sign_in):
    hq = sign_in(brand.headquarters)
    with transaction() as session:
        for number in range(60):
            session.add(AuditEvent(at=clock.now(), actor="job:x", action="task.publish", subject=f"task:{number}", facts={}))
    page = hq.get("/hq/audit?actor=job:x")
    assert "下发任务" in page
    assert "before=" in page
    assert "任务 7<" in hq.get("/hq/audit?subject=task:7")


@pytest.mark.parametrize(
    ("change", "name", "state"),
    [
        ({}, "可信域名", "ok"),
        ({"close": 1}, "应用状态", "bad"),
        ({"redirect_domain": ""}, "可信域名", "warn"),
        ({"redirect_domain": "guide.test:81"}, "可信域名", "bad"),
        ({"allow_partys": {"partyid": []}}, "可见范围", "bad"),
        ({}, "可见范围", "ok"),
    ],
)
def test_the_check_up_names_what_is_set_up_wrong_and_the_fix(change, name, state):
    agent = {"name": "导购台", "close": 0, "redirect_domain": "guide.test", "allow_partys": {"partyid": [1]}} | change
    check = next(check for check in agent_checks(agent, "https://guide.test") if check.name == name)
    assert check.state == state
    assert bool(check.fix) == (state != "ok")


def test_an_unreachable_platform_is_said_in_chinese_on_every_line(database):
    checks = run_live_checks()
    assert len(checks) == 4
    assert all(check.state == "bad" and "企业微信" in check.text for check in checks)


def test_the_care_plan_is_changed_and_previewed(brand, sign_in):
    with transaction() as session:
        seed_care_nodes(session)
        make_follow(session, brand.ai, "wm1", days_ago=2)
    hq = sign_in(brand.headquarters)
    assert "明天共 1 位客户到期" in hq.get("/hq/care")
    bad = hq.post("/hq/care/new", day="0", title="", advice="记得问尺码", estimated_minutes="x")
    assert bad.status_code == 422
    assert [f'id="{name}-problem"' in bad.text for name in ("day", "title", "estimated_minutes")] == [True] * 3
    assert "记得问尺码" in bad.text
    assert hq.post("/hq/care/new", day="45", title="换季回访", advice="", estimated_minutes="2", enabled="on").status_code == 302
    with transaction() as session:
        node = session.query(CareNode).filter_by(day=45).one()
    hq.post(f"/hq/care/{node.id}", day="45", title="换季回访", advice="", estimated_minutes="2")
    with transaction() as session:
        assert not session.get_one(CareNode, node.id).enabled
    assert hq.status("/hq/care/999") == 404
    assert sign_in(brand.east).status(f"/hq/care/{node.id}") == 403


def test_the_front_page_counts_today_by_branch_and_says_what_waits(brand, sign_in):
    with transaction() as session:
        task = make_task(session, brand)
        make_copy(session, task, brand.ai, status=AssignmentStatus.DONE, done_at=clock.now())
        make_copy(session, task, brand.guides["g22a"], status=AssignmentStatus.LATE)
        make_copy(session, task, brand.far)
        _dead(session, 1)
        make_follow(session, brand.ai, "wm1")
    page = sign_in(brand.headquarters).get("/hq/")
    for words in ("今天的任务有 1 份逾期", "发件箱有 1 条没发出去", "还没有收到过企业微信回调", "还没有同步过"):
        assert words in page
    chart = json.loads(page.split('data-chart="')[1].split('"')[0].replace("&#34;", '"'))
    assert chart["names"] == ["华东大区", "华北大区"]
    assert {one["name"]: one["values"] for one in chart["series"]}["已完成"] == [1, 0]
    east = sign_in(brand.east).get("/hq/")
    assert "21店" in east
    assert "发件箱" not in east


def test_the_front_page_costs_a_bounded_number_of_statements(brand, sign_in, count_sql):
    hq = sign_in(brand.headquarters)
    with transaction() as session:
        for _ in range(8):
            make_copy(session, make_task(session, brand), brand.ai)
    with count_sql() as statements:
        hq.get("/hq/")
    assert len(statements) <= 24


def _waits(brand) -> None:
    """One handover, two losses, a request, a pair and an import wait in the east, one loss in the north."""
    with transaction() as session:
        make_leaver(session, brand.ai)
        ids = make_customers(session, brand.ai, 4)
        start_handover(session, brand.manager, brand.ai.id)
        make_customers(session, brand.bo, 2)
        lose(session, brand.bo, "wm-g21b-0000")
        lose(session, brand.bo, "wm-g21b-0001")
        make_customers(session, brand.far, 1)
        lose(session, brand.far, f"wm-{brand.far.userid}-0000")
        ask_for_data(session, brand.headquarters, "wm-g21a-0002", "copy", "会员卡", "once-0001")
        session.add(MergeCandidate(first_id=ids[2], second_id=ids[3], because="phone", found_at=clock.now()))
        for number, status in enumerate((ImportStatus.CHECKED, ImportStatus.CHECKING, ImportStatus.DONE)):
            facts = {"kind": "members", "filename": "a.csv", "blob_key": "k", "columns": {}, "once": f"i{number}"}
            session.add(CustomerImport(**facts, status=status, staff_id=brand.headquarters.id, created_at=clock.now()))


def test_the_front_page_says_what_of_customers_waits_for_whom(brand, sign_in, count_sql):
    hq, manager = sign_in(brand.headquarters), sign_in(brand.manager)
    assert "没有等您处理的事" in manager.get("/hq/")
    with count_sql() as before:
        hq.get("/hq/")
    _waits(brand)
    with count_sql() as after:
        page = hq.get("/hq/")
    assert len(after) == len(before) <= 24
    for words in ("1 个个人信息请求待办，最早的还有 15 个工作日到期", "1 次客户交接等您确认", "流失了 3 位客户，还没有人看过",
                  "1 对客户疑似同一人", "2 个导入文件等您确认"):  # fmt: skip
        assert words in page
    hers = manager.get("/hq/")
    assert "1 次客户交接等您确认" in hers
    assert "流失了 2 位客户" in hers
    for words in ("个人信息请求待办", "疑似同一人", "导入文件等您", "没有等您处理的事"):
        assert words not in hers
    assert manager.status("/hq/losses?days=90&unseen=1") == 200


def test_the_front_page_tells_deadlines_and_stops_counting(app):
    with app.test_request_context():
        tones = {}
        for days in (-1, 0, 1, 10):
            waiting = Waiting(requests=1, due_on=clock.today() + timedelta(days=days), losses=MOST)
            [asked, lost] = customer_needs(waiting)
            tones[days] = (asked.text.split("，")[1], asked.tone)
        assert tones[-1] == ("最早的已经逾期", "red")
        assert tones[0] == ("最早的今天到期", "red")
        assert tones[1][1] == "red"
        assert tones[10][1] == "orange"
        assert "99+ 位客户" in lost.text


def test_every_deed_and_fact_that_is_kept_has_its_chinese_words():
    from_code = [node for file in CODE for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    kept = [call for call in from_code if ast.unparse(call.func) in {"audit.record", "deed"}]
    deeds = {
        arg.value for call in kept for arg in call.args if isinstance(arg, ast.Constant) and "." in str(arg.value)
    }  # fmt: skip
    facts = {word.arg for call in kept for word in call.keywords if word.arg} - {"ip", "request_id"}
    assert deeds - set(DEED) == set()
    assert facts - set(FACTS) == set()
    assert {"task.publish", "staff.set_role"} <= deeds
