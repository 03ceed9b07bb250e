"""The organisation page (组织): departments, stores and people; roles given by hand; ending somebody's sessions."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from foundation.db import transaction
from hq.forms import as_number
from hq.pages import audience_choices, cut_page, folded
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff, deed
from org.actions import end_sessions
from org.console_queries import get_staff_in, page_staff_of, store_names
from org.models import Role
from org.queries import count_active_guides, get_department_in
from org.roles import set_role

PAGE = 50
LONGEST_SEARCH = 40


@bp.get("/organisation")
@allow(MANAGERS)
def show_organisation() -> ResponseReturnValue:
    """The tree of her subtree, and the people of the department she picked."""
    staff, chosen = current_staff(), as_number(request.args.get("department_id"))
    words, departed = request.args.get("q", "").strip()[:LONGEST_SEARCH], bool(request.args.get("departed"))
    with transaction() as session:
        tree = audience_choices(session, staff)
        if not tree:
            return render_template("hq/organisation.html", department=None)
        department = get_department_in(session, staff, chosen or tree[0].id)
        place = next(one for one in tree if one.id == department.id)
        after = as_number(request.args.get("after")) or 0
        found = page_staff_of(session, staff, department, after_id=after, limit=PAGE + 1, q=words, departed=departed)
        rows, last = cut_page(found, PAGE)
        guides = count_active_guides(session, department.path)
        stores = store_names(session, [row.store_id for row in rows])
    seen = "yes" if departed else None
    more = url_for("hq.show_organisation", after=last.id, department_id=chosen, q=words or None, departed=seen) if last else ""
    return render_template(
        "hq/organisation.html", tree=folded(tree, place), department=department, rows=rows, guides=guides, stores=stores, q=words,
        departed=departed, next=more, roles=list(Role),
    )  # fmt: skip


@bp.post("/staff/<int:staff_id>/role")
@allow(HEADQUARTERS)
def change_role(staff_id: int) -> ResponseReturnValue:
    """Set a role by hand, or give it back to the rule."""
    with transaction() as session:
        staff = get_staff_in(session, current_staff(), staff_id)
        set_role(session, staff, request.form.get("role", ""), by=current_staff())
    flash(f"{staff.name or staff.userid}的角色已更新，她需要重新登录", "success")
    return redirect(url_for("hq.show_organisation", department_id=as_number(request.form.get("department_id"))))


@bp.post("/staff/<int:staff_id>/sessions")
@allow(HEADQUARTERS)
def sign_out_everywhere(staff_id: int) -> ResponseReturnValue:
    """End all sessions of one member."""
    with transaction() as session:
        staff = get_staff_in(session, current_staff(), staff_id)
        end_sessions(session, staff)
        deed(session, "staff.end_sessions", f"staff:{staff.id}")
    flash(f"{staff.name or staff.userid}已在所有设备上退出", "success")
    return redirect(url_for("hq.show_organisation", department_id=as_number(request.form.get("department_id"))))
