"""The corp's apps: secrets, what each may see and call, menus; and the callback receivers."""

from collections.abc import Container
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Any


@dataclass(slots=True)
class App:
    """kind: `app` (自建应用) or `contacts` (通讯录同步助手). `menu` is the button list as the product made it."""

    agentid: int
    name: str
    secret: str
    token: str = ""
    aes_key: str = ""
    description: str = ""
    kind: str = "app"
    customer_contact: bool = True
    kf: bool = False
    visible_departments: list[int] = field(default_factory=lambda: [1])
    visible_users: list[str] = field(default_factory=list)
    visible_tags: list[int] = field(default_factory=list)
    trusted_ips: list[str] = field(default_factory=list)
    trusted_domains: list[str] = field(default_factory=list)
    sensitive_fields: bool = False
    home_url: str = ""
    redirect_domain: str = ""
    report_location_flag: int = 0
    isreportenter: int = 1
    menu: list[dict[str, Any]] = field(default_factory=list)
    logo: str = ""


@dataclass(slots=True)
class Receiver:
    """One callback address (接收消息服务器) with its own token and key; `agentid` is None for system apps."""

    name: str
    url: str
    token: str
    aes_key: str
    agentid: int | None = None


def app_from_config(entry: dict[str, Any]) -> App:
    """An App from a configuration entry; keys it does not know are refused so that a typing error is seen."""
    known = {each.name for each in fields(App)}
    unknown = sorted(set(entry) - known)
    if unknown:
        raise ValueError(f"unknown keys in an app of the configuration: {', '.join(unknown)}")
    return App(**entry)


def receiver_of(app: App, taken: Container[str] = ()) -> Receiver:
    """The receiver an app starts with: no address until the control plane gives one. Named `app` or `contacts`; the next
    ones of a kind are app2, app3 … in the order of the configuration."""
    names = (f"{app.kind}{number}" if number > 1 else app.kind for number in count(1))
    name = next(each for each in names if each not in taken)
    return Receiver(name, "", app.token, app.aes_key, app.agentid if app.kind == "app" else None)
