"""已服务的外部联系人: everybody outside whom visible members serve, customers or not, in pages of one walk (DOC 99434)."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, text
from simulator.errors import ApiError
from simulator.world.customers import Follow, Relation
from simulator.world.groups import CUSTOMER, Group

MOST = 1_000
LIFE = 4 * 3600
SERVED = frozenset({Relation.MUTUAL, Relation.CUSTOMER_LEFT, Relation.TEMP})
Row = dict[str, Any]


@dataclass(slots=True)
class Walk:
    """Where a walk stands: `source` counts the members, then the groups; `mark` makes its tmp_openids."""

    mark: str
    begun: int
    source: int = 0
    offset: int = 0


def contact_list(call: Call) -> dict[str, Any]:
    limit = integer(call.body, "limit", MOST)
    if limit < 1:
        raise ApiError(40058)
    limit = min(limit, MOST)
    walk = _walk(call)
    members = [each.userid for each in call.world.visibility.members(call.state.people, call.app)]
    groups = [each for each in call.state.groups.by_id.values() if not each.dismissed and call.world.sees(call.app, each.owner)]
    rows: list[Row] = []
    while walk.source < len(members) + len(groups) and len(rows) < limit:
        wanted = limit - len(rows)
        if walk.source < len(members):
            found, seen = _of_member(call, walk, members[walk.source], wanted)
        else:
            found, seen = _of_group(call, walk, groups[walk.source - len(members)], wanted)
        rows += found
        walk.offset += seen
        if seen < wanted:
            walk.source, walk.offset = walk.source + 1, 0
    over = walk.source >= len(members) + len(groups)
    return {"info_list": rows, "next_cursor": "" if over else _cursor(call, walk)}


def _of_member(call: Call, walk: Walk, userid: str, limit: int) -> tuple[list[Row], int]:
    """Rows out of the next `limit` of her relations, and how many were looked at."""
    page = call.state.customers.page_of_member(userid, walk.offset, limit)
    return [_row(call, walk, each) for each in page if each.relation in SERVED], len(page)


def _row(call: Call, walk: Walk, follow: Follow) -> Row:
    tmp_openid = _tmp_openid(walk, follow.external_userid)
    if follow.readable:
        who: Row = {"is_customer": True, "tmp_openid": tmp_openid, "external_userid": follow.external_userid}
    else:
        name = _masked(call.state.customers.get(follow.external_userid).name)
        who = {"is_customer": False, "tmp_openid": tmp_openid, "name": name}
    return who | {"follow_userid": follow.userid, "add_time": follow.createtime}


def _of_group(call: Call, walk: Walk, group: Group, limit: int) -> tuple[list[Row], int]:
    """People of a customer group who are no visible member's customers."""
    page = group.of_type(CUSTOMER)[walk.offset : walk.offset + limit]
    strangers = [each for each in page if not _is_customer(call, each.id)]
    rows: list[Row] = [
        {"is_customer": False, "tmp_openid": _tmp_openid(walk, each.id), "name": _masked(_name(call, each.id)),
         "follow_userid": group.owner, "chat_id": group.chat_id, "add_time": each.join_time}
        for each in strangers
    ]  # fmt: skip
    return rows, len(page)


def _is_customer(call: Call, external_userid: str) -> bool:
    follows = call.state.customers.of_customer(external_userid)
    return any(each.relation in SERVED and call.world.sees(call.app, each.userid) for each in follows)


def _name(call: Call, external_userid: str) -> str:
    found = call.state.customers.find(external_userid)
    return found.name if found else ""


def _masked(name: str) -> str:
    return f"{name[:1]}*"


def _tmp_openid(walk: Walk, external_userid: str) -> str:
    """The same person has the same one within a walk, and another in the next."""
    return "o" + hashlib.sha1(f"{walk.mark}|{external_userid}".encode(), usedforsecurity=False).hexdigest()[:27]


def _cursor(call: Call, walk: Walk) -> str:
    plain = f"{walk.mark}:{walk.begun}:{walk.source}:{walk.offset}"
    return base64.urlsafe_b64encode(f"{plain}:{_seal(call, plain)}".encode()).decode().rstrip("=")


def _walk(call: Call) -> Walk:
    """A new walk, or the one the cursor goes on with; 50100 when it is not ours or older than four hours."""
    cursor = text(call.body, "cursor")
    if not cursor:
        return Walk(ids.opaque(call.world.rng, 12), call.world.seconds)
    try:
        plain, _, seal = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().rpartition(":")
        mark, begun, source, offset = plain.split(":")
        walk = Walk(mark, int(begun), int(source), int(offset))
    except ValueError as error:
        raise ApiError(50100) from error
    if seal != _seal(call, plain) or call.world.seconds - walk.begun >= LIFE:
        raise ApiError(50100)
    return walk


def _seal(call: Call, plain: str) -> str:
    text = f"{call.state.corpid}|{call.app.agentid}|contact_list|{plain}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16]


ROUTES = {"externalcontact/contact_list": Endpoint("POST", contact_list, "customer", {"info_list": []})}
