"""How many 企业群发 a customer or a customer group may get: per month, or per week or day by the corp's choice (DOC 92135)."""

from datetime import datetime, timedelta, timezone

from simulator.days import DAY, midnight
from simulator.world.world import World

EAST = timezone(timedelta(hours=8))
REMEMBERED = 31 * DAY


def may_receive(world: World, target: str) -> bool:
    """Is there room for one more? `target` is an external_userid or a chat_id."""
    most, since = _rule(world)
    return sum(1 for at in world.state.group_sends.received.get(target, ()) if at >= since) < most


def note_received(world: World, target: str) -> None:
    """Count one; what is too old for every rule is forgotten on the way."""
    received = world.state.group_sends.received
    received[target] = [at for at in received.get(target, ()) if at > world.now - REMEMBERED] + [world.seconds]


def first_own_today(world: World, userid: str, external_userid: str) -> bool:
    """A member's own 群发助手 reaches a customer once a natural day; True counts it."""
    sends, today, key = world.state.group_sends, midnight(world.now), f"{userid.lower()}|{external_userid}"
    if sends.own_day != today:
        sends.own_day, sends.own_sent = today, {}
    if key in sends.own_sent:
        return False
    sends.own_sent[key] = world.seconds
    return True


def _rule(world: World) -> tuple[int, float]:
    """How many, and since when they are counted."""
    figures, now = world.limits.quotas.figures, world.now
    if figures["group_sends_per_day"]:
        return figures["group_sends_per_day"], midnight(now)
    if figures["group_sends_per_week"]:
        weekday = datetime.fromtimestamp(now, EAST).weekday()
        return figures["group_sends_per_week"], midnight(now) - weekday * DAY
    first = datetime.fromtimestamp(now, EAST).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=31)).replace(day=1)
    return figures["group_sends_per_month"] or (following - first).days, first.timestamp()
