"""A customer's timeline in the console: one readable life, by group and by guide, older moments on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.console_queries import list_follows_in
from customers.models import Customer, TimelineEntry
from customers.queries import get_customer_card, page_timeline
from customers.timeline_rules import GROUPS, kinds_of
from foundation.db import transaction
from hq.forms import as_number
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff
from org.console_queries import staff_names

MOMENTS = 30


@dataclass(frozen=True)
class Page:
    """A page of moments: who stands behind them by id, how it is filtered, and where the older ones are."""

    moments: Sequence[TimelineEntry]
    names: Mapping[int | None, str]
    group: str
    by: int | None
    next: str
    further: bool


def timeline_page(session: Session, customer: Customer, extra: Sequence[int | None] = ()) -> Page:
    """The moments the address asks for; `extra` are people whose names the caller needs too. Load her with permission first."""
    group, by = request.args.get("group", ""), as_number(request.args.get("by"))
    group, before = group if group in GROUPS else "", as_number(request.args.get("before"))
    found = page_timeline(session, customer.id, before, MOMENTS + 1, kinds=kinds_of(group), staff_id=by)
    moments, last = cut_page(found, MOMENTS)
    names = staff_names(session, [*extra, *(moment.staff_id for moment in moments)])
    where = {"external_userid": customer.external_userid, "group": group or None, "by": by}
    more = url_for("hq.show_timeline", **where, before=last.id) if last else ""  # type: ignore[arg-type]
    return Page(moments, names, group, by, more, before is not None)


@bp.get("/customers/<external_userid>/timeline")
@allow(MANAGERS)
def show_timeline(external_userid: str) -> ResponseReturnValue:
    """The moments alone, as a fragment: another filter, or older ones."""
    staff = current_staff()
    with transaction() as session:
        customer, _, _ = get_customer_card(session, staff, external_userid)
        page = timeline_page(session, customer)
        follows = [] if page.further else list_follows_in(session, staff, customer)
    template = "hq/_moments.html" if page.further else "hq/_timeline.html"
    return render_template(template, page=page, customer=customer, follows=follows, groups=GROUPS)
