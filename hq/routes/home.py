"""The front page (首页): how the network stands today, and what waits for this person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.console_queries import count_added, count_lost
from customers.person_rules import SOON, working_days_left
from customers.waiting_queries import LOSS_DAYS, MOST, Waiting, count_waiting
from foundation import clock
from foundation.db import transaction
from hq.ports import inbox
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff
from org.models import Staff
from org.queries import count_active_guides, page_runs
from outbox.models import MessageStatus
from outbox.queries import count_by_status, find_paused
from sop.models import TaskStatus
from sop.network_queries import Health, list_network_health
from sop.queries import Counts, count_by_task, page_tasks

NEWEST_TASKS = 6


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person: a sentence, where to go, and how urgent (an alert colour)."""

    text: str
    href: str
    tone: str


@bp.get("/")
@allow(MANAGERS)
def home() -> ResponseReturnValue:
    """Today: tasks by branch, customers won and lost, connection, what needs her."""
    staff, today = current_staff(), clock.today()
    since, until = clock.start_of(today), clock.start_of(today + timedelta(days=1))
    with transaction() as session:
        health = list_network_health(session, staff, since)
        newest = page_tasks(session, staff, limit=NEWEST_TASKS * 3)
        tasks = [task for task in newest if task.status != TaskStatus.WITHDRAWN][:NEWEST_TASKS]
        counts = count_by_task(session, [task.id for task in tasks], within=staff.path)
        facts = {
            "guides": count_active_guides(session, staff.path),
            "added": count_added(session, staff, since, until),
            "lost": count_lost(session, staff, since, until),
            "needs": _needs(session, staff, health),
        }
    rows = [{"task": task, "counts": counts.get(task.id, Counts())} for task in tasks]
    sums = {field: sum(getattr(one, field) for one in health) for field in ("total", "opened", "done", "late")}
    return render_template("hq/home.html", rows=rows, sums=sums, chart=health_chart(health), today=today, **facts)


def health_chart(health: Sequence[Health]) -> dict[str, object]:
    """Stacked bars by branch: done, late, opened but not done, not opened."""
    untouched = [one.total - max(one.opened, one.done + one.late) for one in health]
    return {
        "kind": "stack",
        "names": [one.name for one in health],
        "series": [
            {"name": "已完成", "colour": "green", "values": [one.done for one in health]},
            {"name": "逾期", "colour": "orange", "values": [one.late for one in health]},
            {"name": "打开未完成", "colour": "blue", "values": [max(one.opened - one.done - one.late, 0) for one in health]},
            {"name": "未打开", "colour": "grey", "values": untouched},
        ],
    }


def _needs(session: Session, staff: Staff, health: Sequence[Health]) -> list[Need]:
    late = sum(one.late for one in health)
    needs = [Need(f"今天的任务有 {late} 份逾期", url_for("hq.list_tasks"), "orange")] if late else []
    needs += customer_needs(count_waiting(session, staff))
    return needs + (_system_needs(session) if staff.role in HEADQUARTERS else [])


def customer_needs(waiting: Waiting) -> list[Need]:
    """What of customers waits for her, the law's deadline first."""
    needs = []
    if waiting.requests and waiting.due_on:
        tone = "red" if working_days_left(clock.today(), waiting.due_on) < SOON else "orange"
        words = f"{_told(waiting.requests)} 个个人信息请求待办，最早的{_deadline(waiting.due_on)}"
        needs.append(Need(words, url_for("hq.list_person_requests"), tone))
    if waiting.handovers:
        needs.append(Need(f"{_told(waiting.handovers)} 次客户交接等您确认", url_for("hq.list_handovers"), "orange"))
    if waiting.losses:
        where = url_for("hq.list_losses", days=LOSS_DAYS, unseen=1)
        needs.append(Need(f"流失了 {_told(waiting.losses)} 位客户，还没有人看过", where, "orange"))
    if waiting.pairs:
        needs.append(Need(f"{_told(waiting.pairs)} 对客户疑似同一人，请确认", url_for("hq.list_merges"), "blue"))
    if waiting.imports:
        needs.append(Need(f"{_told(waiting.imports)} 个导入文件等您确认", url_for("hq.list_imports"), "blue"))
    return needs


def _deadline(due_on: date) -> str:
    today = clock.today()
    if due_on <= today:
        return "今天到期" if due_on == today else "已经逾期"
    return f"还有 {working_days_left(today, due_on)} 个工作日到期"


def _told(count: int) -> str:
    """A count that was stopped says so."""
    return f"{MOST - 1}+" if count >= MOST else str(count)


def _system_needs(session: Session) -> list[Need]:
    """What only headquarters can mend: callbacks, owed calls, syncs."""
    needs = []
    if dead := count_by_status(session).get(MessageStatus.DEAD, 0):
        needs.append(Need(f"发件箱有 {dead} 条没发出去", url_for("hq.show_outbox"), "red"))
    if paused := find_paused(session):
        needs.append(Need(f"{len(paused)} 个接口被企业微信限频，窗口过后自动恢复", url_for("hq.show_outbox"), "orange"))
    needs += _inbox_needs(session)
    runs = page_runs(session, limit=1)
    if not runs:
        needs.append(Need("还没有同步过通讯录和客户", url_for("hq.show_sync"), "red"))
    elif runs[0].status == "failed":
        needs.append(Need("最近一次同步失败", url_for("hq.show_sync"), "red"))
    return needs


def _inbox_needs(session: Session) -> list[Need]:
    plugged = inbox()
    if plugged is None:
        return []
    reads, _ = plugged
    needs = []
    if not reads.last_received(session):
        needs.append(Need("还没有收到过企业微信回调", url_for("hq.show_connection"), "red"))
    if aside := reads.counts(session).get("set_aside", 0):
        needs.append(Need(f"收件箱搁置了 {aside} 个事件", url_for("hq.show_inbox"), "orange"))
    oldest = reads.oldest_waiting(session)
    if oldest and clock.now() - oldest > timedelta(minutes=1):
        needs.append(Need("回调事件积压超过 1 分钟", url_for("hq.show_inbox"), "red"))
    return needs
