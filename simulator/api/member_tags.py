"""Member tags (成员标签): the app that made one, and nobody else, changes it (DOC 90210 to 90216)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, integers, number_arg, strings, text
from simulator.errors import ApiError
from simulator.world.people import MemberTag

MOST_NODES = 30_000


def list_tags(call: Call) -> dict[str, Any]:
    return {"taglist": [{"tagid": tag.tagid, "tagname": tag.tagname} for tag in call.state.people.tags.values()]}


def get(call: Call) -> dict[str, Any]:
    tag = _find(call, number_arg(call.args, "tagid", missing=40068))
    users = [member for userid in tag.users if (member := call.world.sees(call.app, userid))]
    named = [{"userid": member.userid, "name": member.name} for member in users]
    return {"tagname": tag.tagname, "userlist": named, "partylist": tag.parties}


def create(call: Call) -> dict[str, Any]:
    tags, name = call.state.people.tags, _name(call, None)
    given = call.body.get("tagid") is not None
    tagid = integer(call.body, "tagid") if given else max(tags, default=0) + 1
    if tagid < 0 or tagid in tags:
        raise ApiError(40068)
    tags[tagid] = MemberTag(tagid, name, maker=call.app.agentid)
    return {"errmsg": "created", "tagid": tagid}


def update(call: Call) -> dict[str, Any]:
    tag = _own(call, integer(call.body, "tagid", -1))
    tag.tagname = _name(call, tag)
    return {"errmsg": "updated"}


def delete(call: Call) -> dict[str, Any]:
    del call.state.people.tags[_own(call, number_arg(call.args, "tagid", missing=40068)).tagid]
    return {"errmsg": "deleted"}


def add_users(call: Call) -> dict[str, Any]:
    """Some unknown ones are named in the answer; 40070 when nobody of them is known."""
    tag, userids, parties = _asked(call)
    known, rest = _known(call, userids, parties)
    if not known:
        raise ApiError(40070)
    users = list(dict.fromkeys([*tag.users, *(each for each in known if isinstance(each, str))]))
    departments = list(dict.fromkeys([*tag.parties, *(each for each in known if isinstance(each, int))]))
    if len(users) + len(departments) > MOST_NODES:
        raise ApiError(81003)
    tag.users, tag.parties = users, departments
    return {"errmsg": "ok"} | rest


def delete_users(call: Call) -> dict[str, Any]:
    """Some unknown ones are named in the answer; 40031 when nobody of them is known."""
    tag, userids, parties = _asked(call)
    known, rest = _known(call, userids, parties)
    if not known:
        raise ApiError(40031)
    tag.users = [each for each in tag.users if each not in known]
    tag.parties = [each for each in tag.parties if each not in known]
    return {"errmsg": "deleted"} | rest


def _find(call: Call, tagid: int) -> MemberTag:
    tag = call.state.people.tags.get(tagid)
    if tag is None:
        raise ApiError(40068)
    return tag


def _own(call: Call, tagid: int) -> MemberTag:
    tag = _find(call, tagid)
    if tag.maker != call.app.agentid:
        raise ApiError(81011)
    return tag


def _name(call: Call, own: MemberTag | None) -> str:
    name = text(call.body, "tagname", missing=40072)
    if len(name) > 32:
        raise ApiError(40072)
    if any(tag.tagname == name for tag in call.state.people.tags.values() if tag is not own):
        raise ApiError(40071)
    return name


def _asked(call: Call) -> tuple[MemberTag, list[str], list[int]]:
    tag = _own(call, integer(call.body, "tagid", -1))
    userids, parties = strings(call.body, "userlist"), integers(call.body, "partylist")
    if not userids and not parties:
        raise ApiError(40063)
    if len(userids) > 1000 or len(parties) > 100:
        raise ApiError(81014)
    return tag, userids, parties


def _known(call: Call, userids: list[str], parties: list[int]) -> tuple[list[str | int], dict[str, Any]]:
    """(userids and department ids the app may see, the keys of the answer that name the others)."""
    inside = call.world.visibility.departments(call.state.people, call.app)
    members = {userid: call.world.sees(call.app, userid) for userid in userids}
    known: list[str | int] = [member.userid for member in members.values() if member]
    known += [party for party in parties if party in inside]
    strangers = [userid for userid, member in members.items() if member is None]
    outside = [party for party in parties if party not in inside]
    rest = ({"invalidlist": "|".join(strangers)} if strangers else {}) | ({"invalidparty": outside} if outside else {})
    return known, rest


ROUTES = {
    "tag/list": Endpoint("GET", list_tags, "contacts_simple", {"taglist": []}),
    "tag/get": Endpoint("GET", get, "contacts_simple", {"userlist": [], "partylist": []}),
    "tag/create": Endpoint("POST", create, "contacts_simple"),
    "tag/update": Endpoint("POST", update, "contacts_simple"),
    "tag/delete": Endpoint("GET", delete, "contacts_simple"),
    "tag/addtagusers": Endpoint("POST", add_users, "contacts_simple"),
    "tag/deltagusers": Endpoint("POST", delete_users, "contacts_simple"),
}
