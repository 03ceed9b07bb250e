"""subscribe and unsubscribe: a member comes into an app's visible range or leaves it (DOC 90240)."""

from simulator.callbacks import events, xml
from simulator.world.apps import App
from simulator.world.people import Member
from simulator.world.world import World


def tell_apps(world: World, member: Member, event: str) -> None:
    """To every app that sees the member now."""
    for app in seeing(world, member):
        tell(world, app, member.userid, event)


def seeing(world: World, member: Member) -> list[App]:
    """The self-built apps whose range the member is in."""
    apps = world.state.apps.values()
    return [app for app in apps if app.kind == "app" and world.visibility.sees(world.state.people, app, member)]


def moved(world: World, member: Member, before: list[App]) -> None:
    """After a change: subscribe to the apps that see her now, unsubscribe to those that did before."""
    now = {app.agentid for app in seeing(world, member)}
    seen = {app.agentid for app in before}
    for agentid in sorted(now ^ seen):
        tell(world, world.state.apps[agentid], member.userid, "subscribe" if agentid in now else "unsubscribe")


def range_changed(world: World, app: App, before: set[str]) -> int:
    """After the app's range changed: one event for each member that came or went; how many. `before` are userids."""
    now = {member.userid for member in world.visibility.members(world.state.people, app)}
    for userid in sorted(now - before):
        tell(world, app, userid, "subscribe")
    for userid in sorted(before - now):
        tell(world, app, userid, "unsubscribe")
    return len(now ^ before)


def tell(world: World, app: App, userid: str, event: str) -> None:
    fields: xml.Fields = [("EventKey", ""), ("AgentID", app.agentid)]
    events.app_event(world, app, userid, event, fields)
