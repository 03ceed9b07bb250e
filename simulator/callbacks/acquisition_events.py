"""customer_acquisition events (DOC 97299): a link's go to the app that made it, the quota's to every 客户联系 app."""

from simulator.callbacks import xml
from simulator.callbacks.events import SYSTEM, head, to_customer_apps
from simulator.world.world import World

EVENT = "customer_acquisition"


def of_link(world: World, agentid: int, change: str, fields: xml.Fields) -> int:
    """To the app that made the link, as long as it may read customers; the last event's id, 0 when nobody hears it."""
    app = world.state.apps.get(agentid)
    if app is None or not app.customer_contact:
        return 0
    return world.tell_app(agentid, EVENT, change, [*head(world, SYSTEM, EVENT), ("ChangeType", change), *fields])


def of_quota(world: World, change: str, fields: xml.Fields = ()) -> int:
    return to_customer_apps(world, EVENT, change, [*head(world, SYSTEM, EVENT), ("ChangeType", change), *fields])
