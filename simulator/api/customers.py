"""Customers as an app may read and remark them (DOC 92113, 92114, 92115, 92571, 92994)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from simulator.api.call import Call, Endpoint, integer, strings, text
from simulator.api.paging import cursor_of, position_of
from simulator.errors import ApiError
from simulator.world.customers import Customer, Follow
from simulator.world.people import Member

FOLLOWERS_A_PAGE = 500
# Relations taken out of a member's list at a time.
STRIDE = 50


def follow_users(call: Call) -> dict[str, Any]:
    members = call.world.visibility.members(call.state.people, call.app)
    return {"follow_user": [member.userid for member in members if member.customer_contact]}


def list_ids(call: Call) -> dict[str, Any]:
    userid = call.args.get("userid", "")
    if not userid:
        raise ApiError(41009)
    follower(call, userid)
    found = [each.external_userid for each in call.state.customers.of_member(userid) if each.readable]
    if not found:
        raise ApiError(84061)
    return {"external_userid": found}


def get(call: Call) -> dict[str, Any]:
    external_userid = call.args.get("external_userid", "")
    if not external_userid:
        raise ApiError(41035)
    customer = known(call, external_userid)
    follows = [each for each in call.state.customers.of_customer(external_userid) if each.readable]
    follows = [each for each in follows if _visible(call, each.userid)]
    if not follows:
        raise ApiError(84061)
    query = f"externalcontact/get|{external_userid}"
    start = position_of(call, query, call.args.get("cursor", ""))
    page = follows[start : start + FOLLOWERS_A_PAGE]
    answer = {"external_contact": _contact(customer), "follow_user": [_follow_user(call, each) for each in page]}
    cursor = cursor_of(call, query, start + FOLLOWERS_A_PAGE, len(follows))
    return answer | ({"next_cursor": cursor} if cursor else {})


def by_user(call: Call) -> dict[str, Any]:
    """One row per customer and follower; the old single `userid` of SDKs is taken too (undocumented now)."""
    userids = strings(call.body, "userid_list", 100) or [text(call.body, "userid", missing=41009)]
    limit = integer(call.body, "limit", 50)
    if limit < 1:
        raise ApiError(40058)
    limit = min(limit, 100)
    members = [follower(call, userid) for userid in userids]
    unlicensed = [member.userid for member in members if not member.licensed]
    userids = [member.userid for member in members if member.licensed]
    if not userids:
        raise ApiError(701008, fail_info={"unlicensed_userid_list": unlicensed})
    query = f"batch/get_by_user|{'|'.join(userids)}"
    follows = _readable(call, userids, position_of(call, query, text(call.body, "cursor")))
    page = list(islice(follows, limit))
    rows = [
        {"external_contact": _contact(call.state.customers.get(each.external_userid)), "follow_info": _info(each)}
        for _, each in page
    ]
    position, _ = next(follows, (0, None))
    answer = {"external_contact_list": rows, "next_cursor": cursor_of(call, query, position, position + 1) if position else ""}
    return answer | ({"fail_info": {"unlicensed_userid_list": unlicensed}} if unlicensed else {})


def _readable(call: Call, userids: list[str], start: int) -> Iterator[tuple[int, Follow]]:
    """Readable relations of these members from a position on, with their positions; ended ones keep theirs."""
    customers, before = call.state.customers, 0
    for userid in userids:
        count = customers.count_of_member(userid)
        for first in range(max(0, start - before), count, STRIDE):
            for number, each in enumerate(customers.page_of_member(userid, first, STRIDE), before + first):
                if each.readable:
                    yield number, each
        before += count


def remark(call: Call) -> dict[str, Any]:
    """No edit event follows: what an app changes is not called back."""
    follow = followed(call, text(call.body, "userid", missing=41009), text(call.body, "external_userid", missing=41035))
    if not any(key in call.body for key in ("remark", "description", "remark_company", "remark_mobiles", "remark_pic_mediaid")):
        raise ApiError(40063)
    name, about = text(call.body, "remark", max_chars=20), text(call.body, "description", max_chars=150)
    company, mobiles = text(call.body, "remark_company", max_chars=20), call.body.get("remark_mobiles")
    if mobiles is not None:
        follow.remark_mobiles = [] if mobiles == "" else [each for each in strings(call.body, "remark_mobiles") if each]
    if "remark" in call.body:
        follow.remark = name
    if "description" in call.body:
        follow.description = about
    if "remark_company" in call.body:
        follow.remark_corp_name = company
    call.world.notices.changed(follow.userid, follow.external_userid)
    return {}


def follower(call: Call, userid: str) -> Member:
    """A member the app may see who is inside the 客户联系 range; 40003, 60111 or 84074."""
    member = call.world.sees(call.app, userid)
    if member is None:
        raise ApiError(60111 if call.world.member(userid) is None else 60011)
    if not member.customer_contact:
        raise ApiError(84074)
    return member


def known(call: Call, external_userid: str) -> Customer:
    customer = call.state.customers.find(external_userid)
    if customer is None:
        raise ApiError(40096)
    return customer


def followed(call: Call, userid: str, external_userid: str) -> Follow:
    """The living relation between the two; 40096 unknown customer, 84061 no relation."""
    follower(call, userid)
    known(call, external_userid)
    follow = call.state.customers.find_follow(userid, external_userid)
    if follow is None or not follow.readable:
        raise ApiError(84061)
    return follow


def _visible(call: Call, userid: str) -> bool:
    return call.world.member(userid) is not None and call.world.sees(call.app, userid) is not None


def _contact(customer: Customer) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "external_userid": customer.external_userid, "name": customer.name, "avatar": customer.avatar,
        "type": customer.type, "gender": customer.gender,
    }  # fmt: skip
    return shown | ({"unionid": customer.unionid} if customer.unionid else {})


def _info(follow: Follow) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userid": follow.userid, "remark": follow.remark, "description": follow.description,
        "createtime": follow.createtime, "tag_id": follow.tags, "remark_corp_name": follow.remark_corp_name,
        "remark_mobiles": follow.remark_mobiles, "oper_userid": follow.oper_userid, "add_way": follow.add_way,
    }  # fmt: skip
    return shown | ({"state": follow.state} if follow.state else {})


def _follow_user(call: Call, follow: Follow) -> dict[str, Any]:
    shown = _info(follow)
    del shown["tag_id"]
    named = (call.state.tags.find(tag_id) for tag_id in follow.tags)
    tags = [
        {"group_name": group.name, "tag_name": tag.name, "tag_id": tag.id, "type": 3 if group.strategy_id else 1}
        for group, tag in (found for found in named if found)
    ]
    return shown | {"tags": tags}


ROUTES = {
    "externalcontact/get_follow_user_list": Endpoint("GET", follow_users, "customer", {"follow_user": []}),
    "externalcontact/list": Endpoint("GET", list_ids, "customer", {"external_userid": []}),
    "externalcontact/get": Endpoint("GET", get, "customer", {"follow_user": []}),
    "externalcontact/batch/get_by_user": Endpoint("POST", by_user, "customer", {"external_contact_list": []}),
    "externalcontact/remark": Endpoint("POST", remark, "customer"),
}
