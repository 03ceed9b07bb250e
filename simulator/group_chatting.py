"""Puts one line into a customer group and tells everybody who is in it; knows people's names there."""

from typing import Any

from simulator.world.groups import MEMBER, SYSTEM, Group, GroupMessage
from simulator.world.world import World


def say(
    world: World, chat_id: str, sender: str, sender_type: int, msgtype: str, body: dict[str, Any], via: str = "client"
) -> GroupMessage:
    """`sender` is a userid (type 1), an external_userid (type 2) or `system` (type 0); KeyError without such a group."""
    group = world.state.groups.by_id[chat_id]
    message = world.state.groups.add_line(group, world.now, sender, sender_type, msgtype, body, via)
    tell(world, group)
    return message


def announce(world: World, group: Group, content: str) -> None:
    """A grey line of the system's."""
    say(world, group.chat_id, "system", SYSTEM, "text", {"content": content})


def tell(world: World, group: Group) -> None:
    """Whoever watches a page of somebody in this group learns that it changed."""
    for person in group.people.values():
        if person.type == MEMBER:
            world.notices.changed(person.id, "")
        else:
            world.notices.changed("", person.id)


def name_of(world: World, sender: str, sender_type: int) -> str:
    """What the group shows of somebody; empty when nobody knows them any more."""
    if sender_type == MEMBER:
        member = world.member_ever(sender)
        return member.name if member else sender
    customer = world.state.customers.find(sender)
    return customer.name if customer else ""
