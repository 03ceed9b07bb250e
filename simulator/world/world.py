"""The one World of a simulator process: its state, clock, rules and ways out. Hold `lock` to read or change state."""

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulator.callbacks import xml
from simulator.callbacks.delivery import Delivery, Event
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.limits import Limits
from simulator.settings import Settings
from simulator.world.apps import App, Receiver, app_from_config, receiver_of
from simulator.world.calls import Calls
from simulator.world.notices import Notices
from simulator.world.people import Department, Member
from simulator.world.state import State
from simulator.world.visibility import Visibility
from simulator.world.windows import Windows


class World:
    """Everything the simulator knows. Made empty (root department only); a brand or a snapshot fills it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self.clock = Clock()
        self.rng = random.Random()
        self.limits = Limits()
        self.faults = Faults()
        self.calls = Calls()
        self.notices = Notices()
        self.visibility = Visibility()
        self.windows = Windows()
        self.state = new_state(settings)
        self.delivery = Delivery(self.clock, self.receiver, lambda: self.state.corpid)
        self._event_ids = itertools.count(1)

    @property
    def base_url(self) -> str:
        return self.settings.base_url

    @property
    def now(self) -> float:
        return self.clock.now()

    @property
    def seconds(self) -> int:
        return self.clock.seconds()

    def reset(self, fill: Callable[[State, random.Random, float, str], None], seed: int) -> None:
        """Start over with a brand: same apps and receivers (addresses kept), everything else new."""
        with self.lock:
            state = new_state(self.settings)
            state.receivers = self.state.receivers
            self.clock.reset()
            fill(state, random.Random(seed), self.now, self.base_url)
            self.replace(state)
            self.limits.reset()
            self.faults.remove()
            self.calls.clear()
            self.delivery.clear()

    def replace(self, state: State) -> None:
        """Put another state in place of the present one."""
        with self.lock:
            self.state = state
            self.visibility.forget()
            self.windows.clear()

    def receiver(self, name: str) -> Receiver | None:
        return self.state.receivers.get(name)

    def member(self, userid: str) -> Member | None:
        return self.state.people.find(userid)

    def sees(self, app: App, userid: str) -> Member | None:
        """The member, when this app may see them."""
        return self.visibility.find(self.state.people, app, userid)

    def main_app(self) -> App:
        """The app meant when nobody names one: the self-built app with the lowest agentid."""
        return min((app for app in self.state.apps.values() if app.kind == "app"), key=lambda app: app.agentid)

    def trusts(self, app: App, url: str, exact: bool) -> bool:
        """May this app's pages live at `url`? OAuth compares host and port exactly, JS calls accept sub-domains."""
        netloc, host = urlsplit(url).netloc.lower(), (urlsplit(url).hostname or "").lower()
        own = {urlsplit(origin).netloc.lower() for origin in self.settings.product_origins}
        trusted = own | {domain.lower() for domain in app.trusted_domains}
        if netloc in trusted or host.endswith(".webview.localhost"):
            return True
        return not exact and any(host.endswith("." + domain.partition(":")[0]) for domain in trusted)

    def emit(self, receiver: str, event: str, change_type: str, fields: xml.Fields, raw: str = "") -> int:
        """Send an event on its way; the id it has in the log of callbacks."""
        event_id = next(self._event_ids)
        self.delivery.enqueue(Event(event_id, receiver, event, change_type, fields, raw))
        return event_id

    def close(self) -> None:
        """End what would keep the process alive: open streams, hanging calls, senders."""
        self.closing.set()
        self.notices.close()
        self.delivery.stop()

    def counts(self) -> dict[str, Any]:
        state = self.state
        return {
            "members": len(state.people.members), "departments": len(state.people.departments),
            "customers": state.customers.count(), "follows": state.customers.count_follows(),
            "contact_ways": len(state.ways.by_id), "tags": state.tags.count(), "media": len(state.files.media),
            "messages_delivered": state.inboxes.delivered, "messages_dropped": state.inboxes.dropped,
            "faults": self.faults.count(), "unknown_paths": len(self.calls.unknown),
        }  # fmt: skip


def new_state(settings: Settings) -> State:
    """A corp with its apps, the root department and nobody in it."""
    config = settings.config
    state = State(config["corpid"], config["corp_name"])
    for entry in config["apps"]:
        app = app_from_config(entry)
        state.apps[app.agentid] = app
        receiver = receiver_of(app)
        state.receivers.setdefault(receiver.name, receiver)
    state.people.add_department(Department(1, config["corp_name"], 0))
    return state
