"""The connection check-up (连接体检): asks the platform the questions that show whether this installation is set up right.

Reads only, never inside a transaction; every problem comes with what to do about it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from foundation.config import settings
from foundation.db import Json
from wecom.errors import PlatformError
from wecom.reads import get_agent, list_corp_tags, list_departments, list_follow_userids

RECEIVERS = {"app": "应用与客户联系回调", "contacts": "通讯录回调"}


@dataclass(frozen=True)
class Check:
    """One line of the check-up. `state` is ok, warn, bad or unknown; `fix` says what to do."""

    name: str
    state: str
    text: str
    fix: str = ""


def run_live_checks() -> list[Check]:
    """Ask the platform, all questions side by side (each is bounded by the client's timeouts)."""
    questions: list[Callable[[], list[Check]]] = [_agent, _follow_users, _departments, _tags]
    with ThreadPoolExecutor(len(questions)) as pool:
        return [check for found in pool.map(lambda ask: ask(), questions) for check in found]


def _asked(name: str, ask: Callable[[], list[Check]]) -> list[Check]:
    try:
        return ask()
    except PlatformError as problem:
        code = f"（错误码 {problem.errcode}）" if problem.errcode is not None else ""
        return [Check(name, "bad", problem.message + code)]


def _agent() -> list[Check]:
    return _asked("应用凭证", lambda: agent_checks(get_agent(), settings().public_base_url))


def agent_checks(agent: Json, public_base_url: str) -> list[Check]:
    """What agent/get tells (DOC 90227): the token works, the app is on, who may see it, whether the trusted domain is ours."""
    name = str(agent.get("name", ""))
    return [
        Check("应用凭证", "ok", f"access_token 有效，应用是“{name}”"),
        _switched_on(bool(agent.get("close"))),
        _visible_range(agent),
        _trusted_domain(str(agent.get("redirect_domain", "")), public_base_url),
    ]


def _switched_on(closed: bool) -> Check:
    if closed:
        return Check("应用状态", "bad", "应用已停用", "在管理后台“应用管理”里启用它")
    return Check("应用状态", "ok", "应用已启用")


def _visible_range(agent: Json) -> Check:
    users = len((agent.get("allow_userinfos") or {}).get("user") or [])
    parties = len((agent.get("allow_partys") or {}).get("partyid") or [])
    tags = len((agent.get("allow_tags") or {}).get("tagid") or [])
    if not users + parties + tags:
        fix = "在应用的“可见范围”里选上门店所在的部门，否则同步不到人，也发不出消息"
        return Check("可见范围", "bad", "应用对谁都不可见", fix)
    return Check("可见范围", "ok", f"{parties} 个部门、{users} 位成员、{tags} 个标签")


def _trusted_domain(domain: str, public_base_url: str) -> Check:
    ours = urlsplit(public_base_url).netloc
    if not domain:
        fix = f"在应用的“网页授权及 JS-SDK”里填 {ours}，否则登录和侧边栏都打不开；已经填过可以忽略"
        return Check("可信域名", "warn", "企业微信没有告诉我们可信域名", fix)
    if domain != ours:
        return Check("可信域名", "bad", f"可信域名是 {domain}，本系统的地址是 {ours}", "两者必须完全一致（含端口），改其中一个")
    return Check("可信域名", "ok", domain)


def _follow_users() -> list[Check]:
    def ask() -> list[Check]:
        count = len(list_follow_userids())
        if not count:
            fix = "在管理后台“客户联系 → 权限配置”里给导购开通，并把本应用加入“可调用接口的应用”"
            return [Check("客户联系", "bad", "没有一位成员开通客户联系功能", fix)]
        return [Check("客户联系", "ok", f"{count} 位成员已开通客户联系")]

    return _asked("客户联系", ask)


def _departments() -> list[Check]:
    def ask() -> list[Check]:
        count = len(list_departments())
        if not count:
            return [Check("通讯录", "warn", "看不到任何部门", "把门店所在的部门加入应用可见范围")]
        return [Check("通讯录", "ok", f"可以读到 {count} 个部门")]

    return _asked("通讯录", ask)


def _tags() -> list[Check]:
    return _asked("企业标签", lambda: [Check("企业标签", "ok", f"{len(list_corp_tags())} 个标签组")])


def callback_checks(last_received: Mapping[str, datetime] | None, when: Callable[[datetime], str]) -> list[Check]:
    """Whether each receiver has ever been called; `when` writes a moment."""
    if last_received is None:
        return [Check("回调", "unknown", "这套部署没有启用收件箱")]
    return [_callback(receiver, name, last_received.get(receiver), when) for receiver, name in RECEIVERS.items()]


def _callback(receiver: str, name: str, last: datetime | None, when: Callable[[datetime], str]) -> Check:
    address = f"{settings().public_base_url}/wecom/callback/{receiver}"
    if last is None:
        fix = f"在管理后台把接收地址设为 {address}，Token 与 EncodingAESKey 和设置里的一致，保存时会立刻校验"
        return Check(name, "warn", "还没有收到过事件", fix)
    return Check(name, "ok", f"最近一次收到：{when(last)}")


def address_check(public_base_url: str) -> Check:
    """Whether phones can open our pages at all."""
    parts = urlsplit(public_base_url)
    if parts.scheme != "https":
        return Check("访问地址", "warn", f"{public_base_url} 不是 https", "正式使用需要备案域名和 https；本机演示可以忽略")
    return Check("访问地址", "ok", public_base_url)
