"""Guides' contributions (导购投稿): read, edited and adopted into the library under her name, or declined with a reason."""

from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_library.actions import Placement
from content_library.categories import shelves
from content_library.models import ContentType
from content_library.proposal_actions import adopt, decline
from content_library.proposal_models import Proposal, ProposalStatus
from content_library.proposal_queries import count_open, get_proposal_in, page_proposals
from content_library.queries import list_categories, list_personas
from content_library.rules import MAX_BUBBLES, STAGES, VARIABLES
from foundation.blobs import read_blob
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotFound
from hq.forms import as_number, typed, typed_bubbles
from hq.pages import cut_page
from hq.routes.door import REGIONAL, allow, bp, current_staff
from hq.routes.photos import picture_type
from org.console_queries import staff_names, store_names

PAGE = 30
FIELDS = ("title", "category_id", "persona_id", "stage", "content_type", "because")
TABS = (ProposalStatus.OPEN, ProposalStatus.ADOPTED, ProposalStatus.DECLINED)


@bp.get("/contributions")
@allow(REGIONAL)
def list_contributions() -> ResponseReturnValue:
    """Those that wait first; the others behind tabs."""
    staff, asked = current_staff(), request.args.get("status", "")
    status = ProposalStatus(asked) if asked in set(TABS) else ProposalStatus.OPEN
    with transaction() as session:
        found = page_proposals(session, staff, status, as_number(request.args.get("before")), PAGE + 1)
        rows, last = cut_page(found, PAGE)
        stores = store_names(session, [guide.store_id for _, guide in rows])
        waiting = count_open(session, staff)
    more = url_for("hq.list_contributions", status=status, before=last[0].id) if last else ""
    return render_template(
        "hq/contributions.html", rows=rows, stores=stores, status=status, tabs=TABS, next=more, waiting=waiting
    )


@bp.get("/contributions/<int:proposal_id>")
@allow(REGIONAL)
def show_contribution(proposal_id: int) -> ResponseReturnValue:
    """One contribution: her words, and while it waits the form of what it would become."""
    with transaction() as session:
        proposal, _ = get_proposal_in(session, current_staff(), proposal_id)
    values = dict.fromkeys(FIELDS, "") | {"title": proposal.title}
    return _show(proposal_id, values, list(proposal.bubbles), {})


def _show(proposal_id: int, values: Mapping[str, str], bubbles: list[str], fields: Mapping[str, str], answer: str = "") -> str:
    with transaction() as session:
        proposal, guide = get_proposal_in(session, current_staff(), proposal_id)
        facts = {
            "store": store_names(session, [guide.store_id]).get(guide.store_id, ""),
            "names": staff_names(session, [proposal.decided_by]),
            "shelves": shelves(list_categories(session)),
            "personas": list_personas(session),
        }
    return render_template(
        "hq/contribution.html", proposal=proposal, guide=guide, values=values, bubbles=bubbles or [""], fields=fields,
        answer=answer, stages=STAGES, types=list(ContentType), variables=VARIABLES, most=MAX_BUBBLES, **facts,
    )  # fmt: skip


def _placement(values: Mapping[str, str]) -> Placement:
    return {
        "category_id": as_number(values["category_id"]),
        "persona_id": as_number(values["persona_id"]),
        "stage": values["stage"],
        "content_type": values["content_type"],
    }


@bp.post("/contributions/<int:proposal_id>/adopt")
@allow(REGIONAL)
def adopt_contribution(proposal_id: int) -> ResponseReturnValue:
    """Into the library, with what the reviewer changed; bad input shows the form again with nothing lost."""
    values, bubbles = typed(request.form, *FIELDS), typed_bubbles(request.form.getlist("bubble"))
    try:
        with transaction() as session:
            item = adopt(
                session, current_staff(), proposal_id, values["title"], bubbles, because=values["because"], **_placement(values)
            )
    except Invalid as problem:
        return _show(proposal_id, values, bubbles, problem.fields or {"title": problem.message}), 422
    except Conflict as problem:
        return _overtaken(proposal_id, problem)
    flash(f"《{item.title}》已采纳，署上了导购的名字，她会收到通知", "success")
    return redirect(url_for("hq.show_content", item_id=item.id))


@bp.post("/contributions/<int:proposal_id>/decline")
@allow(REGIONAL)
def decline_contribution(proposal_id: int) -> ResponseReturnValue:
    """Not this time; she is told why."""
    answer = typed(request.form, "answer")["answer"]
    try:
        with transaction() as session:
            decline(session, current_staff(), proposal_id, answer)
    except Invalid as problem:
        with transaction() as session:
            proposal, _ = get_proposal_in(session, current_staff(), proposal_id)
        return _show(proposal_id, _as_proposed(proposal), list(proposal.bubbles), problem.fields, answer), 422
    except Conflict as problem:
        return _overtaken(proposal_id, problem)
    flash("已回复导购这次没有采纳的原因", "success")
    return redirect(url_for("hq.list_contributions"))


def _as_proposed(proposal: Proposal) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {"title": proposal.title}


def _overtaken(proposal_id: int, problem: Conflict) -> ResponseReturnValue:
    """Somebody else was first: the page says how it was decided."""
    flash(problem.message, "warning")
    return redirect(url_for("hq.show_contribution", proposal_id=proposal_id))


@bp.get("/contributions/<int:proposal_id>/picture")
@allow(REGIONAL)
def show_contribution_picture(proposal_id: int) -> Response:
    """The picture she proposes. Raises NotFound."""
    with transaction() as session:
        proposal, _ = get_proposal_in(session, current_staff(), proposal_id)
    if not proposal.blob_key:
        raise NotFound("没有图片")
    content = read_blob(proposal.blob_key)
    return Response(content, mimetype=picture_type(content), headers={"Cache-Control": "private, max-age=86400"})
