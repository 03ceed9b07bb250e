"""The customer beside the chat: who she is, her tags, what to say, what happened."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from content_library.queries import list_versions, suggest_scripts
from content_library.rules import fill, moment_of
from customers.actions import set_consent, tag_customer
from customers.models import Consent, FollowStatus, Tag
from customers.queries import (
    GroupOfTags,
    get_customer_card,
    get_customer_of,
    is_adding_known,
    list_tags,
    page_customers,
    page_timeline,
    recent_tags,
)
from foundation import clock
from foundation.db import transaction
from foundation.errors import Conflict
from foundation.text import cut
from foundation.web import actor
from sidebar.forms import consent_choice, tag_changes
from sidebar.routes.door import bp, current_staff, store_name, variables

TIMELINE_PAGE = 10
LIVING = (FollowStatus.ACTIVE, FollowStatus.HALF)


def tag_names(groups: list[GroupOfTags], tag_ids: list[int]) -> list[Tag]:
    """Her living tags, in the order of the groups."""
    return [tag for group in groups for tag in group.tags if tag.id in set(tag_ids)]


@bp.get("/")
def show_home() -> ResponseReturnValue:
    """Opened from a chat, the script goes on to that customer; opened from anywhere else, this is the guide's own start."""
    asked = request.args.get("q", "").strip()[:20]
    with transaction() as session:
        rows = page_customers(session, current_staff(), q=asked, limit=20)
    template = "sidebar/customer_rows.html" if request.headers.get("HX-Request") else "sidebar/home.html"
    return render_template(template, rows=rows, q=asked)


@bp.get("/customers/<external_userid>")
def show_customer(external_userid: str) -> ResponseReturnValue:
    """Who this is and what to say: at most eight statements, the lock's included."""
    staff = current_staff()
    with transaction() as session:
        customer, follow, guide = get_customer_card(session, staff, external_userid)
        groups, mine = list_tags(session), follow.staff_id == staff.id
        tags = tag_names(groups, follow.tag_ids)
        now = clock.now()
        known = (clock.today() - clock.day_of(follow.followed_at)).days if is_adding_known(follow) else None
        silent = None if follow.last_contact_at is None else max(0, (now - follow.last_contact_at).days)
        moment = moment_of(known or 0, silent)
        quiet = customer.consent == Consent.NONE or follow.status != FollowStatus.ACTIVE
        scripts = [] if quiet else suggest_scripts(session, staff.path, customer.id, moment.stage, [tag.name for tag in tags])
        versions = list_versions(session, scripts)
        filled = variables(staff, store_name(session, staff), cut(follow.remark or customer.name, 12, ""))
        return render_template(
            "sidebar/customer.html",
            customer=customer, follow=follow, guide=guide, groups=groups, tags=tags, recent=recent_tags(session, staff),
            tag_names={tag.id: tag.name for group in groups for tag in group.tags},
            known=known, moment=moment, mine=mine, can_tag=mine and follow.status in LIVING, customer_id=external_userid,
            scripts=[(item, versions[item.id], [fill(b, filled) for b in versions[item.id].body["bubbles"]]) for item in scripts],
            timeline=page_timeline(session, customer.id, None, TIMELINE_PAGE), more=TIMELINE_PAGE,
        )  # fmt: skip


@bp.get("/customers/<external_userid>/timeline")
def show_timeline(external_userid: str) -> ResponseReturnValue:
    """Older moments, as a fragment."""
    with transaction() as session:
        customer, _ = get_customer_of(session, current_staff(), external_userid)
        before = request.args.get("before", type=int)
        entries = page_timeline(session, customer.id, before, TIMELINE_PAGE)
    return render_template("sidebar/timeline.html", timeline=entries, more=TIMELINE_PAGE, customer_id=external_userid)


@bp.post("/customers/<external_userid>/consent")
def change_consent(external_userid: str) -> ResponseReturnValue:
    """What she wants to be sent, as she told her guide; answers with the page, of which what follows from it is taken."""
    chosen, staff = consent_choice(request.form.get("consent", "")), current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id or follow.status not in LIVING:
            raise Conflict("不是您正在跟进的客户，只能查看")
        set_consent(session, customer.id, chosen, actor(), "sidebar", staff_id=staff.id)
    return show_customer(external_userid)


@bp.post("/customers/<external_userid>/tags")
def change_tags(external_userid: str) -> ResponseReturnValue:
    """Tag her: ours at once, the platform's by the outbox. Answers with the tags she has now."""
    add, remove = tag_changes(request.get_json(silent=True))
    staff = current_staff()
    with transaction() as session:
        customer, follow = get_customer_of(session, staff, external_userid)
        if follow.staff_id != staff.id:
            raise Conflict("这是同事的客户，只能查看")
        follow = tag_customer(session, staff, customer.id, add=add, remove=remove, by="guide", why="sidebar")
        return jsonify({"tags": list(follow.tag_ids)})
