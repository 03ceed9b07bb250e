"""Puts one line into the chat between a guide and a customer and tells whoever watches."""

from typing import Any

from simulator import link_contacts
from simulator.world.chats import ChatMessage
from simulator.world.world import World

# Only what she wrote herself counts in her figures.
TYPED = ("client", "sidebar")


def have_talked(world: World, userid: str, external_userid: str, after_line: int) -> bool:
    """Has either of the two written since that line?"""
    lines = world.state.chats.of(userid, external_userid)
    return any(each.id > after_line and each.sender != "system" and each.via in TYPED for each in lines)


def say(
    world: World, userid: str, external_userid: str, sender: str, msgtype: str, body: dict[str, Any], via: str = "client"
) -> ChatMessage:
    """`sender` is guide, customer or system; `via` client, sidebar, welcome, group_send or transfer."""
    chats = world.state.chats
    message = ChatMessage(chats.next_id(), world.now, sender, msgtype, body, via)
    chats.add(userid, external_userid, message)
    if via in TYPED:
        world.state.statistics.wrote(userid, external_userid, sender, world.now)
    if sender == "customer":
        link_contacts.heard(world, userid, external_userid)
    world.notices.changed(userid, external_userid)
    return message
