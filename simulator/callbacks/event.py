"""What travels to a receiver, and what is written down of each try."""

from dataclasses import dataclass

from simulator.callbacks import xml


@dataclass(frozen=True, slots=True)
class Event:
    """What a receiver is to be told; `xml` is sent as it is when given, otherwise `fields` are rendered.

    `generation` is the delivery's at the time: an event from before a reset must not reach into the world after it.
    """

    id: int
    receiver: str
    event: str
    change_type: str
    fields: xml.Fields
    xml: str = ""
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver one event; `status` 0 when there was no answer."""

    id: int
    event_id: int
    receiver: str
    event: str
    change_type: str
    attempt: int
    at: float
    elapsed_ms: float
    status: int
    error: str
    body: str
    xml: str
