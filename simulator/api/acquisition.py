"""获客助手: links and the range they serve (DOC 97297); only the app that made a link may use it."""

import dataclasses
from typing import Any

from simulator import ids, link_contacts
from simulator.api.call import Call, Endpoint, boolean, integer, integers, mapping, strings, text
from simulator.api.customers import follower
from simulator.api.paging import cursor_of, position_of
from simulator.errors import ApiError
from simulator.world.links import Link

MOST_PEOPLE = 500
LINKS_A_PAGE = 100


def list_links(call: Call) -> dict[str, Any]:
    limit = page_size(call, LINKS_A_PAGE)
    mine = [each.link_id for each in call.state.links.by_id.values() if each.agentid == call.app.agentid]
    start = position_of(call, "list_link", text(call.body, "cursor"))
    return {"link_id_list": mine[start : start + limit], "next_cursor": cursor_of(call, "list_link", start + limit, len(mine))}


def get(call: Call) -> dict[str, Any]:
    link = own_link(call)
    shown = {
        "link_id": link.link_id, "link_name": link.name, "url": address(call, link), "create_time": link.created_at,
        "skip_verify": link.skip_verify, "mark_source": link.mark_source,
    }  # fmt: skip
    answer: dict[str, Any] = {
        "link": shown,
        "range": {"user_list": link.user_list, "department_list": link.department_list},
    }
    if link.priority_type:
        chosen = {"priority_userid_list": link.priority_userid_list} if link.priority_type == 2 else {}
        answer["priority_option"] = {"priority_type": link.priority_type} | chosen
    return answer


def create(call: Call) -> dict[str, Any]:
    if len(call.state.links.by_id) >= call.state.links.most:
        raise ApiError(41095)
    rng = call.world.rng
    link = Link(ids.link_id(rng), ids.opaque(rng, 16), "", call.world.seconds, call.app.agentid)
    text(call.body, "link_name", missing=40063)
    if "range" not in call.body:
        raise ApiError(40063)
    _fill(call, link)
    call.state.links.add(link)
    url = address(call, link)
    return {"link": {"link_id": link.link_id, "link_name": link.name, "url": url, "create_time": link.created_at}}


def update(call: Call) -> dict[str, Any]:
    """What is given replaces what was; a refused change changes nothing."""
    link = dataclasses.replace(own_link(call))
    _fill(call, link)
    link.available = bool(link_contacts.servants(call.world, link))
    call.state.links.add(link)
    return {}


def delete(call: Call) -> dict[str, Any]:
    """No delete_link event: the app knows."""
    call.state.links.remove(own_link(call))
    return {}


def own_link(call: Call) -> Link:
    link = call.state.links.by_id.get(text(call.body, "link_id", missing=40063))
    if link is None or link.agentid != call.app.agentid:
        raise ApiError(40058, "invalid link_id")
    return link


def page_size(call: Call, most: int) -> int:
    limit = integer(call.body, "limit", most)
    if not 1 <= limit <= most:
        raise ApiError(40058)
    return limit


def address(call: Call, link: Link) -> str:
    return f"{call.world.base_url}/ca/{link.key}"


def _fill(call: Call, link: Link) -> None:
    body = call.body
    link.name = text(body, "link_name", max_chars=30) or link.name
    link.skip_verify = boolean(body, "skip_verify", link.skip_verify)
    link.mark_source = boolean(body, "mark_source", link.mark_source)
    if "range" in body:
        _fill_range(call, link, mapping(body, "range"))
    if "priority_option" in body:
        _fill_priority(call, link, mapping(body, "priority_option"))


def _fill_range(call: Call, link: Link, given: dict[str, Any]) -> None:
    users, departments = strings(given, "user_list"), integers(given, "department_list")
    if not users and not departments:
        raise ApiError(40063)
    people = {_servant(call, userid) for userid in users}
    for department_id in departments:
        if department_id not in call.state.people.departments:
            raise ApiError(60003)
        if department_id not in call.world.visibility.departments(call.state.people, call.app):
            raise ApiError(60011)
        people |= set(call.state.people.below(department_id))
    if len(people) > MOST_PEOPLE:
        raise ApiError(81017)
    link.user_list, link.department_list = users, departments


def _servant(call: Call, userid: str) -> str:
    member = follower(call, userid)
    if member.status != 1:
        raise ApiError(41054)
    return member.userid.lower()


def _fill_priority(call: Call, link: Link, given: dict[str, Any]) -> None:
    """priority_type 1: any member she knows already comes first; 2: those of the list."""
    kind, users = integer(given, "priority_type"), strings(given, "priority_userid_list")
    if kind not in (1, 2) or (kind == 2 and not users):
        raise ApiError(40058)
    for userid in users:
        follower(call, userid)
    link.priority_type, link.priority_userid_list = kind, users if kind == 2 else []


ROUTES = {
    "externalcontact/customer_acquisition/list_link": Endpoint("POST", list_links, "customer", {"link_id_list": []}),
    "externalcontact/customer_acquisition/get": Endpoint("POST", get, "customer"),
    "externalcontact/customer_acquisition/create_link": Endpoint("POST", create, "customer"),
    "externalcontact/customer_acquisition/update_link": Endpoint("POST", update, "customer"),
    "externalcontact/customer_acquisition/delete_link": Endpoint("POST", delete, "customer"),
}
