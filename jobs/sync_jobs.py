"""Syncs of departments, members and tags with the platform: asked outside any transaction, applied a page at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from customers.actions import apply_tags
from customers.profile_actions import seed_profile_fields
from customers.tag_list import seed_tag_groups
from foundation import clock
from foundation.config import settings
from foundation.db import Json, transaction
from foundation.errors import Conflict
from foundation.log import logger
from jobs.customer_sync import pull_customers
from jobs.daily import count_anew
from jobs.sync_run import Going, bearable, beating, in_parallel, patiently
from org import actions as org
from org.models import SyncRun
from org.queries import (
    ended_before,
    find_latest_run,
    list_departments_after,
    list_unseen_staff,
    list_wanted_staff,
    unknown_departments,
)
from wecom import reads
from wecom.errors import PlatformError, Refused

log = logger(__name__)
NO_SUCH_MEMBER = 60111
WAIT_AFTER_TROUBLE = timedelta(seconds=60)
NOT_AGAIN_WITHIN = timedelta(minutes=10)


def run_waiting(limit: int = 10) -> int:
    """Work the syncs that wait or whose worker died, one after the other; how many were worked."""
    for count in range(limit):
        with transaction() as session:
            run = org.claim_run(session)
        if run is None:
            return count
        going = Going.of(run)
        with beating(going):
            work_run(going)
    return limit


def ask_reconcile() -> int:
    """The nightly pull of everything, which finds what no event told of; its id. Asking again changes nothing."""
    with transaction() as session:
        return org.start_run(session, "full", "job:org.reconcile").id


def work_run(run: Going) -> None:
    """Take a claimed run from its cursor to its end. A platform error ends it as failed; asked again, it goes on from there."""
    error = "这次同步中途出错，详情见日志"
    try:
        for step in STEPS[run.kind][STEPS[run.kind].index(run.cursor.get("step", STEPS[run.kind][0])) :]:
            _enter(run, step)
            WORK[step](run)
        error = ""
    except Conflict:
        log.warning("sync taken over by another worker", run=run.id)
        return
    except PlatformError as trouble:
        error = trouble.message
        log.warning("sync stopped", run=run.id, step=run.cursor.get("step"), errcode=trouble.errcode, why=error)
    finally:
        _finish(run, error)


def _finish(run: Going, error: str) -> None:
    """The last word of the report, and the end. A run somebody else took over is theirs to finish."""
    try:
        with transaction() as session:
            run.record(session)
            first = not error and run.kind in WHOLE and not ended_before(session, WHOLE)
            org.finish_run(session, run.id, run.fence, error=error)
            if first:
                count_anew(session)
    except Conflict:
        log.warning("sync finished by another worker", run=run.id)


def _enter(run: Going, step: str) -> None:
    if run.cursor.get("step") != step:
        run.cursor = {"step": step}
        with transaction() as session:
            run.record(session)


def pull_departments(run: Going) -> None:
    """The whole visible tree in one call (DOC 90208)."""
    try:
        rows = patiently(reads.list_departments)
    except Refused as error:
        run.missing("departments", bearable(error).errcode, [])
        return
    ids = {int(row["id"]) for row in rows}
    hidden = sorted({int(row.get("parentid") or 0) for row in rows} - ids - {0})
    with transaction() as session:
        changed = org.apply_departments(session, rows, complete=True)
        run.seen("departments", seen=len(rows), changed=changed)
        if hidden:
            why = "上级部门不在应用的可见范围里，它下面的部门暂挂在总部之下"
            run.missing("departments", None, [str(key) for key in hidden], why)
        run.record(session)


def pull_users(run: Going) -> None:
    """Members, department by department, as many at once as SYNC_WORKERS (DOC 90201)."""
    while True:
        with transaction() as session:
            left = list_departments_after(session, int(run.cursor.get("after", 0)))
        if not left:
            return
        todo = dict(islice(left.items(), settings().sync_workers * 4))
        fetched_at = clock.now()
        answers = dict(zip(todo, in_parallel(reads.list_department_users, list(todo)), strict=True))
        members: list[Json] = []
        for key, answer in answers.items():
            if isinstance(answer, PlatformError):
                run.missing("users", answer.errcode, [todo[key]])
            else:
                members += answer
        _note_partial(run, members)
        run.cursor = {**run.cursor, "after": max(todo)}
        with transaction() as session:
            if members:
                org.apply_users(session, members, fetched_at=fetched_at)
            run.seen("users", seen=len({row["userid"] for row in members}), departments=len(todo))
            run.record(session, done=len(todo), expect=len(left) - len(todo))


def _note_partial(run: Going, members: list[Json]) -> None:
    names = [str(row.get("name") or row["userid"]) for row in members if row.get("partial")]
    if names:
        why = "应用看不到这些成员的详细资料（职务、负责人标记），只有姓名与部门：请检查应用的通讯录权限与企业可信 IP"
        run.missing("users", 48009, names, why)


def check_unseen(run: Going) -> None:
    """Who was not listed is asked for one by one: gone ones depart. Skipped when the listing was not complete."""
    if any(one["step"] == "users" and one["errcode"] != 48009 for one in run.report.get("problems", [])):
        run.missing("unseen", None, [], "成员名单不完整，因此没有把未出现的成员标为离职")
        return
    while True:
        with transaction() as session:
            row = session.get_one(SyncRun, run.id)
            unseen = list_unseen_staff(session, row, int(run.cursor.get("after", 0)), settings().sync_workers * 4)
        if not unseen:
            return
        fetched_at = clock.now()
        answers = in_parallel(reads.get_user, [staff.userid for staff in unseen])
        run.cursor = {**run.cursor, "after": unseen[-1].id}
        with transaction() as session:
            for staff, answer in zip(unseen, answers, strict=True):
                outcome = _take_user(session, staff.userid, answer, fetched_at)
                run.seen("unseen", **{outcome: 1})
                if outcome == "invisible" and isinstance(answer, PlatformError):
                    run.missing("unseen", answer.errcode, [staff.name or staff.userid])
            run.record(session)


def _take_user(session: Session, userid: str, answer: Json | PlatformError, fetched_at: datetime) -> str:
    """One member as the platform answered: found, departed, or not for us to see."""
    if not isinstance(answer, PlatformError):
        org.apply_user(session, answer, fetched_at=fetched_at)
        return "found"
    if answer.errcode == NO_SUCH_MEMBER:
        org.give_up_staff(session, userid, fetched_at=fetched_at)
        org.depart(session, userid, fetched_at)
        return "departed"
    org.give_up_staff(session, userid, fetched_at=fetched_at)
    return "invisible"


def pull_tags(run: Going) -> None:
    """All tag groups in one call (DOC 92117)."""
    fetched_at = clock.now()
    try:
        groups = patiently(reads.list_corp_tags)
    except Refused as error:
        run.missing("tags", bearable(error).errcode, [])
        return
    with transaction() as session:
        apply_tags(session, groups, fetched_at=fetched_at)
        # A corp that has neither 消费属性 nor 行为偏好 gets them once it is known that it has not.
        seed_tag_groups(session)
        seed_profile_fields(session)
        run.seen("tags", groups=len(groups), tags=sum(len(group.get("tag") or []) for group in groups))
        run.record(session)


def pull_staff(limit: int = 100) -> int:
    """Pull the members events told of (reduced events carry ids only; DOC 90970); how many were settled."""
    with transaction() as session:
        userids = list_wanted_staff(session, limit)
    if not userids:
        return 0
    fetched_at = clock.now()
    try:
        answers = in_parallel(reads.get_user, userids)
    except PlatformError as trouble:
        log.warning("members not pulled", count=len(userids), why=trouble.message)
        with transaction() as session:
            for userid in userids:
                org.postpone_staff(session, userid, clock.now() + WAIT_AFTER_TROUBLE, fetched_at=fetched_at)
        return 0
    with transaction() as session:
        for userid, answer in sorted(zip(userids, answers, strict=True), key=lambda pair: pair[0]):
            _take_user(session, userid, answer, fetched_at)
        if _stand_elsewhere(session, [answer for answer in answers if not isinstance(answer, PlatformError)]):
            want_soon(session, "org")
    return len(userids)


def _stand_elsewhere(session: Session, rows: list[Json]) -> bool:
    """Whether somebody stands in a department we have not heard of."""
    return bool(unknown_departments(session, {int(number) for row in rows for number in row.get("department") or []}))


def want_soon(session: Session, kind: str) -> None:
    """Ask for a sync unless one ended minutes ago: what it did not see then it will not see now."""
    latest = find_latest_run(session, kind)
    if latest is None or latest.finished_at is None or latest.finished_at < clock.now() - NOT_AGAIN_WITHIN:
        org.start_run(session, kind, "platform")


STEPS: dict[str, tuple[str, ...]] = {
    "first": ("departments", "users", "unseen", "tags", "customers"),
    "full": ("departments", "users", "unseen", "tags", "customers"),
    "org": ("departments", "users", "unseen"),
    "tags": ("tags",),
    "customers": ("customers",),
}
WHOLE = ("first", "full")
WORK: dict[str, Callable[[Going], None]] = {
    "departments": pull_departments,
    "users": pull_users,
    "unseen": check_unseen,
    "tags": pull_tags,
    "customers": pull_customers,
}
