"""The Chinese words and colours of states, and how moments are written. Only words: decides nothing."""

from datetime import date, datetime

from foundation import clock
from foundation.sealed import masked_phone
from hq.routes.door import bp

Label = tuple[str, str]

ROLE = {"headquarters": "总部", "regional_manager": "大区经理", "store_manager": "店长", "guide": "导购"}
DEPARTMENT = {"headquarters": "总部", "region": "大区", "branch": "分公司", "store": "门店"}
ANSWER = {"tap": "点完成即可", "text": "写一段文字", "photo": "文字加照片"}
LANE = {"welcome": "欢迎语", "interactive": "互动", "task": "任务", "bulk": "批量"}
CALL = {
    "message/send": "发应用消息",
    "message/update_template_card": "更新卡片",
    "externalcontact/send_welcome_msg": "发欢迎语",
    "externalcontact/mark_tag": "打标签",
    "externalcontact/remark": "改备注",
    "externalcontact/add_contact_way": "建渠道活码",
    "externalcontact/add_corp_tag": "建企业标签",
    "menu/create": "设应用菜单",
    "media/upload": "上传素材",
}
TIMELINE = {
    "added": "添加好友",
    "half_added": "扫码待通过",
    "tagged": "打标签",
    "untagged": "去标签",
    "sent": "发送内容",
    "lost": "流失",
    "removed": "被导购删除",
    "transferred": "换了导购",
    "consent": "接收意愿变更",
    "cared": "客户关怀",
    "care": "客户关怀",
    "remarked": "改备注",
}
SYNC = {"first": "首次全量", "full": "全量", "org": "部门与员工", "customers": "客户", "tags": "标签"}
STATES: dict[str, dict[str, Label]] = {
    "task": {
        "draft": ("草稿", "secondary"),
        "published": ("下发中", "blue"),
        "running": ("进行中", "green"),
        "closed": ("已结束", "secondary"),
        "withdrawn": ("已撤回", "red"),
    },
    "assignment": {
        "open": ("未完成", "blue"),
        "done": ("已完成", "green"),
        "late": ("逾期", "orange"),
        "dropped": ("不再需要", "secondary"),
    },
    "message": {
        "waiting": ("等待中", "blue"),
        "sending": ("发送中", "blue"),
        "sent": ("已送出", "green"),
        "dead": ("失败", "red"),
        "expired": ("过期未发", "orange"),
    },
    "event": {
        "waiting": ("待处理", "blue"),
        "working": ("处理中", "blue"),
        "done": ("已处理", "green"),
        "ignored": ("不处理", "secondary"),
        "set_aside": ("搁置", "red"),
    },
    "sync": {
        "waiting": ("排队中", "blue"),
        "running": ("进行中", "blue"),
        "done": ("已完成", "green"),
        "failed": ("失败", "red"),
    },
    "staff": {
        "active": ("在职", "green"),
        "not_activated": ("未激活", "orange"),
        "disabled": ("已停用", "secondary"),
        "departed": ("已离职", "secondary"),
    },
    "item": {"draft": ("草稿", "secondary"), "published": ("已发布", "green"), "archived": ("已下架", "orange")},
    "code": {
        "wanted": ("生成中", "blue"),
        "ready": ("可用", "green"),
        "failed": ("失败", "red"),
        "retired": ("已停用", "secondary"),
    },
    "follow": {
        "half": ("待通过", "orange"),
        "active": ("跟进中", "green"),
        "ended_by_customer": ("被客户删除", "red"),
        "ended_by_guide": ("被导购删除", "secondary"),
        "transferred": ("已转接", "secondary"),
    },
    "consent": {"all": ("正常接收", "green"), "service_only": ("只收服务消息", "orange"), "none": ("不接收", "red")},
}
DEED = {
    "hq.sign_in": "登录控制台",
    "hq.sign_out": "退出控制台",
    "hq.not_found": "访问不存在或无权的页面",
    "task.save": "保存任务",
    "task.publish": "下发任务",
    "task.withdraw": "撤回任务",
    "content.save": "保存内容",
    "content.publish": "发布内容",
    "content.archive": "下架内容",
    "inbox.replay": "重放事件",
    "care.save": "保存客户 SOP 节点",
    "hq.codes": "生成渠道活码",
}
WORDS = {
    "deed": DEED,
    "report": {},
    "role": ROLE,
    "department": DEPARTMENT,
    "answer": ANSWER,
    "lane": LANE,
    "call": CALL,
    "timeline": TIMELINE,
    "sync": SYNC,
    "item": {"script": "话术", "poster": "海报", "image": "图片", "link": "链接"},
    "receiver": {"app": "应用消息与客户联系", "contacts": "通讯录"},
    "via": {"card": "卡片", "sidebar": "侧边栏"},
    "gender": {0: "未知", 1: "男", 2: "女"},
}


@bp.app_template_filter("state")
def state(value: str, kind: str) -> Label:
    """The badge of a status; an unknown one is shown as it is."""
    return STATES[kind].get(str(value), (str(value), "secondary"))


@bp.app_template_filter("word")
def word(value: object, kind: str) -> str:
    """The Chinese word for a code; an unknown one is shown as it is."""
    words: dict[object, str] = dict(WORDS[kind])  # type: ignore[call-overload]
    return words.get(value, words.get(str(value), str(value)))


@bp.app_template_filter("role_name")
def role_name(value: str) -> str:
    """The Chinese name of a role."""
    return ROLE.get(str(value), str(value))


@bp.app_template_filter("moment")
def moment(value: datetime | None) -> str:
    """A moment in Shanghai: the year only where it is not this one."""
    if value is None:
        return "—"
    local = value.astimezone(clock.SHANGHAI)
    if local.date() == clock.today():
        return f"今天 {local:%H:%M}"
    if local.year == clock.today().year:
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@bp.app_template_filter("day_name")
def day_name(value: date) -> str:
    """A day in Chinese."""
    return f"{value.month}月{value.day}日"


@bp.app_template_filter("ago")
def ago(value: datetime | None) -> str:
    """How long since a moment, in one unit."""
    if value is None:
        return "从未"
    seconds = int((clock.now() - value).total_seconds())
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size} {unit}前"
    return "刚刚"


@bp.app_template_filter("masked")
def masked(last4: str | None) -> str:
    """A phone as it may be shown."""
    return masked_phone(last4)


@bp.app_template_filter("percent")
def percent(part: int, whole: int) -> str:
    """A share of a whole; nothing of nothing is a dash."""
    return f"{part * 100 // whole}%" if whole else "—"
