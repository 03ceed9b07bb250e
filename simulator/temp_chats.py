"""临时会话 of a temporary contact way: opened by a scan, ended by its time or by close_temp_chat (DOC 92228)."""

from typing import Any

from simulator import chatting
from simulator.world.customers import Follow, Relation
from simulator.world.ways import ContactWay, TempChat
from simulator.world.world import World


def open_chat(world: World, way: ContactWay, follow: Follow) -> TempChat:
    """They may write to each other although they are no contacts; nobody is called back."""
    chat = TempChat(follow.userid, follow.external_userid, way.config_id, world.now + way.chat_expires_in, way.conclusions)
    world.state.ways.keep_chat(chat)
    line = {"content": "你们已建立临时会话，现在可以开始聊天了。"}
    chatting.say(world, follow.userid, follow.external_userid, "system", "text", line)
    return chat


def close(world: World, chat: TempChat) -> None:
    """Say the closing words, then nobody can write any more."""
    for msgtype, body in _closing(chat.conclusions):
        chatting.say(world, chat.userid, chat.external_userid, "guide", msgtype, body, "welcome")
    line = {"content": "临时会话已结束。"}
    chatting.say(world, chat.userid, chat.external_userid, "system", "text", line)
    world.state.ways.forget_chat(chat)
    follow = world.state.customers.find_follow(chat.userid, chat.external_userid)
    if follow is not None and follow.relation is Relation.TEMP:
        follow.relation = Relation.MEMBER_LEFT


def settle_temp_chats(world: World) -> None:
    for chat in [each for each in world.state.ways.chats.values() if each.ends_at <= world.now]:
        close(world, chat)


def _closing(conclusions: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(kind, conclusions[kind]) for kind in ("text", "image", "link", "miniprogram") if conclusions.get(kind)]
