"""What a person typed of a segment (人群), and a kept one as its form shows it. Only reading the rule may raise."""

from collections.abc import Mapping

from foundation.text import clean
from hq.forms import typed
from hq.rule_form import LONGEST_RULE, read_rule, written_rule
from segments.actions import Draft
from segments.models import Segment, SegmentKind

SEGMENT_FIELDS = ("name", "note", "rule", "refresh_hour")
HOURS = [(str(hour), f"每天 {hour} 点") for hour in range(24)]


def new_segment_values() -> dict[str, str]:
    """An empty form: everybody, no hour."""
    return dict.fromkeys(SEGMENT_FIELDS, "")


def segment_typed(form: Mapping[str, str]) -> dict[str, str]:
    """A form as it was typed; a rule is longer than what people type into a field."""
    rule = clean(form.get("rule", ""))[: LONGEST_RULE + 1]
    return typed(form, "name", "note", "refresh_hour") | {"rule": rule}


def segment_values(segment: Segment) -> dict[str, str]:
    """A kept segment as the form shows it."""
    return {
        "name": segment.name,
        "note": segment.note,
        "rule": written_rule(segment.rule) if segment.rule else "",
        "refresh_hour": "" if segment.refresh_hour is None else str(segment.refresh_hour),
    }


def segment_draft(values: Mapping[str, str]) -> Draft:
    """The draft behind a typed form. Raises Invalid when the rule is no JSON."""
    return Draft(
        name=values["name"],
        note=values["note"],
        rule=read_rule(values["rule"]),
        kind=SegmentKind.RULE,
        refresh_hour=values["refresh_hour"],
    )
