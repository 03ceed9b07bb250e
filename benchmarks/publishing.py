"""Publishing a task to every guide: the request, the rows, the memory of the process that hands out."""

import time
from datetime import timedelta

from sqlalchemy import text

from benchmarks.bulk import fill_organisation
from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import memory_mb, stage
from benchmarks.visitor import Visitor
from foundation import clock
from foundation.db import engine, transaction
from org import queries as people
from sop import actions as sop
from sop.models import AnswerKind
from sop.rules import TaskDraft

ROWS_SECONDS = 10.0


def _rows(task_id: int) -> tuple[int, int]:
    with engine().connect() as connection:
        assigned = connection.scalar(text("SELECT count(*) FROM assignment WHERE task_id = :task"), {"task": task_id})
        owed = connection.scalar(text("SELECT count(*) FROM outgoing_message WHERE about = :about"), {"about": f"task:{task_id}"})
    return int(assigned or 0), int(owed or 0)


def run(size: Size) -> list[Figure]:
    """spine.publish_request, spine.publish_rows, spine.publish_memory."""
    with stage("publish") as built:
        fill_organisation(size.guides, clock.now())
        built.web()
        jobs = built.add("jobs", "dramatiq", "jobs.worker", "--processes", "1", "--threads", "4")
        built.add("clock", "jobs.clock")
        with transaction() as session:
            staff = people.find_staff(session, "hq")
            if staff is None:
                raise WrongAnswer("no headquarters person")
            draft = TaskDraft(
                title="双十一前夜：老客预热",
                body="把羽绒服上新发给三位老客",
                department_id=1,
                answer_kind=AnswerKind.TAP,
                estimated_minutes=5,
                deadline_at=clock.now() + timedelta(days=1),
                item_id=None,
            )
            task = sop.save_task(session, staff, draft)
        visitor = Visitor(built, staff.id, staff.epoch)
        time.sleep(3)
        before = memory_mb(jobs.process.pid) if jobs.process else 0.0
        began = time.perf_counter()
        visitor.post(f"/hq/tasks/{task.id}/publish")
        asked = (time.perf_counter() - began) * 1000
        while _rows(task.id) != (size.guides, size.guides):
            if time.perf_counter() - began > 60:
                raise WrongAnswer(f"rows after 60 s: {_rows(task.id)} of {size.guides}")
            time.sleep(0.05)
        took = time.perf_counter() - began
        grown = memory_mb(jobs.process.pid) - before if jobs.process else 0.0
    return [
        Figure("spine.publish_request", asked, "ms", "< 300 ms", asked < 300, note=f"{size.guides} guides"),
        Figure("spine.publish_rows", took, "s", "all rows out in < 10 s", took < ROWS_SECONDS, note=f"{size.guides} guides"),
        Figure("spine.publish_memory", grown, "MB", "grows < 60 MB", grown < 60),
    ]
