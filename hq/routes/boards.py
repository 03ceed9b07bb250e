"""The leaderboard page (榜单): guides, stores or regions over a day, week or month, and how points are made."""

from datetime import date, datetime, timedelta
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from content_library.proposal_queries import count_adopted
from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.pages import audience_choices
from hq.routes.door import MANAGERS, allow, bp, current_staff
from leaderboard.queries import board
from leaderboard.rules import HOW_POINTS_ARE_MADE, Level, Period, days_of
from org.models import DepartmentKind, Role
from org.queries import get_department_in

Choice = TypeVar("Choice", Level, Period)
ROWS = 100
CHARTED = 10


@bp.get("/board")
@allow(MANAGERS)
def show_board() -> ResponseReturnValue:
    """One board, kept inside what she may see."""
    staff = current_staff()
    usual = Level.GUIDE if staff.role == Role.STORE_MANAGER else Level.STORE
    level = _chosen(Level, request.args.get("level"), usual)
    period = _chosen(Period, request.args.get("period"), Period.DAY)
    on_from, on_to = days_of(period, clock.today())
    chosen = as_number(request.args.get("department_id"))
    with transaction() as session:
        path = get_department_in(session, staff, chosen).path if chosen else ""
        rows = board(session, staff, on_from=on_from, on_to=on_to, level=level, path=path, limit=ROWS)
        adopted = count_adopted(session, [row.id for row in rows], *_bounds(on_from, on_to)) if level == Level.GUIDE else {}
        places = [choice for choice in audience_choices(session, staff) if choice.kind != DepartmentKind.STORE]
    chart = {
        "kind": "bars",
        "names": [row.name for row in rows[:CHARTED]],
        "series": [{"name": "得分", "colour": "blue", "values": [row.points for row in rows[:CHARTED]]}],
    }
    return render_template(
        "hq/board.html", rows=rows, level=level, period=period, on_from=on_from, on_to=on_to, chosen=chosen, places=places,
        how=HOW_POINTS_ARE_MADE, chart=chart, adopted=adopted,
    )  # fmt: skip


def _bounds(on_from: date, on_to: date) -> tuple[datetime, datetime]:
    return clock.start_of(on_from), clock.start_of(on_to + timedelta(days=1))


def _chosen(kinds: type[Choice], text: str | None, usual: Choice) -> Choice:
    return kinds(text) if text in set(kinds) else usual
