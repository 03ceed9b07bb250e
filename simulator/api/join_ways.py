"""「加入群聊」 codes: add, get, update, delete (DOC 92229)."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, boolean, integer, strings, text
from simulator.api.contact_ways import MOST, count_ways
from simulator.api.groups import known_group
from simulator.errors import ApiError
from simulator.world.join_ways import JoinWay

MOST_GROUPS = 5
REMARK_CHARS = 30


def add(call: Call) -> dict[str, Any]:
    """The quota is one with the contact ways': 41045."""
    way = _read(call)
    if count_ways(call) >= MOST:
        raise ApiError(41045)
    way.config_id, way.created_at = ids.config_id(call.world.rng), call.world.seconds
    call.state.groups.ways.by_id[way.config_id] = way
    return {"config_id": way.config_id}


def get(call: Call) -> dict[str, Any]:
    way = _find(call)
    shown: dict[str, Any] = {
        "config_id": way.config_id, "scene": way.scene, "remark": way.remark, "auto_create_room": way.auto_create_room,
        "room_base_name": way.room_base_name, "room_base_id": way.room_base_id, "chat_id_list": way.chat_id_list,
        "state": way.state, "mark_source": way.mark_source,
    }  # fmt: skip
    code = f"{call.world.base_url}/files/qrgroup_{way.config_id}.png"
    return {"join_way": shown | ({"qr_code": code} if way.scene == 2 else {})}


def update(call: Call) -> dict[str, Any]:
    """Overwrites all: what is not given goes back to its default."""
    old = _find(call)
    way = _read(call)
    way.config_id, way.created_at, way.scans = old.config_id, old.created_at, old.scans
    call.state.groups.ways.by_id[way.config_id] = way
    return {}


def delete(call: Call) -> dict[str, Any]:
    del call.state.groups.ways.by_id[_find(call).config_id]
    return {}


def _find(call: Call) -> JoinWay:
    way = call.state.groups.ways.find(text(call.body, "config_id", missing=41043))
    if way is None:
        raise ApiError(41044)
    return way


def _read(call: Call) -> JoinWay:
    """A join way out of the body, not yet named; 41038, 41040, 41091, 40063 and what a group can be refused for."""
    body = call.body
    if "scene" not in body:
        raise ApiError(41038)
    scene, auto = integer(body, "scene"), integer(body, "auto_create_room", 1)
    if scene not in (1, 2):
        raise ApiError(41040)
    if auto not in (0, 1):
        raise ApiError(40058)
    chat_ids = strings(body, "chat_id_list")
    if len(chat_ids) > MOST_GROUPS:
        raise ApiError(41091)
    if not chat_ids:
        raise ApiError(40063)
    for chat_id in chat_ids:
        known_group(call, chat_id)
    return JoinWay(
        "", scene, 0, list(dict.fromkeys(chat_ids)), text(body, "remark")[:REMARK_CHARS], auto,
        text(body, "room_base_name", max_chars=40), integer(body, "room_base_id", 1),
        text(body, "state", max_chars=30), boolean(body, "mark_source", True), call.app.agentid,
    )  # fmt: skip


ROUTES = {
    "externalcontact/groupchat/add_join_way": Endpoint("POST", add, "customer"),
    "externalcontact/groupchat/get_join_way": Endpoint("POST", get, "customer"),
    "externalcontact/groupchat/update_join_way": Endpoint("POST", update, "customer"),
    "externalcontact/groupchat/del_join_way": Endpoint("POST", delete, "customer"),
}
