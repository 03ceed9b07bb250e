"""Chinese words for what the pages show: moments, statuses. Pure except for the clock."""

from datetime import datetime, timedelta

from customers.models import Consent, FollowStatus, TimelineEntry
from customers.service_queries import Service
from customers.tier_rules import ROLE_NAMES
from customers.timeline_rules import CONSENTS as CONSENT_NAMES
from customers.timeline_rules import GROUPS, TAGGED_BY, sentence
from foundation import clock
from foundation.db import Json
from sop.models import AnswerKind, Assignment, AssignmentStatus, TaskStatus

ADD_WAYS = {
    0: "其他方式", 1: "扫描二维码", 2: "搜索手机号", 3: "名片分享", 4: "群聊", 5: "手机通讯录", 6: "微信联系人",
    8: "第三方应用", 9: "搜索邮箱", 10: "视频号", 11: "日程参与人", 12: "会议参与人", 13: "微信好友", 14: "智慧硬件",
    15: "上门服务", 16: "获客链接", 17: "定制开发", 18: "需求回复", 24: "客户群二维码", 201: "内部共享", 202: "管理员分配",
}  # fmt: skip
GONE = {
    FollowStatus.ENDED_BY_CUSTOMER: "客户已把您删除，消息发不出去。可以请店长换一位同事联系，或等客户再次到店。",
    FollowStatus.ENDED_BY_GUIDE: "您已删除这位客户，只能查看历史。",
    FollowStatus.TRANSFERRED: "这位客户已交接给其他同事，只能查看历史。",
    FollowStatus.HALF: "客户加了您，请先在聊天里通过好友验证。",
}
CONSENT_CHOICES = CONSENT_NAMES
CONSENTS = {
    Consent.SERVICE_ONLY: "只收服务消息：不要发新品、活动和优惠",
    Consent.NONE: "都不接收：请不要主动发送",
}
ROLES = ROLE_NAMES
TIMELINE_GROUPS = GROUPS
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
PROPOSALS = {
    "open": ("等总部看", "todo"), "adopted": ("已采用", "ok"), "declined": ("没有采用", "off"), "withdrawn": ("已撤回", "off"),
}  # fmt: skip
ANSWERS = {AnswerKind.TAP: "点一下完成", AnswerKind.TEXT: "写一句话", AnswerKind.PHOTO: "拍照片"}


def ago(moment: datetime | None) -> str:
    """今天 14:05, 昨天 09:10, 3 天前, 10月8日, 2025年10月8日; only what went through us is known."""
    if moment is None:
        return "导购台里还没有记录"
    local, today = moment.astimezone(clock.SHANGHAI), clock.today()
    days = (today - local.date()).days
    if days == 0:
        return f"今天 {local:%H:%M}"
    if days == 1:
        return f"昨天 {local:%H:%M}"
    if 1 < days < 30:
        return f"{days} 天前"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日"


def they(gender: int) -> str:
    """How a customer is spoken of: 他, 她, and 客户 while the gender is not known."""
    return {1: "他", 2: "她"}.get(gender, "客户")


def tagged_by(by: str, who: str) -> str:
    """Who gave a tag, of a mark's `by`: a guide by name (`who`; 您 of herself), "rule:7" is 自动规则."""
    kind = by.partition(":")[0]
    return {"guide": who, "client": f"{who}在企业微信里"}.get(kind) or TAGGED_BY.get(kind, "同事")


def until(moment: datetime) -> str:
    """How much time a deadline leaves: 还剩 3 小时, 明天 18:00 前, 已过期 2 天."""
    left = moment - clock.now()
    minutes = int(left.total_seconds() // 60)
    if minutes < 0:
        late = -minutes
        return f"已过期 {late // 1440} 天" if late >= 1440 else f"已过期 {max(1, late // 60)} 小时"
    if minutes < 60:
        return f"还剩 {max(1, minutes)} 分钟"
    local, today = moment.astimezone(clock.SHANGHAI), clock.today()
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天"}.get(days, f"{local.month}月{local.day}日")
    return f"{day} {local:%H:%M} 前"


def event_of(entry: TimelineEntry, who: str = "") -> str:
    """One line of the timeline: what happened, with those of its facts that a guide understands; `who` did it, by name."""
    return sentence(entry.kind, entry.facts, who)


def state_of(assignment: Assignment) -> tuple[str, str]:
    """A task's state in words and its colour class."""
    if assignment.status == AssignmentStatus.DONE:
        done_at = assignment.done_at
        return ("过期补交", "warn") if done_at and done_at > assignment.task.deadline_at else ("已完成", "ok")
    if assignment.status == AssignmentStatus.DROPPED or assignment.task.status == TaskStatus.WITHDRAWN:
        return "已撤回", "off"
    if assignment.status == AssignmentStatus.LATE or assignment.task.deadline_at < clock.now():
        return "已过期", "warn"
    return "待完成", "todo"


def due(moment: datetime) -> str:
    """When a next step is to be done: 今天 14:00, 明天 10:00, 周六 10:00, 12月3日 10:00, 已到时间."""
    if moment <= clock.now():
        return "已到时间"
    local = moment.astimezone(clock.SHANGHAI)
    days = (local.date() - clock.today()).days
    day = {0: "今天", 1: "明天"}.get(days) or (WEEKDAYS[local.weekday()] if days < 7 else f"{local.month}月{local.day}日")
    return f"{day} {local:%H:%M}"


def step_times() -> list[tuple[str, int]]:
    """Moments to be reminded at with one tap, and their milliseconds: 今天 18:00 (while it is to come), 明天, 周末, 下周一."""
    today, now = clock.today(), clock.now()
    weekend = 5 - today.weekday() if today.weekday() < 5 else 7 - today.weekday() + 5
    days = [("今天 18:00", 0, 18), ("明天 10:00", 1, 10), ("周六 10:00", weekend, 10), ("下周一 10:00", 7 - today.weekday(), 10)]
    moments = [(name, clock.at(today + timedelta(days=ahead), hour)) for name, ahead, hour in days]
    seen: dict[datetime, str] = {}
    for name, moment in moments:
        if moment > now:
            seen.setdefault(moment, name)
    return [(name, int(moment.timestamp() * 1000)) for moment, name in seen.items()]


def service(found: Service) -> Json:
    """What is written down of a customer, for the page's script."""
    return {
        "notes": [{"id": note.id, "text": note.text, "by": f"{note.by} · {ago(note.at)}"} for note in found.notes],
        "sizes": dict(found.sizes),
        "steps": [{"id": step.id, "text": step.text, "due": due(step.due_at)} for step in found.steps],
        "visited": found.visited,
    }
