"""Owner rules as they are typed: text to a policy body and back. customers.owner_rules says what is wrong."""

from collections.abc import Mapping

from foundation.db import Json
from hq.forms import as_number

PLACES = ("first_look", "second_look", "third_look")
NUMBERS = ("lock_days", "order_days", "service_days")
RULE_FIELDS = (*PLACES, *NUMBERS, "merge_unionid")
OWNER_FIELDS = ("owner", "hold", "note")


def owner_body(values: Mapping[str, str]) -> Json:
    """The body behind a typed form; a number that could not be read becomes None, so that the rules can say so."""
    order = [values[name] for name in PLACES if values[name]]
    return {"order": order, "merge_unionid": bool(values["merge_unionid"])} | {name: as_number(values[name]) for name in NUMBERS}


def owner_values(body: Json) -> dict[str, str]:
    """What holds as the form shows it."""
    order = [*body["order"], "", "", ""]
    shown = {name: str(order[place]) for place, name in enumerate(PLACES)} | {name: str(body[name]) for name in NUMBERS}
    return shown | {"merge_unionid": "on" if body["merge_unionid"] else ""}
