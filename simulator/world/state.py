"""All that a snapshot saves, in one tree of plain dataclasses; no locks, no threads, no clocks.

`brand` and `seed` are what it was filled with.
"""

from dataclasses import dataclass, field

from simulator.world.albums import Albums
from simulator.world.appchats import AppChats
from simulator.world.apps import App, Receiver
from simulator.world.chats import Chats
from simulator.world.customers import Customers
from simulator.world.fetches import Fetches
from simulator.world.group_sends import GroupSends
from simulator.world.groups import Groups
from simulator.world.inboxes import Inboxes
from simulator.world.intercepts import Intercepts
from simulator.world.kf import Kf
from simulator.world.links import Links
from simulator.world.media import Files
from simulator.world.moments import Moments
from simulator.world.openids import OpenIds
from simulator.world.passes import Passes
from simulator.world.people import People
from simulator.world.statistics import Statistics
from simulator.world.strategies import Strategies
from simulator.world.tags import Tags
from simulator.world.transfers import Transfers
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
    appchats: AppChats = field(default_factory=AppChats)
    fetches: Fetches = field(default_factory=Fetches)
    group_sends: GroupSends = field(default_factory=GroupSends)
    moments: Moments = field(default_factory=Moments)
    intercepts: Intercepts = field(default_factory=Intercepts)
    albums: Albums = field(default_factory=Albums)
    groups: Groups = field(default_factory=Groups)
    kf: Kf = field(default_factory=Kf)
    transfers: Transfers = field(default_factory=Transfers)
    statistics: Statistics = field(default_factory=Statistics)
    links: Links = field(default_factory=Links)
    strategies: Strategies = field(default_factory=Strategies)
    openids: OpenIds = field(default_factory=OpenIds)
    brand: str = ""
    seed: int = 7
