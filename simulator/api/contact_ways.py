"""「联系我」 codes: add, get, list, update, delete (DOC 92228)."""

import dataclasses
from typing import Any

from simulator import ids
from simulator.api import temp_ways
from simulator.api.call import Call, Endpoint, boolean, integer, integers, strings, text
from simulator.api.paging import cursor_of, position_of
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.ways import ContactWay

MOST = 500_000
MOST_MEMBERS = 100
WINDOW = 90 * DAY
# 2021-07-10 in Shanghai: older ones are never listed.
LISTED_SINCE = 1_625_846_400


def add(call: Call) -> dict[str, Any]:
    kind, scene = _choice(call, "type", 41037, 41039, (1, 2)), _choice(call, "scene", 41038, 41040, (1, 2))
    if count_ways(call) >= MOST:
        raise ApiError(41045)
    way = ContactWay(ids.config_id(call.world.rng), kind, scene, call.world.seconds, agentid=call.app.agentid)
    way.is_temp = boolean(call.body, "is_temp", False)
    way.is_exclusive = boolean(call.body, "is_exclusive", False)
    way.style = _choice(call, "style", 0, 41042, (1, 2, 3), default=1)
    _fill(call, way)
    _check_members(call, way)
    if way.is_temp:
        temp_ways.count(call)
    call.state.ways.by_id[way.config_id] = way
    return {"config_id": way.config_id} | ({"qr_code": qr_code(call, way)} if scene == 2 else {})


def count_ways(call: Call) -> int:
    """Contact ways and ways into groups share one quota."""
    return len(call.state.ways.by_id) + len(call.state.groups.ways.by_id)


def get(call: Call) -> dict[str, Any]:
    way = _find(call)
    shown: dict[str, Any] = {
        "config_id": way.config_id, "type": way.type, "scene": way.scene, "style": way.style, "remark": way.remark,
        "skip_verify": way.skip_verify, "state": way.state, "user": way.user, "party": way.party,
        "is_temp": way.is_temp, "expires_in": way.expires_in, "chat_expires_in": way.chat_expires_in,
        "unionid": way.unionid, "is_exclusive": way.is_exclusive, "mark_source": way.mark_source,
        "conclusions": temp_ways.shown(call, way.conclusions),
    }  # fmt: skip
    return {"contact_way": shown | ({"qr_code": qr_code(call, way)} if way.scene == 2 else {})}


def list_ways(call: Call) -> dict[str, Any]:
    end = integer(call.body, "end_time", call.world.seconds + 1)
    start = max(integer(call.body, "start_time", end - WINDOW), LISTED_SINCE)
    limit = integer(call.body, "limit", 100)
    if not 1 <= limit <= 1000 or end < start:
        raise ApiError(40058)
    ways = [each for each in call.state.ways.by_id.values() if not each.is_temp and start <= each.created_at <= end]
    # What was asked for, not what it came to: the default window moves with the clock.
    query = f"list_contact_way|{call.body.get('start_time')}|{call.body.get('end_time')}"
    position = position_of(call, query, text(call.body, "cursor"))
    page = [{"config_id": each.config_id} for each in ways[position : position + limit]]
    cursor = cursor_of(call, query, position + limit, len(ways))
    return {"contact_way": page} | ({"next_cursor": cursor} if cursor else {})


def update(call: Call) -> dict[str, Any]:
    """A refused change changes nothing."""
    way = dataclasses.replace(_find(call))
    if "style" in call.body:
        way.style = _choice(call, "style", 0, 41042, (1, 2, 3), default=1)
    _fill(call, way)
    _check_members(call, way)
    call.state.ways.by_id[way.config_id] = way
    return {}


def delete(call: Call) -> dict[str, Any]:
    del call.state.ways.by_id[_find(call).config_id]
    return {}


def qr_code(call: Call, way: ContactWay) -> str:
    return f"{call.world.base_url}/files/qr_{way.config_id}.png"


def _find(call: Call) -> ContactWay:
    way = call.state.ways.find(text(call.body, "config_id", missing=41043))
    if way is None:
        raise ApiError(41044)
    return way


def _choice(call: Call, key: str, missing: int, invalid: int, allowed: tuple[int, ...], default: int | None = None) -> int:
    if key not in call.body:
        if default is None:
            raise ApiError(missing)
        return default
    value = integer(call.body, key)
    if value not in allowed:
        raise ApiError(invalid)
    return value


def _fill(call: Call, way: ContactWay) -> None:
    """Take over the keys that are there; user and party overwrite."""
    body = call.body
    way.remark = text(body, "remark", max_chars=30) if "remark" in body else way.remark
    way.state = text(body, "state", max_chars=30) if "state" in body else way.state
    way.skip_verify = boolean(body, "skip_verify", way.skip_verify)
    way.mark_source = boolean(body, "mark_source", way.mark_source)
    way.user = strings(body, "user") if "user" in body else way.user
    way.party = integers(body, "party") if "party" in body else way.party
    way.expires_in = integer(body, "expires_in", way.expires_in)
    way.chat_expires_in = integer(body, "chat_expires_in", way.chat_expires_in)
    temp_ways.check_times(way)
    way.unionid = text(body, "unionid") if "unionid" in body else way.unionid
    way.conclusions = temp_ways.conclusions(call) if "conclusions" in body else way.conclusions


def _check_members(call: Call, way: ContactWay) -> None:
    people = {userid.lower() for userid in way.user}
    if (way.type == 1 and (len(way.user) != 1 or way.party)) or not (way.user or way.party):
        raise ApiError(40058)
    if way.is_temp and way.type != 1:
        raise ApiError(40058)
    for userid in way.user:
        member = call.world.sees(call.app, userid)
        if member is None:
            raise ApiError(40003 if call.world.member(userid) is None else 60011)
        if member.status != 1:
            raise ApiError(41054)
        if not member.customer_contact:
            raise ApiError(84074)
    for party in way.party:
        people |= _inside(call, party)
    if len(people) > MOST_MEMBERS:
        raise ApiError(41041)


def _inside(call: Call, party: int) -> set[str]:
    """Members of a department the app may see; 60003, 60011."""
    if party not in call.state.people.departments:
        raise ApiError(60003)
    if party not in call.world.visibility.departments(call.state.people, call.app):
        raise ApiError(60011)
    return set(call.state.people.below(party))


ROUTES = {
    "externalcontact/add_contact_way": Endpoint("POST", add, "customer"),
    "externalcontact/get_contact_way": Endpoint("POST", get, "customer"),
    "externalcontact/list_contact_way": Endpoint("POST", list_ways, "customer", {"contact_way": []}),
    "externalcontact/update_contact_way": Endpoint("POST", update, "customer"),
    "externalcontact/del_contact_way": Endpoint("POST", delete, "customer"),
    "externalcontact/close_temp_chat": Endpoint("POST", temp_ways.close_chat, "customer"),
}
