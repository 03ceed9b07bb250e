"""The leaderboard (榜单) on a phone: guides, stores, regions; her own line always in sight."""

from enum import StrEnum
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.db import transaction
from leaderboard.queries import board, find_my_row
from leaderboard.rules import HOW_POINTS_ARE_MADE, Level, Period, days_of
from sidebar.routes.door import bp, current_staff

Choice = TypeVar("Choice", bound=StrEnum)
SHOWN = 50


def _chosen(kind: type[Choice], name: str, otherwise: Choice) -> Choice:
    """A choice from the address; an unknown one is the usual one."""
    asked = request.args.get(name, "")
    return kind(asked) if asked in set(kind) else otherwise


@bp.get("/board")
def show_board() -> ResponseReturnValue:
    """One level over one period, up to today."""
    staff = current_staff()
    level, period = _chosen(Level, "level", Level.GUIDE), _chosen(Period, "period", Period.DAY)
    on_from, on_to = days_of(period, clock.today())
    with transaction() as session:
        rows = board(session, staff, on_from=on_from, on_to=on_to, level=level, limit=SHOWN)
        mine = find_my_row(session, staff, on_from=on_from, on_to=on_to, level=level)
    one_store = level == Level.GUIDE and len({row.sub for row in rows}) <= 1
    return render_template(
        "sidebar/board.html", rows=rows, mine=mine, level=level, period=period, how=HOW_POINTS_ARE_MADE, one_store=one_store
    )
