"""All that a snapshot saves, in one tree of plain dataclasses; no locks, no threads, no clocks."""

from dataclasses import dataclass, field

from simulator.world.apps import App, Receiver
from simulator.world.chats import Chats
from simulator.world.customers import Customers
from simulator.world.inboxes import Inboxes
from simulator.world.media import Files
from simulator.world.passes import Passes
from simulator.world.people import People
from simulator.world.tags import Tags
from simulator.world.ways import ContactWays


@dataclass(slots=True)
class State:
    corpid: str
    corp_name: str
    apps: dict[int, App] = field(default_factory=dict)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    people: People = field(default_factory=People)
    customers: Customers = field(default_factory=Customers)
    tags: Tags = field(default_factory=Tags)
    ways: ContactWays = field(default_factory=ContactWays)
    passes: Passes = field(default_factory=Passes)
    inboxes: Inboxes = field(default_factory=Inboxes)
    chats: Chats = field(default_factory=Chats)
    files: Files = field(default_factory=Files)
