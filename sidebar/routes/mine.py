"""My customers (我的客户): by stage, tag and silence, in the order she asks for."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from content_library.rules import STAGES
from customers.queries import list_tags
from customers.service_queries import page_mine
from foundation.db import transaction
from sidebar.beside import moment_now
from sidebar.routes.door import bp, current_staff
from sidebar.service_forms import ORDERS, SILENT, wanted_customers

SHOWN = 30
FILTERS = ("stage", "tag", "silent", "order", "q")


@bp.get("/mine")
def show_mine() -> ResponseReturnValue:
    """The page, or the next rows alone when the page's script asks with `after`."""
    wanted, after = wanted_customers(request.args), request.args.get("after", type=int)
    with transaction() as session:
        rows = page_mine(session, current_staff(), wanted, after=after, limit=SHOWN)
        groups = [] if request.headers.get("HX-Request") else list_tags(session)
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    shown = [(customer, follow, moment_now(follow)) for customer, follow in rows]
    template = "sidebar/mine_rows.html" if request.headers.get("HX-Request") else "sidebar/mine.html"
    return render_template(
        template, rows=shown, groups=groups, chosen=chosen, wanted=wanted, stages=STAGES, silents=SILENT, orders=ORDERS,
        more=len(rows) == SHOWN,
    )  # fmt: skip
