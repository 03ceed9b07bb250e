"""Persona drift (人设数据): a week of every persona, the trend of one, where it drifts, and what to change next week."""

from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from content_library.calendar_rules import mix_meter, monday_of
from content_library.persona_queries import list_all_personas
from content_library.persona_rules import TYPES
from foundation import clock
from foundation.db import transaction
from hq.forms import as_number
from hq.persona_forms import as_day
from hq.routes.door import MANAGERS, allow, bp, current_staff
from leaderboard.drift_queries import sent_types, week_by_guide, week_by_store, weeks_by_persona, who_speaks
from leaderboard.drift_rules import MISSING, Week, weekly_note
from org.console_queries import staff_names, store_names

WEEKS = 8
WEEK = timedelta(weeks=1)


def _week(asked: str | None, today: date) -> date:
    """The Monday of the asked week, never in the future, at most a year back; the last whole week when none is asked."""
    this = monday_of(today)
    day = as_day(asked)
    return min(max(monday_of(day), this - 52 * WEEK), this) if day else this - WEEK


@bp.get("/drift")
@allow(MANAGERS)
def show_drift() -> ResponseReturnValue:
    """Every persona's week side by side, then one of them in full."""
    staff, monday = current_staff(), _week(request.args.get("week"), clock.today())
    store_id = as_number(request.args.get("store_id"))
    with transaction() as session:
        speaking = who_speaks(session, staff)
        weeks = weeks_by_persona(session, staff, speaking, monday, WEEKS)
        names = {one.id: one for one in list_all_personas(session)}
        asked = as_number(request.args.get("persona_id")) or 0
        chosen = asked if asked in weeks else next(iter(weeks), None)
        if chosen is None:
            return render_template("hq/drift.html", chosen=None, missing=MISSING)
        sent = sent_types(session, staff, monday)
        places = (
            week_by_guide(session, staff, monday, chosen, store_id)
            if store_id
            else week_by_store(session, staff, speaking, monday, chosen)
        )
        ids = [one.group for one in places]
        labels = staff_names(session, ids) if store_id else store_names(session, ids)
        store = store_names(session, [store_id]).get(store_id, "") if store_id else ""
    notes = {group: weekly_note(rows, sent.get(group, {}), names[group].type_mix) for group, rows in weeks.items()}
    return render_template(
        "hq/drift.html", chosen=chosen, personas=names, weeks=weeks, monday=monday, sunday=monday + timedelta(days=6),
        notes=notes, before=monday - WEEK, after=monday + WEEK if monday + WEEK <= clock.today() else None,
        chart=_chart(weeks[chosen]),
        types=mix_meter(sent.get(chosen, {}), names[chosen].type_mix, TYPES), places=places, labels=labels, store_id=store_id,
        store=store, missing=MISSING,
    )  # fmt: skip


def _chart(weeks: list[Week]) -> dict[str, object]:
    """Trend lines in per cent; a week with too few events leaves a gap."""
    return {
        "kind": "lines",
        "names": [f"{one.monday.month}月{one.monday.day}日" for one in weeks],
        "series": [
            {"name": "流失好友率", "values": [one.loss_rate for one in weeks]},
            {"name": "链接打开率", "values": [one.open_rate for one in weeks]},
            {"name": "剧本完成率", "values": [one.post_rate for one in weeks]},
        ],
    }
