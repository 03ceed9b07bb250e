"""Any event at all, as somebody wrote it: for the ones nobody plays here and for malformed ones."""

from typing import Any

from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import xml
from simulator.callbacks.events import SYSTEM, head


def emit(wish: Wish) -> dict[str, Any]:
    """{receiver, xml} sends the text as it is; {receiver, fields: {...}} adds the usual head around the fields."""
    receiver = wish.text("receiver", "app")
    if wish.world.receiver(receiver) is None:
        raise ImpossibleError(f"there is no receiver {receiver}", 404)
    if wish.body.get("xml"):
        return {"event_id": wish.world.emit(receiver, "raw", "", [], wish.text("xml"))}
    fields = wish.mapping("fields")
    event, sender = str(fields.pop("Event", "raw")), str(fields.pop("FromUserName", SYSTEM))
    built = [*head(wish.world, sender, event), *nested(fields)]
    change = str(fields.get("ChangeType", ""))
    return {"event_id": wish.world.emit(receiver, event, change, built)}


def nested(fields: dict[str, Any]) -> list[tuple[str, xml.Value]]:
    """Objects nest, lists repeat the element, numbers stay bare."""
    built: list[tuple[str, xml.Value]] = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            built.append((name, nested(each) if isinstance(each, dict) else _plain(each)))
    return built


def _plain(value: Any) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
