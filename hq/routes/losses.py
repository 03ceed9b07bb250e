"""Losses (流失): who deleted whom, where most are lost, each by name; marked as seen. And the rule of who is told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from acquisition.console_queries import channels_of
from customers.loss_queries import (
    Chosen,
    LossRow,
    followed_now,
    loss_figures,
    losses_by_day,
    losses_by_guide,
    losses_by_span,
    losses_by_state,
    losses_by_store,
    page_losses,
    since_days,
)
from customers.loss_rules import BY_NAMES, WHICH
from customers.losses import mark_seen
from customers.policies import find_policy, policy, set_policy
from customers.rfm_rules import VALUE_NAMES
from customers.tier_queries import measured_cuts
from foundation import clock
from foundation.db import Json, transaction
from foundation.errors import Invalid
from hq.editing import fingerprint, overtaken
from hq.forms import as_number, as_numbers, typed
from hq.pages import audience_choices, cut_page
from hq.routes.door import HEADQUARTERS, MANAGERS, allow, bp, current_staff
from org.console_queries import staff_names, store_names
from org.models import DepartmentKind
from org.queries import get_department_in

PERIODS = (7, 30, 90)
PAGE, SHOWN = 50, 8
FIELDS = ("guide", "manager", "by_guide", "value")
NO_CODE = "无渠道活码"


@bp.get("/losses")
@allow(MANAGERS)
def list_losses() -> ResponseReturnValue:
    """The board; further pages of the list come without the charts."""
    asked, after = _asked(), _after()
    with transaction() as session:
        chosen = _chosen(session, asked)
        rows, last = cut_page(page_losses(session, chosen, after=after, limit=PAGE + 1), PAGE)
        charts = None if after else _charts(session, chosen, asked["days"])
        figures = None if after else loss_figures(session, chosen)
        measured = bool(measured_cuts(session))
        stores = store_names(session, [row.guide.store_id for row in rows])
        told = staff_names(session, [id_ for row in rows for id_ in row.loss.told])
        channels = channels_of(session, [row.loss.state for row in rows])
        places = [one for one in audience_choices(session, current_staff()) if one.kind != DepartmentKind.STORE]
    more = url_for("hq.list_losses", **_kept(asked), after=f"{last.loss.at.isoformat()}~{last.loss.id}") if last else ""
    return render_template(
        "hq/losses.html", rows=rows, charts=charts, figures=figures, stores=stores, told=told, channels=channels, places=places,
        asked=asked, kept=_kept(asked), periods=PERIODS, by_names=BY_NAMES, values=VALUE_NAMES, next=more,
        further=after is not None, days_words=_days_words, measured=measured,
    )  # fmt: skip


def _asked() -> dict[str, Any]:
    days, by = as_number(request.args.get("days")), request.args.get("by", "")
    return {
        "days": days if days in PERIODS else PERIODS[1], "by": by if by in BY_NAMES else "",
        "department": as_number(request.args.get("department")), "guide": as_number(request.args.get("guide")),
        "unseen": request.args.get("unseen") == "1",
    }  # fmt: skip


def _kept(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: int(value) if isinstance(value, bool) else value for name, value in asked.items() if value}


def _chosen(session: Session, asked: Mapping[str, Any]) -> Chosen:
    staff = current_staff()
    path = get_department_in(session, staff, asked["department"]).path if asked["department"] else ""
    return Chosen(staff, since_days(asked["days"]), path, asked["by"], asked["guide"], asked["unseen"])


def _after() -> tuple[datetime, int] | None:
    moment, _, number = request.args.get("after", "").partition("~")
    id_ = as_number(number)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC), id_) if id_ is not None else None


def _days_words(row: LossRow) -> str:
    days = row.loss.days
    return "—" if days is None else f"{days} 天" if days else "当天"


def _charts(session: Session, chosen: Chosen, days: int) -> dict[str, Any]:
    by_day = losses_by_day(session, chosen)
    on = [clock.today() - timedelta(days=back) for back in reversed(range(days))]
    stores, guides = losses_by_store(session, chosen, SHOWN), losses_by_guide(session, chosen, SHOWN)
    shop_names = store_names(session, [id_ for id_, _, _ in stores])
    guide_names = staff_names(session, [id_ for id_, _, _ in guides])
    have = followed_now(session, [id_ for id_, _, _ in guides])
    return {
        "days": {"kind": "days", "names": [f"{day.month}/{day.day}" for day in on],
                 "series": _both([by_day.get(day, (0, 0)) for day in on])},
        "stores": {"kind": "stack", "names": [shop_names.get(id_, "不在门店") for id_, _, _ in stores],
                   "series": _both([(hers, guide) for _, hers, guide in stores])},
        "guides": [(id_, guide_names.get(id_, ""), hers, own, have.get(id_, 0)) for id_, hers, own in guides],
        "channels": _channels(session, chosen),
        "spans": _one(losses_by_span(session, chosen), "orange"),
    }  # fmt: skip


def _both(pairs: Sequence[tuple[int, int]]) -> list[Json]:
    return [
        {"name": "客户删除导购", "colour": "orange", "values": [hers for hers, _ in pairs]},
        {"name": "导购删除客户", "colour": "blue", "values": [guide for _, guide in pairs]},
    ]


def _one(rows: Sequence[tuple[str, int]], colour: str) -> Json:
    values = [count for _, count in rows]
    return {
        "kind": "stack",
        "names": [name for name, _ in rows],
        "series": [{"name": "流失", "colour": colour, "values": values}],
    }


def _channels(session: Session, chosen: Chosen) -> Json:
    by_state = losses_by_state(session, chosen)
    names = channels_of(session, [state for state, _ in by_state])
    found: dict[str, int] = {}
    for state, count in by_state:
        name = names.get(state, NO_CODE)
        found[name] = found.get(name, 0) + count
    return _one(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:SHOWN], "orange")


@bp.post("/losses/seen")
@allow(MANAGERS)
def see_losses() -> ResponseReturnValue:
    """Marked as seen; back to where she was."""
    with transaction() as session:
        count = mark_seen(session, current_staff(), as_numbers(request.form.getlist("loss")))
    flash(f"{count} 位已标为看过" if count else "没有新标的客户，请先勾选", "success" if count else "info")
    return redirect(url_for("hq.list_losses", **_kept(_asked())))


@bp.get("/losses/rules")
@allow(HEADQUARTERS)
def edit_loss_rules() -> ResponseReturnValue:
    """Who is told of a loss, as it holds."""
    with transaction() as session:
        values = _rule_values(policy(session, "loss"))
    return _show_rules(values, {}, seen=fingerprint(values))


@bp.post("/losses/rules")
@allow(HEADQUARTERS)
def change_loss_rules() -> ResponseReturnValue:
    """Set it; it holds from the next loss on."""
    values, seen = typed(request.form, *FIELDS), request.form.get("seen", "")
    try:
        with transaction() as session:
            kept = _rule_values(policy(session, "loss"))
            if changed := overtaken(seen, kept, values):
                return _show_rules(values, changed, seen=fingerprint(kept), overtaken=True), 409
            body = {**values, "guide": bool(values["guide"]), "value": as_number(values["value"])}
            set_policy(session, current_staff(), "loss", body)
    except Invalid as problem:
        return _show_rules(values, problem.fields, seen=seen), 422
    flash("通知规则已保存，从下一次流失起按新规则", "success")
    return redirect(url_for("hq.edit_loss_rules"))


def _rule_values(body: Json) -> dict[str, str]:
    return {"guide": "on" if body["guide"] else "", **{name: str(body[name]) for name in FIELDS[1:]}}


def _show_rules(values: Mapping[str, str], fields: Mapping[str, str], *, seen: str, overtaken: bool = False) -> str:
    with transaction() as session:
        last = find_policy(session, "loss")
        names = staff_names(session, [last.staff_id] if last else [])
    return render_template(
        "hq/loss_rules.html", values=values, fields=fields, seen=seen, overtaken=overtaken, last=last, names=names, which=WHICH,
        steps={level: name for level, name in VALUE_NAMES.items() if level > 0},
    )  # fmt: skip
