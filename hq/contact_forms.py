"""Rules of contacting as they are typed: text to a policy body and back. customers.respect_rules says what is wrong."""

import re
from collections.abc import Mapping

from customers.respect_rules import LIMITED
from foundation.db import Json
from hq.forms import as_number

CLOCKS = ("quiet_from", "quiet_until")
NUMBERS = tuple(f"{kind}_{name}" for kind in LIMITED for name in ("most", "days", "gap"))
FIELDS = (*CLOCKS, *NUMBERS, "places")
_LINE = re.compile(r"(?P<name>\S+?)[\s:：,，]+(?P<begin>\d{1,2}[:：]\d{2})\s*[-—–~～至到]+\s*(?P<end>\d{1,2}[:：]\d{2})")


def _clock(text: str) -> str:
    text = text.strip().replace("：", ":")
    return text if len(text) == 5 else f"0{text}"


def contact_body(values: Mapping[str, str]) -> Json:
    """The body behind a typed form; what could not be read stays as it was typed, so that the rules can say so."""
    places: Json = {}
    for line in values["places"].splitlines():
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        places[found["name"] if found else line.strip()[:20]] = [_clock(found["begin"]), _clock(found["end"])] if found else []
    numbers = {name: as_number(values[name]) for name in NUMBERS}
    return {name: _clock(values[name]) for name in CLOCKS} | numbers | {"places": places}


def contact_values(body: Json) -> dict[str, str]:
    """What holds as the form shows it."""
    shown = {name: str(body[name]) for name in (*CLOCKS, *NUMBERS)}
    return shown | {"places": "\n".join(f"{name} {begin}-{end}" for name, (begin, end) in body["places"].items())}
