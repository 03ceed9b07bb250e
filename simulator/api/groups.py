"""Customer groups as an app may read them (DOC 92120, 92122, 94822)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, mapping, strings, text
from simulator.api.customers import follower
from simulator.api.paging import cursor_of, position_of
from simulator.errors import ApiError
from simulator.group_chatting import name_of
from simulator.world.groups import CUSTOMER, Group, GroupPerson

MOST_OWNERS = 100
MOST_VISIBLE = 1_000
MOST_A_PAGE = 1_000


def list_groups(call: Call) -> dict[str, Any]:
    """Without an owner_filter resigned owners' groups are left out, as documented."""
    status, limit = integer(call.body, "status_filter", 0), integer(call.body, "limit", 0)
    if status not in (0, 1, 2, 3) or not 1 <= limit <= MOST_A_PAGE:
        raise ApiError(40058)
    wanted = owners(call)
    found = [each for each in _of_owners(call, wanted) if status in (0, each.status)]
    query = f"groupchat/list|{status}|{'|'.join(wanted or ())}"
    start = position_of(call, query, text(call.body, "cursor"))
    rows = [{"chat_id": each.chat_id, "status": each.status} for each in found[start : start + limit]]
    return {"group_chat_list": rows, "next_cursor": cursor_of(call, query, start + limit, len(found))}


def get(call: Call) -> dict[str, Any]:
    named = integer(call.body, "need_name", 0)
    if named not in (0, 1):
        raise ApiError(40058)
    group = known_group(call, text(call.body, "chat_id", missing=86001))
    people = [_person(call, each, bool(named)) for each in group.people.values()]
    return {"group_chat": {
        "chat_id": group.chat_id, "name": group.name, "owner": group.owner, "create_time": group.create_time,
        "notice": group.notice, "member_list": people, "admin_list": [{"userid": each} for each in group.admins],
        "member_version": group.member_version,
    }}  # fmt: skip


def by_opengid(call: Call) -> dict[str, Any]:
    """What wx.getGroupEnterInfo gave a mini program, turned into a chat_id (DOC 94822)."""
    group = call.state.groups.find_opengid(text(call.body, "opengid", missing=40063))
    if group is None:
        raise ApiError(90511)
    return {"chat_id": known_group(call, group.chat_id).chat_id}


def known_group(call: Call, chat_id: str) -> Group:
    """A living group whose owner this app may see; 86001, 86003, 49008, 60011."""
    if not chat_id.startswith("wr"):
        raise ApiError(86001)
    group = call.state.groups.find(chat_id)
    if group is None:
        raise ApiError(86003)
    if group.dismissed:
        raise ApiError(49008)
    if not owner_seen(call, group):
        raise ApiError(60011)
    return group


def owner_seen(call: Call, group: Group) -> bool:
    """An owner who has left the corp stands outside every range, yet her groups can be read and given away."""
    return call.world.member(group.owner) is None or call.world.sees(call.app, group.owner) is not None


def owners(call: Call) -> list[str] | None:
    """Lower-case userids of owner_filter, resigned owners allowed; None means everybody visible, at most 1000 of them.

    81017, 60011, 60111, 84074.
    """
    userids = strings(mapping(call.body, "owner_filter"), "userid_list", MOST_OWNERS)
    if not userids:
        if len(call.world.visibility.members(call.state.people, call.app)) > MOST_VISIBLE:
            raise ApiError(81017)
        return None
    for userid in userids:
        if call.world.member(userid) is not None or not call.state.groups.days.knows(userid):
            follower(call, userid)
    return [userid.lower() for userid in userids]


def _of_owners(call: Call, wanted: list[str] | None) -> list[Group]:
    groups = call.state.groups
    if wanted is not None:
        return [each for userid in dict.fromkeys(wanted) for each in groups.owned_by(userid)]
    living = (each for each in groups.by_id.values() if not each.dismissed)
    return [each for each in living if call.world.sees(call.app, each.owner) is not None]


def _person(call: Call, person: GroupPerson, named: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userid": person.id, "type": person.type, "join_time": person.join_time, "join_scene": person.join_scene,
        "group_nickname": person.group_nickname,
    }  # fmt: skip
    customer = call.state.customers.find(person.id) if person.type == CUSTOMER else None
    if customer is not None and customer.unionid:
        shown["unionid"] = customer.unionid
    if person.invitor:
        shown["invitor"] = {"userid": person.invitor}
    if person.state:
        shown["state"] = person.state
    if named:
        shown["name"] = name_of(call.world, person.id, person.type)
    return shown


ROUTES = {
    "externalcontact/groupchat/list": Endpoint("POST", list_groups, "customer", {"group_chat_list": [], "next_cursor": ""}),
    "externalcontact/groupchat/get": Endpoint("POST", get, "customer"),
    "externalcontact/opengid_to_chatid": Endpoint("POST", by_opengid, "customer"),
}
