"""A World: state, clock, rules and ways out, one a process. Hold `lock` to change it or to read more than one value."""

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulator.callbacks import xml
from simulator.callbacks.delivery import Delivery
from simulator.callbacks.event import Event
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.limits import Limits
from simulator.settings import Settings
from simulator.webview.addresses import userid_of
from simulator.world.apps import App, Receiver, app_from_config, receiver_of
from simulator.world.calls import Calls
from simulator.world.notices import Notices
from simulator.world.people import Department, Member
from simulator.world.seats import Seats
from simulator.world.state import State
from simulator.world.visibility import Visibility
from simulator.world.windows import Windows


class World:
    """Everything the simulator knows. Made empty (root department only); a brand or a snapshot fills it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.saving = threading.Lock()
        self.closing = threading.Event()
        self.endings: list[Callable[[], object]] = []
        self.seats = Seats(settings.threads)
        self.settling_errors = 0
        self.swept_at = float("-inf")
        self.clock = Clock()
        self.rng = random.Random()
        self.limits = Limits()
        self.faults = Faults()
        self.calls = Calls()
        self.notices = Notices()
        self.visibility = Visibility()
        self.windows = Windows()
        self.state = new_state(settings)
        self.home = (settings.brand, settings.seed)
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

    def reset(self, fill: Callable[[State, random.Random, float, str], None], seed: int, brand: str = "") -> None:
        """Start over with a brand: same apps and receivers (addresses kept), everything else new. `home`, where a reset
        without a brand leads, stays."""
        with self.lock:
            state = new_state(self.settings)
            state.receivers = self.state.receivers
            state.brand, state.seed = brand, seed
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
            self.swept_at = float("-inf")
            self.visibility.forget()
            self.windows.clear()

    def clear_receivers(self) -> None:
        """Take every callback address away; tokens and keys stay."""
        with self.lock:
            for receiver in self.state.receivers.values():
                receiver.url = ""

    def receiver(self, name: str) -> Receiver | None:
        return self.state.receivers.get(name)

    def member(self, userid: str) -> Member | None:
        return self.state.people.find(userid)

    def member_ever(self, userid: str) -> Member | None:
        """The member; one who has left as she was (status 5)."""
        leaver = self.state.transfers.leavers.get(userid.lower())
        return self.member(userid) or (leaver.member if leaver else None)

    def sees(self, app: App, userid: str) -> Member | None:
        """The member, when this app may see them."""
        return self.visibility.find(self.state.people, app, userid)

    def main_app(self) -> App:
        """The app meant when nobody names one: the self-built app with the lowest agentid."""
        return min((app for app in self.state.apps.values() if app.kind == "app"), key=lambda app: app.agentid)

    def trusts(self, app: App, url: str, exact: bool) -> bool:
        """May this app's pages live at `url`? OAuth compares host and port exactly, JS calls accept sub-domains. A member's
        webview is the product's own page."""
        try:
            parts = urlsplit(url)
            netloc, host, port = parts.netloc.lower(), (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        guest = userid_of(netloc)
        if guest is not None:
            return port == self.settings.port and self.member(guest) is not None
        own = {urlsplit(origin).netloc.lower() for origin in self.settings.product_origins}
        trusted = own | {domain.lower() for domain in app.trusted_domains}
        if netloc in trusted:
            return True
        return not exact and any(host.endswith("." + domain.partition(":")[0]) for domain in trusted)

    def emit(self, receiver: str, event: str, change_type: str, fields: xml.Fields, raw: str = "") -> int:
        """Send an event on its way; the id it has in the log of callbacks."""
        event_id = next(self._event_ids)
        self.delivery.enqueue(Event(event_id, receiver, event, change_type, fields, raw, self.delivery.generation))
        return event_id

    def receivers_of(self, agentid: int) -> list[Receiver]:
        """Every address of this app."""
        return [each for each in self.state.receivers.values() if each.agentid == agentid]

    def tell_app(self, agentid: int, event: str, change_type: str, fields: xml.Fields) -> int:
        """Send an event to every address of this app; the last one's id, 0 when there is none."""
        sent = [self.emit(each.name, event, change_type, fields) for each in self.receivers_of(agentid)]
        return sent[-1] if sent else 0

    def close(self) -> None:
        """End what would keep the process alive (streams, hanging calls, senders) and what is not to be saved (a scenario)."""
        self.closing.set()
        for end in self.endings:
            end()
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
        receiver = receiver_of(app, state.receivers)
        state.receivers[receiver.name] = receiver
    state.people.add_department(Department(1, config["corp_name"], 0))
    return state
