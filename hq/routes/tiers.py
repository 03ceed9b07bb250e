"""Where customers stand (客户分层): stages with their flow, the RFM grid, value, and who may soon be lost. As of last night."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from customers.forecasting import current_forecast
from customers.rfm_rules import VALUE_NAMES
from customers.tier_models import CustomerRole, Stage
from customers.tier_queries import Board, board, counted_on, moves_since, page_warned, warned_places
from customers.tier_rules import ROLE_NAMES, STAGE_NAMES
from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.pages import audience_choices, cut_page
from hq.routes.door import MANAGERS, allow, bp, current_staff, is_fragment
from org.console_queries import department_names, store_names
from org.models import DepartmentKind
from org.queries import get_department_in

PERIODS = (7, 30)
PAGE = 30
FIVE = range(1, 6)


def _rule_link(department_id: int | None, *conditions: dict[str, Any]) -> str:
    """The customer list with a rule: those the page's place holds and these conditions choose."""
    place = [{"field": "region", "op": "any_of", "value": [department_id]}] if department_id else []
    rule = json.dumps({"all": [*conditions, *place]}, ensure_ascii=False, separators=(",", ":"))
    return url_for("hq.list_customers", rule=rule)


@bp.get("/tiers")
@allow(MANAGERS)
def show_tiers() -> ResponseReturnValue:
    """The board: nightly counts only, so it opens as fast for millions as for a hundred."""
    staff, days, department_id = current_staff(), as_number(request.args.get("days")), as_number(request.args.get("department"))
    days = days if days in PERIODS else PERIODS[1]
    with transaction() as session:
        path = get_department_in(session, staff, department_id).path if department_id else ""
        counted = board(session, staff, path)
        moves = moves_since(session, staff, "stage", clock.today() - timedelta(days=days), path)
        fitted = current_forecast(session)
        places = [one for one in audience_choices(session, staff) if one.kind != DepartmentKind.STORE]
    charts = {"flow": _flow(moves), "grid": _grid(counted, department_id), "value": _value(counted), "role": _role(counted)}
    stages = [
        (STAGE_NAMES[stage], counted.counts.get("stage", {}).get(stage, 0),
         _rule_link(department_id, {"field": "stage", "op": "any_of", "value": [str(stage)]}))
        for stage in Stage
    ]  # fmt: skip
    return render_template(
        "hq/tiers.html", board=counted, stages=stages, charts=charts, days=days, periods=PERIODS, places=places, fitted=fitted,
        department_id=department_id, warned=counted.counts.get("warned", {}).get("yes", 0),
        moved=sum(count for _, _, count in moves),
    )  # fmt: skip


def _flow(moves: list[tuple[str, str, int]]) -> dict[str, Any]:
    """A Sankey from the stages before to the stages after."""
    ordered = sorted(moves, key=lambda move: (list(Stage).index(Stage(move[0])), list(Stage).index(Stage(move[1]))))
    links = [{"from": STAGE_NAMES[Stage(was)], "to": STAGE_NAMES[Stage(now)], "value": count} for was, now, count in ordered]
    return {"kind": "flow", "steps": [STAGE_NAMES[stage] for stage in Stage], "links": links}


def _grid(counted: Board, department_id: int | None) -> dict[str, Any]:
    """Five by five: recency across, frequency upward; each cell leads to its customers."""
    cells = counted.counts.get("rf", {})
    found = []
    for recency in FIVE:
        for frequency in FIVE:
            score = {"recency": [recency, recency], "frequency": [frequency, frequency]}
            link = _rule_link(department_id, {"field": "rfm", "op": "between", "value": score})
            found.append({"at": [recency - 1, frequency - 1], "value": cells.get(f"{recency}{frequency}", 0), "link": link})
    return {"kind": "grid", "cells": found}


def _value(counted: Board) -> dict[str, Any]:
    steps = counted.counts.get("value", {})
    names = [f"{level} 级 {VALUE_NAMES[level]}" for level in reversed(FIVE)]
    values = [steps.get(str(level), 0) for level in reversed(FIVE)]
    return {"kind": "stack", "names": names, "series": [{"name": "客户", "colour": "blue", "values": values}]}


def _role(counted: Board) -> dict[str, Any]:
    steps = counted.counts.get("role", {})
    values = [steps.get(role, 0) for role in CustomerRole]
    names = [ROLE_NAMES[role] for role in CustomerRole]
    return {"kind": "stack", "names": names, "series": [{"name": "客户", "colour": "green", "values": values}]}


@bp.get("/tiers/warnings")
@allow(MANAGERS)
def list_warnings() -> ResponseReturnValue:
    """Customers who may soon be lost: the places with most of them, and each by name with the reason."""
    staff, department_id, after = current_staff(), as_number(request.args.get("department")), _after()
    with transaction() as session:
        path = get_department_in(session, staff, department_id).path if department_id else ""
        rows, last = cut_page(page_warned(session, staff, path=path, after=after, limit=PAGE + 1), PAGE)
        stores = store_names(session, [owner.store_id for _, _, owner in rows])
        places = [] if is_fragment() or after else _places(session)
    more = ""
    if last and last[0].warned_at:
        mark = f"{last[0].warned_at.isoformat()}~{last[0].customer_id}"
        more = url_for("hq.list_warnings", department=department_id, after=mark)
    return render_template(
        "hq/warnings.html", rows=rows, stores=stores, places=places, next=more, department_id=department_id, values=VALUE_NAMES,
        stages=STAGE_NAMES, further=after is not None,
    )  # fmt: skip


def _after() -> tuple[datetime, int] | None:
    moment, _, number = request.args.get("after", "").partition("~")
    id_ = as_number(number)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC), id_) if id_ is not None else None


def _places(session: Session) -> list[tuple[int, str, int, int]]:
    """(department, name, warned, all) where most are warned of, as counted last night."""
    staff = current_staff()
    on = counted_on(session)
    found = [(int(path.split(".")[-2]), some, every) for path, some, every in warned_places(session, staff, on)] if on else []
    names = department_names(session, [id_ for id_, _, _ in found])
    return [(id_, names.get(id_, "（已撤销的部门）"), some, every) for id_, some, every in found if id_]
