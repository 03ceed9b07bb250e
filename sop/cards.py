"""The words of SOP on a phone: a task's card, its reminder, the morning's card. Builds payloads, sends nothing."""

from datetime import date

from foundation import clock
from foundation.config import settings
from foundation.db import Json
from org.models import Staff
from sop.care_queries import CareLoad
from sop.models import AnswerKind, Task
from wecom.cards import Button, Row, button_card, text_notice, to_member

HOW_TO_FINISH = {AnswerKind.TAP: "完成后点一下", AnswerKind.TEXT: "打开填一句话", AnswerKind.PHOTO: "打开拍张照片"}


def _page(path: str) -> str:
    return settings().public_base_url + path


def _frame(task: Task) -> list[Row]:
    deadline = task.deadline_at.astimezone(clock.SHANGHAI).strftime("%m月%d日 %H:%M")
    return [("截止", deadline), ("用时", f"约 {task.estimated_minutes} 分钟")]


def task_card(task: Task, guide: Staff, assignment_id: int) -> Json:
    """message/send of a task: 完成 answers in the card where a tap is enough, 打开 leads to the exact task (DOC 90236)."""
    page = _page(f"/sidebar/tasks/{assignment_id}")
    buttons = [Button(text="打开" if task.answer_kind == AnswerKind.TAP else "打开填写", url=page, style=2)]
    if task.answer_kind == AnswerKind.TAP:
        buttons.insert(0, Button(text="完成", key=f"done:{assignment_id}"))
    card = button_card(
        task.title,
        f"task-{task.id}-{guide.id}",
        buttons,
        desc="总部任务",
        text=task.body,
        rows=[*_frame(task), ("完成", HOW_TO_FINISH[task.answer_kind])],
        url=page,
        source=settings().brand_name,
    )
    return to_member(guide.userid, card)


def reminder_card(task: Task, userid: str, assignment_id: int) -> Json:
    """message/send to one who still owes the task; it opens the task itself."""
    card = text_notice(
        task.title,
        _page(f"/sidebar/tasks/{assignment_id}"),
        desc="任务快到截止时间了，还没有完成",
        rows=_frame(task),
        source=settings().brand_name,
    )
    return to_member(userid, card)


def morning_card(userid: str, on: date, load: CareLoad, owed: tuple[int, int], rank: str) -> Json:
    """message/send of the morning: customers due, open tasks with their minutes, yesterday's rank where there is one."""
    tasks, task_minutes = owed
    rows: list[Row] = [("用时", f"约 {load.minutes + task_minutes} 分钟")]
    if tasks:
        rows.append(("任务", f"{tasks} 个未完成", _page("/sidebar/tasks")))
    if rank:
        rows.append(("昨日", rank, _page("/sidebar/board?level=guide")))
    card = text_notice(
        f"早上好，今天有 {load.customers} 位客户等您联系",
        _page("/sidebar/care"),
        desc=on.strftime("%m月%d日"),
        emphasis=(str(load.customers), "位客户到了关怀日"),
        rows=rows,
        source=settings().brand_name,
    )
    return to_member(userid, card)
