"""The timeline (客户轨迹) in Chinese: one table of every kind of moment, its group, its sentence and what it leads to. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from customers.models import Consent
from foundation.text import cut

Facts = Mapping[str, Any]
LONGEST = 80
FRIENDS, TALK, TAGS, ORDERS, STANDING, WISHES = "friends", "talk", "tags", "orders", "standing", "wishes"
GROUPS = {
    FRIENDS: "好友", TALK: "沟通", TAGS: "标签", ORDERS: "订单到店", STANDING: "分层归属", WISHES: "接收意愿",
}  # fmt: skip
ENDED_BY = {"customer": "客户删除了导购", "guide": "导购删除了客户", "transfer": "交接给了别的同事"}
REPLIED_BY = {"kf": "写给微信客服"}
OUTCOMES = {"done": "已完成", "skip": "跳过"}
CONSENTS = {Consent.ALL: "全部接收", Consent.SERVICE_ONLY: "只收服务消息", Consent.NONE: "都不接收"}
CONSENT_SOURCES = {
    "sidebar": "导购在侧边栏记下", "message": "客户自己写的", "console": "总部在控制台记下", "import": "导入",
    "api": "其他系统告知", "request": "按客户的个人信息请求", "merge": "合并档案时取较严的一个",
}  # fmt: skip
TRANSFER_REASONS = {"customer_refused": "客户拒绝了", "customer_limit_exceed": "接替的同事客户数已满"}
TAGGED_BY = {
    "guide": "导购", "client": "导购在企业微信里", "channel": "渠道", "rule": "自动规则", "job": "系统", "import": "导入",
    "campaign": "活动", "console": "总部",
}  # fmt: skip


def consent_source(source: str) -> str:
    """Where a change of her wish came from, in Chinese; "" for one not known."""
    kind, _, number = source.partition(":")
    return f"批量操作 {number}" if kind == "batch" else CONSENT_SOURCES.get(source, "")


def _title(facts: Facts) -> str:
    return f"《{facts['title']}》" if facts.get("title") else ""


def _joined(*parts: object) -> str:
    return "，".join(str(part) for part in parts if part)


def _added(facts: Facts) -> str:
    return _joined(f"通过「{facts['channel']}」" if facts.get("channel") else "")


def _tags(facts: Facts) -> str:
    added, removed = "、".join(facts.get("add") or []), "、".join(facts.get("remove") or [])
    both = _joined(added, f"去掉 {removed}" if added and removed else removed)
    kind, who = str(facts.get("by") or "").partition(":")[0], str(facts.get("who") or "")
    by = {"guide": who, "client": who and f"{who}在企业微信里"}.get(kind) or TAGGED_BY.get(kind, "")
    why = str(facts.get("why") or "")
    return _joined(both, by, why if why not in ("", "sidebar") else "")


def _sent(facts: Facts) -> str:
    count = int(facts.get("bubbles") or 1)
    return _joined(_title(facts), f"{count} 条" if count > 1 else "", "改过再发" if facts.get("edited") else "")


def _said(facts: Facts) -> str:
    how = REPLIED_BY.get(str(facts.get("by") or ""), "")
    return _joined(f"“{facts['words']}”" if facts.get("words") else "", how, facts.get("title"))


def _care(facts: Facts) -> str:
    return _joined(_title(facts), OUTCOMES.get(facts.get("outcome") or "", ""))


def _consent(facts: Facts) -> str:
    words, source = facts.get("words"), consent_source(str(facts.get("source") or ""))
    wish = CONSENTS[Consent(facts["to"])] if facts.get("to") in set(Consent) else ""
    return _joined(wish, source, f"原话“{words}”" if words else "")


def _reasoned(facts: Facts) -> str:
    reason = str(facts.get("reason") or facts.get("note") or "")
    return _joined(facts.get("title"), TRANSFER_REASONS.get(reason, reason))


@dataclass(frozen=True, slots=True)
class Moment:
    """A kind of moment: what it is called, the group it is filtered by, and what its facts say."""

    name: str
    group: str
    tell: Callable[[Facts], str] = _reasoned


KINDS: dict[str, Moment] = {
    "half_added": Moment("扫码添加，等导购通过", FRIENDS, _added),
    "added": Moment("加为好友", FRIENDS, _added),
    "ended": Moment("不再是好友", FRIENDS, lambda facts: ENDED_BY.get(facts.get("by") or "", "")),
    "transfer_failed": Moment("交接没有成功", FRIENDS),
    "handed_over": Moment("交接给新的导购", FRIENDS),
    "sent": Moment("发送", TALK, _sent),
    "opened": Moment("打开了", TALK, _title),
    "forward_opened": Moment("转发后有人打开", TALK, _title),
    "replied": Moment("客户找过我们", TALK, _said),
    "answering": Moment("导购说在回复客户", TALK),
    "care": Moment("客户关怀", TALK, _care),
    "tagged": Moment("打标签", TAGS, _tags),
    "untagged": Moment("去掉标签", TAGS, _tags),
    "auto_tagged": Moment("自动打标签", TAGS, _tags),
    "tag_failed": Moment("标签没有写进企业微信", TAGS),
    "ordered": Moment("下单", ORDERS),
    "refunded": Moment("退款", ORDERS),
    "visited": Moment("到店", ORDERS),
    "moved": Moment("变化", STANDING),
    "owner": Moment("归属变更", STANDING),
    "merged": Moment("与另一个档案合并", STANDING),
    "unmerged": Moment("撤销合并", STANDING),
    "consent": Moment("接收意愿", WISHES, _consent),
    "corrected": Moment("按客户的要求更正资料", WISHES),
}  # fmt: skip


def sentence(kind: str, facts: Facts, who: str = "") -> str:
    """One line of the timeline, at most 80 characters: 打标签：高客单，导购; told `who` she is, 打标签：高客单，李小美."""
    moment = KINDS.get(kind)
    if moment is None:
        return kind
    details = moment.tell({**facts, "who": who} if who else facts)
    return cut(f"{moment.name}：{details}" if details else moment.name, LONGEST)


def group_of(kind: str) -> str:
    """The group a kind is shown and filtered by; "" for one without."""
    return KINDS[kind].group if kind in KINDS else ""


def kinds_of(group: str) -> list[str]:
    """The kinds of a group; none for an unknown one, which filters nothing."""
    return [kind for kind, moment in KINDS.items() if moment.group == group]


@dataclass(frozen=True, slots=True)
class Target:
    """What a moment leads to: `what` is item, task or code, with its number or name."""

    what: str
    key: str
    name: str


def target_of(facts: Facts) -> Target | None:
    """The item, the task or the channel code behind a moment; None when it leads nowhere."""
    if facts.get("task"):
        return Target("task", str(facts["task"]), "看任务")
    if facts.get("item"):
        return Target("item", str(facts["item"]), "看内容")
    return Target("code", str(facts["channel"]), "看渠道") if facts.get("channel") else None
