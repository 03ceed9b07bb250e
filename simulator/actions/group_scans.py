"""A customer scans the code of a group: the first group of the code with room takes her in, or a new one is made."""

from typing import Any

from simulator import group_changes
from simulator.actions.customer import scanner
from simulator.actions.groups import living_group
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.groups import CUSTOMER, Group, GroupPerson
from simulator.world.join_ways import JoinWay
from simulator.world.world import World

BY_CODE = 3
MOST_GROUPS = 5


def joins(wish: Wish) -> dict[str, Any]:
    """By a join way (config_id or its state) or by the group's own code (chat_id); a new customer may be named."""
    way = _way(wish)
    rooms = _rooms(wish.world, way) if way else [living_group(wish)]
    customer = scanner(wish)
    answer: dict[str, Any] = {"external_userid": customer.external_userid}
    already = next((each for each in rooms if each.find(customer.external_userid)), None)
    if already is not None:
        return answer | {"chat_id": already.chat_id, "already": True, "event_id": 0}
    group = _room(wish.world, way, rooms)
    if way is not None:
        way.scans += 1
    person = GroupPerson(customer.external_userid, CUSTOMER, wish.world.seconds, BY_CODE, state=way.state if way else "")
    return answer | {"chat_id": group.chat_id, "event_id": group_changes.enter(wish.world, group, [person])}


def leads_to(world: World, way: JoinWay) -> Group | None:
    """The group somebody who scans now would see: the first with room, else the first living one."""
    living = _living(world, way)
    return next((each for each in living if _has_room(world, each)), next(iter(living), None))


def _way(wish: Wish) -> JoinWay | None:
    ways = wish.world.state.groups.ways
    if wish.body.get("config_id"):
        found = ways.find(wish.text("config_id"))
    elif wish.body.get("state"):
        found = ways.find_state(wish.text("state"))
    else:
        return None
    if found is None:
        raise ImpossibleError("there is no join way with this config_id or state", 404)
    return found


def _rooms(world: World, way: JoinWay) -> list[Group]:
    rooms = _living(world, way)
    if not rooms:
        raise ImpossibleError("every group of this join way has been dismissed")
    return rooms


def _living(world: World, way: JoinWay) -> list[Group]:
    return [each for each in map(world.state.groups.find, way.chat_id_list) if each and not each.dismissed]


def _has_room(world: World, group: Group) -> bool:
    return len(group.people) < group_changes.capacity(world)


def _room(world: World, way: JoinWay | None, rooms: list[Group]) -> Group:
    free = next((each for each in rooms if _has_room(world, each)), None)
    if free is not None:
        return free
    if way is None or not way.auto_create_room:
        raise ImpossibleError(f"the group is full: it holds {group_changes.capacity(world)} people")
    return _next_room(world, way, rooms)


def _next_room(world: World, way: JoinWay, rooms: list[Group]) -> Group:
    """The platform makes it by itself: same owner, the next number; the oldest full group leaves a full list."""
    model = next((each for each in rooms if world.member(each.owner)), None)
    if model is None:
        raise ImpossibleError("the groups are full and their owners have left, so no new one can be made")
    name = f"{way.room_base_name or model.name}{way.room_base_id}"
    group, _ = group_changes.make(world, model.owner, name)
    group.welcome_id = model.welcome_id
    way.room_base_id += 1
    way.chat_id_list = [*way.chat_id_list, group.chat_id][-MOST_GROUPS:]
    return group
