"""Customers (客户) as the console sees them: found by name, read with their timeline. Phones stay masked, nothing changes."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from customers.console_queries import find_last_consent, list_follows_in
from customers.queries import get_customer_card, page_customers, page_timeline, tags_of
from foundation.db import transaction
from hq.forms import as_number
from hq.pages import cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff
from org.console_queries import staff_names, store_names

PAGE = 50
MOMENTS = 30
LONGEST_SEARCH = 40


@bp.get("/customers")
@allow(MANAGERS)
def list_customers() -> ResponseReturnValue:
    """Follow relations of her subtree, the newest first."""
    words, after = request.args.get("q", "").strip()[:LONGEST_SEARCH], as_number(request.args.get("after"))
    with transaction() as session:
        rows, last = cut_page(page_customers(session, current_staff(), after=after, limit=PAGE + 1, q=words), PAGE)
        stores = store_names(session, [staff.store_id for _, _, staff in rows])
    more = url_for("hq.list_customers", after=last[1].id, q=words) if last else ""
    return render_template("hq/customers.html", rows=rows, stores=stores, q=words, next=more)


@bp.get("/customers/<external_userid>")
@allow(MANAGERS)
def show_customer(external_userid: str) -> ResponseReturnValue:
    """Who this is, who follows her, what happened."""
    staff, before = current_staff(), as_number(request.args.get("before"))
    with transaction() as session:
        customer, follow, guide = get_customer_card(session, staff, external_userid)
        follows = list_follows_in(session, staff, customer)
        moments, last = cut_page(page_timeline(session, customer.id, before, MOMENTS + 1), MOMENTS)
        consented = find_last_consent(session, customer.id)
        people = [consented.staff_id] if consented else []
        facts = {
            "consented": consented,
            "tags": tags_of(session, customer.tag_ids),
            "names": staff_names(session, people + [moment.staff_id for moment in moments]),
            "stores": store_names(session, [one.store_id for _, one in follows]),
        }
    more = url_for("hq.show_customer", external_userid=external_userid, before=last.id) if last else ""
    return render_template(
        "hq/customer.html", customer=customer, follow=follow, guide=guide, follows=follows, moments=moments, next=more, **facts
    )
