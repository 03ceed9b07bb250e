"""Puts one line into the chat between a guide and a customer and tells whoever watches."""

from typing import Any

from simulator.world.chats import ChatMessage
from simulator.world.world import World


def say(
    world: World, userid: str, external_userid: str, sender: str, msgtype: str, body: dict[str, Any], via: str = "client"
) -> ChatMessage:
    """`sender` is guide, customer or system; `via` client, sidebar, welcome or group_send."""
    chats = world.state.chats
    message = ChatMessage(chats.next_id(), world.now, sender, msgtype, body, via)
    chats.add(userid, external_userid, message)
    world.notices.changed(userid, external_userid)
    return message
