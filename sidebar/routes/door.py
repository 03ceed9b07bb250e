"""The sidebar's door: the blueprint, its lock, who is inside, and what a refusal looks like on a phone."""

import re

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.rules import NEUTRAL
from foundation import audit
from foundation.compression import squeeze
from foundation.config import settings
from foundation.db import transaction
from foundation.errors import AppError
from foundation.web import actor, answer_error, signed_in, wants_json
from org.models import Staff
from org.queries import get_store, signed_in_staff
from sidebar import words
from sidebar.style import page_style

bp = Blueprint("sidebar", "sidebar", url_prefix="/sidebar", template_folder="templates")
bp.after_request(squeeze)

OPEN = frozenset({"sidebar.finish_login", "sidebar.show_shared_picture"})
ADVICE = {
    "sidebar.show_customer": "这位客户可能还没加您好友，或由其他门店的同事跟进。在聊天里先加为好友，资料会在几秒内出现。",
    "sidebar.show_task": "任务可能发给了别的同事，或已被删除。可以到任务列表看看您的任务。",
    "sidebar.open_item": "它可能已经下架或过了有效期，回到素材里看看现在能用的。",
    "sidebar.show_scripts": "这位客户不在您的名下，请回到聊天重新打开侧边栏。",
    "sidebar.show_materials": "这位客户不在您的名下，请回到聊天重新打开侧边栏。",
    "sidebar.show_poster": "海报可能已经下架或过了有效期，回到海报列表看看现在能用的。",
}


@bp.before_request
def lock() -> None:
    """Let nobody in whose session or employment does not hold at this moment."""
    if request.endpoint in OPEN:
        return
    who = signed_in()
    with transaction() as session:
        g.staff = signed_in_staff(session, who.person_id, who.epoch)


def current_staff() -> Staff:
    """Whose phone this is."""
    staff: Staff = g.staff
    return staff


def current_customer() -> str:
    """The external_userid of the chat the page was opened beside ("" when there is none); only its form is checked."""
    asked = (request.view_args or {}).get("external_userid") or request.args.get("c", "")
    return asked if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", asked) else ""


def current_task() -> int | None:
    """Her copy of the task this page was opened from, as the address says it; whether it is hers is checked when it counts."""
    asked = str((request.view_args or {}).get("assignment_id") or request.args.get("task", ""))
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 15 else None


def store_name(session: Session, staff: Staff) -> str:
    """Her store as customers know it."""
    return get_store(session, staff.store_id).name if staff.store_id else ""


def variables(staff: Staff, store: str, customer_name: str = "") -> dict[str, str]:
    """What scripts are filled with."""
    return {"导购": staff.name, "门店": store or NEUTRAL["门店"], "客户称呼": customer_name}


def link(endpoint: str, **values: object) -> str:
    """The address of a page, keeping the customer beside the chat in it."""
    if current_customer() and "external_userid" not in values:
        values["c"] = current_customer()
    return url_for(endpoint, **values)  # type: ignore[arg-type]


@bp.context_processor
def page_facts() -> dict[str, object]:
    """What every page of the sidebar knows."""
    chosen = settings()
    return {
        "me": g.get("staff"),
        "customer_id": current_customer(),
        "task_id": current_task(),
        "corp_id": chosen.wecom_corp_id,
        "agent_id": chosen.wecom_agent_id,
        "brand": chosen.brand_name,
        "words": words,
        "link": link,
        "page_style": page_style,
    }


def note_refusal(code: str) -> None:
    """A changed address leaves a trace in the audit; a visitor who is not signed in does not."""
    if "staff" in g:
        with transaction() as session:
            path, request_id = request.path, g.get("request_id")
            audit.record(session, actor(), f"sidebar.{code}", path, ip=request.remote_addr, request_id=request_id)


@bp.errorhandler(AppError)
def refuse(error: AppError) -> ResponseReturnValue:
    """JSON for the page's scripts, a page that says what to do next for the guide."""
    if error.status in {403, 404}:
        note_refusal(error.code)
    if wants_json():
        return answer_error(error.code, error.status, error.message, error.facts)
    advice = ADVICE.get(request.endpoint or "", "返回上一页再试一次，仍不行请联系店长或总部。")
    return render_template("sidebar/problem.html", message=error.message, advice=advice), error.status
