"""The console's door: the blueprint, its lock and who is inside. Every page names its roles; one without any is closed."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation import audit
from foundation.db import transaction
from foundation.errors import NotAllowed, NotFound, SignInNeeded
from foundation.web import actor, answer_error, signed_in, wants_json
from org.models import Role, Staff
from org.queries import signed_in_staff

bp = Blueprint("hq", "hq", url_prefix="/hq", template_folder="templates")

HEADQUARTERS = frozenset({Role.HEADQUARTERS})
REGIONAL = HEADQUARTERS | {Role.REGIONAL_MANAGER}
MANAGERS = REGIONAL | {Role.STORE_MANAGER}

ROLES: dict[str, frozenset[Role]] = {}
OPEN = frozenset({"show_login", "start_login", "finish_login"})

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def allow(roles: frozenset[Role]) -> Callable[[View], View]:
    """Open a page to these roles. Stands under `@bp.get(...)`, so the endpoint is the function's name."""

    def mark(view: View) -> View:
        ROLES[view.__name__] = roles
        return view

    return mark


class GuideAtDoor(NotAllowed):
    """A guide came to the console: she is shown where her own pages are."""


@bp.before_request
def lock() -> None:
    """Let nobody in whose session, role or employment does not hold at this moment."""
    name = (request.endpoint or "").removeprefix("hq.")
    if name in OPEN:
        return
    who = signed_in()
    with transaction() as session:
        g.staff = signed_in_staff(session, who.person_id, who.epoch)
    if g.staff.role not in MANAGERS:
        raise GuideAtDoor("这里是总部控制台，导购请在企业微信里使用导购台")
    if g.staff.role not in ROLES.get(name, frozenset()):
        raise NotAllowed("您的角色不能使用这个功能")


def current_staff() -> Staff:
    """Who is at the console in this request."""
    staff: Staff = g.staff
    return staff


def deed(session: Session, action: str, subject: str, **facts: object) -> None:
    """Audit a deed with where it came from, in the deed's own transaction."""
    audit.record(session, actor(), action, subject, ip=request.remote_addr, request_id=g.get("request_id"), **facts)


def is_fragment() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


@bp.app_context_processor
def page_facts() -> dict[str, object]:
    """What every page of the console knows: who is here and what she may open."""
    staff = g.get("staff")

    def may(endpoint: str) -> bool:
        return staff is not None and staff.role in ROLES.get(endpoint, frozenset())

    return {"me": staff, "may": may, "is_fragment": is_fragment}


@bp.errorhandler(SignInNeeded)
def ask_to_sign_in(error: SignInNeeded) -> ResponseReturnValue:
    """Send a person to the sign-in page and back; a fragment sends its whole page there."""
    if is_fragment():
        return "", 401, {"HX-Redirect": url_for("hq.show_login")}
    if wants_json():
        return answer_error(error.code, error.status, error.message, error.facts)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else url_for("hq.home")
    return redirect(url_for("hq.show_login", next=wanted))


@bp.errorhandler(GuideAtDoor)
def show_guide_the_way(error: GuideAtDoor) -> ResponseReturnValue:
    """A kind refusal that points to the sidebar."""
    return render_template("hq/guide.html", message=error.message), 403


@bp.errorhandler(NotFound)
def note_missing(error: NotFound) -> ResponseReturnValue:
    """What is not hers looks like what is not there; a changed address leaves a trace in the audit."""
    if "staff" in g:
        with transaction() as session:
            deed(session, "hq.not_found", request.path)
    return answer_error(error.code, error.status, error.message, error.facts)
