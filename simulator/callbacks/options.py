"""How callbacks travel: retries, pace and the disturbances a test may switch on."""

from dataclasses import asdict, dataclass, field
from typing import Any

EXAMPLES = {"delay": "[0.1, 0.5]", "retry_delays": "[1, 2, 3]", "timeout": "5"}


@dataclass(slots=True)
class DeliveryOptions:
    """`duplicate` extra copies of each event, `delay` [min, max] seconds before the first attempt, `reorder` lets
    later events overtake, `shuffle` mixes elements, `outage` holds everything back until it ends."""

    duplicate: int = 0
    delay: tuple[float, float] = (0.0, 0.0)
    reorder: bool = False
    shuffle: bool = False
    binary_prefix: bool = False
    outage: bool = False
    senders: int = 8
    timeout: float = 5.0
    retry_delays: list[float] = field(default_factory=lambda: [1.0, 2.0, 3.0])
    full_contact_fields: bool = False
    passive_card_updates: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over the given keys; ValueError says which key or value is wrong, nothing is changed then."""
        checked = {key: _checked(key, value, getattr(self, key, None)) for key, value in wanted.items()}
        for key, value in checked.items():
            setattr(self, key, value)


def _checked(key: str, value: Any, present: Any) -> Any:
    if isinstance(present, bool):
        if isinstance(value, bool):
            return value
        raise ValueError(f'{key} is true or false, for example {{"{key}": true}}')
    if key in ("duplicate", "senders"):
        low, high = (0, 20) if key == "duplicate" else (1, 64)
        if isinstance(value, int) and low <= value <= high:
            return value
        raise ValueError(f'{key} is a number from {low} to {high}, for example {{"{key}": {low}}}')
    if key == "timeout":
        return _seconds(key, value)
    if key == "retry_delays" and isinstance(value, list) and len(value) <= 10:
        return [_seconds(key, each) for each in value]
    if key == "delay" and isinstance(value, list) and len(value) == 2:
        return (_seconds(key, value[0]), _seconds(key, value[1]))
    raise ValueError(f'cannot set {key}; for example {{"duplicate": 1, "delay": [0.1, 0.5], "shuffle": true}}')


def _seconds(key: str, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600:
        return float(value)
    raise ValueError(f'{key} is in seconds, from 0 to 3600, for example {{"{key}": {EXAMPLES.get(key, "1")}}}')
