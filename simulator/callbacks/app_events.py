"""What an app hears about its own chat beside texts: other messages, places, scans, pictures, warnings (DOC 90239, 90240)."""

from simulator.callbacks import events, xml
from simulator.world.apps import App
from simulator.world.world import World

FROM_WECOM = "wxwork"
Parts = list[tuple[str, xml.Value]]


def message(world: World, app: App, userid: str, msgtype: str, parts: Parts) -> int:
    """A message the member sent; `parts` stand between MsgType and MsgId."""
    fields: Parts = [
        ("ToUserName", world.state.corpid), ("FromUserName", userid), ("CreateTime", world.seconds),
        ("MsgType", msgtype), *parts, ("MsgId", world.rng.randrange(10**15, 2**62)), ("AgentID", app.agentid),
    ]  # fmt: skip
    fields += [("AppType", FROM_WECOM)] if msgtype == "location" else []
    return world.tell_app(app.agentid, msgtype, "", fields)


def place(world: World, app: App, userid: str, latitude: str, longitude: str, precision: str) -> int:
    """LOCATION: where the member is, told when she opens the app."""
    parts: Parts = [("Latitude", latitude), ("Longitude", longitude), ("Precision", precision)]
    return _event(world, app, userid, "LOCATION", parts, by_wecom=True)


def scan(world: World, app: App, userid: str, event: str, key: str, kind: str, result: str) -> int:
    parts: Parts = [("EventKey", key), ("ScanCodeInfo", [("ScanType", kind), ("ScanResult", result)])]
    return _event(world, app, userid, event, parts)


def pictures(world: World, app: App, userid: str, event: str, key: str, sums: list[str]) -> int:
    """`sums` are the MD5 sums of the pictures she chose."""
    items: Parts = [("item", [("PicMd5Sum", each)]) for each in sums]
    parts: Parts = [("EventKey", key), ("SendPicsInfo", [("Count", len(sums)), ("PicList", items)])]
    return _event(world, app, userid, event, parts)


def chosen_place(world: World, app: App, userid: str, key: str, where: Parts) -> int:
    """location_select; `where` are Location_X, Location_Y, Scale, Label, Poiname."""
    parts: Parts = [("EventKey", key), ("SendLocationInfo", where)]
    return _event(world, app, userid, "location_select", parts, by_wecom=True)


def system(world: World, app: App, event: str, parts: Parts, sender: str = events.SYSTEM) -> int:
    """What WeCom itself has to say about the app; an administrator's userid for reopen_inactive_agent."""
    return events.app_event(world, app, sender, event, [("AgentID", app.agentid), *parts])


def _event(world: World, app: App, userid: str, event: str, parts: Parts, by_wecom: bool = False) -> int:
    tail: Parts = [("AgentID", app.agentid)] + ([("AppType", FROM_WECOM)] if by_wecom else [])
    return events.app_event(world, app, userid, event, [*parts, *tail])
