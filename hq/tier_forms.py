"""Rules of stages and RFM as they are typed: text to policy bodies and back. The rules modules say what is wrong."""

from collections.abc import Mapping

from customers import rfm_rules
from foundation.db import Json
from hq.forms import as_number

WHOLE = ("new_days", "mature_orders", "dormant_days", "lost_days", "opens_drop")
TIMES = ("dormant_times", "warn_times")
STAGE_FIELDS = (*WHOLE, *TIMES, "deleted_is_lost", "koc_tag")
RFM_FIELDS = ("mode", "window_days", *rfm_rules.LISTS)
RULE_FIELDS = (*STAGE_FIELDS, *RFM_FIELDS)


def _times(text: str) -> float | None:
    text = text.strip()
    plain = text.replace(".", "", 1)
    return float(text) if plain.isascii() and plain.isdigit() and len(text) <= 8 else None


def stage_body(values: Mapping[str, str]) -> Json:
    """The body behind a typed form; None where a number could not be read."""
    numbers: Json = {name: as_number(values[name]) for name in WHOLE}
    times = {name: _times(values[name]) for name in TIMES}
    return numbers | times | {"deleted_is_lost": bool(values["deleted_is_lost"]), "koc_tag": as_number(values["koc_tag"])}


def rfm_body(values: Mapping[str, str]) -> Json:
    """The body behind a typed form; lists are separated by any comma."""
    lists = {}
    for name in rfm_rules.LISTS:
        parts = values[name].replace("，", ",").replace("、", ",").split(",")
        lists[name] = [as_number(part) for part in parts if part.strip()]
    return {"mode": values["mode"], "window_days": as_number(values["window_days"]), **lists}


def rule_values(stages: Json, rfm: Json) -> dict[str, str]:
    """What holds as the form shows it."""
    shown = {name: f"{stages[name]:g}" for name in (*WHOLE, *TIMES)}
    shown |= {"deleted_is_lost": "on" if stages["deleted_is_lost"] else "", "koc_tag": str(stages["koc_tag"] or "")}
    shown |= {"mode": rfm["mode"], "window_days": str(rfm["window_days"])}
    return shown | {name: "，".join(map(str, rfm[name])) for name in rfm_rules.LISTS}
