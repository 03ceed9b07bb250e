"""/_control for looking at people: members, departments, customers, tags, contact ways, inboxes and chats."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from simulator.control.answer import answer, number, refuse, world
from simulator.world.customers import Customer, Follow
from simulator.world.inboxes import InboxItem
from simulator.world.people import Member
from simulator.world.world import World

bp = Blueprint("people", __name__, url_prefix="/_control")


@bp.get("/members")
def list_members() -> Response:
    wanted, found = request.args.get("q", "").lower(), world()
    with found.lock:
        members = [each for each in found.state.people.members.values() if wanted in f"{each.userid} {each.name}".lower()]
        rows = [_member(found, each) for each in members[: number("limit", 200)]]
    return answer({"members": rows, "total": len(members)})


@bp.get("/departments")
def list_departments() -> Response:
    people = world().state.people
    with world().lock:
        rows = [dataclasses.asdict(each) | {"members": len(people.inside(each.id))} for each in people.departments.values()]
    return answer({"departments": rows})


@bp.get("/customers")
def list_customers() -> Response:
    wanted, found = request.args.get("q", "").lower(), world()
    with found.lock:
        customers = [
            each for each in found.state.customers.people.values()
            if wanted in each.name.lower() or wanted == each.external_userid.lower()
        ]  # fmt: skip
        rows = [_customer(found, each) for each in customers[: number("limit", 200)]]
    return answer({"customers": rows, "total": len(customers)})


@bp.get("/tags")
def list_tags() -> Response:
    with world().lock:
        groups = sorted(world().state.tags.groups.values(), key=lambda each: -each.order)
        return answer({"tag_groups": [dataclasses.asdict(each) for each in groups]})


@bp.get("/contact_ways")
def list_contact_ways() -> Response:
    found = world()
    with found.lock:
        ways = list(found.state.ways.by_id.values())
        rows = [
            dataclasses.asdict(each) | {"qr_code": f"{found.base_url}/files/qr_{each.config_id}.png",
                                        "scan_url": f"{found.base_url}/c/{each.config_id}"}
            for each in ways[-number("limit", 500) :]
        ]  # fmt: skip
    return answer({"contact_ways": rows, "total": len(ways)})


@bp.get("/members/<userid>")
def show_member(userid: str) -> Response:
    found = world()
    with found.lock:
        member = found.member(userid)
        if member is None:
            return refuse(f"there is no member {userid}", 404)
        contacts = [_contact(found, each) for each in found.state.customers.of_member(userid)]
        apps = [
            {"agentid": app.agentid, "name": app.name, "menu": app.menu, "home_url": app.home_url,
             "logo": f"{found.base_url}/files/avatar_app{app.agentid}.png"}
            for app in found.state.apps.values()
            if app.kind == "app" and found.visibility.sees(found.state.people, app, member)
        ]  # fmt: skip
    contacts.sort(key=lambda each: -(each["last"] or {"at": each["createtime"]})["at"])
    return answer(_member(found, member) | {"contacts": contacts, "apps": apps, "menu": apps[0]["menu"] if apps else []})


@bp.get("/members/<userid>/inbox")
def show_inbox(userid: str) -> Response:
    found, agentid, limit = world(), request.args.get("agentid"), number("limit", 200)
    dropped_too = request.args.get("include_dropped", "0") not in ("0", "")
    with found.lock:
        rows = []
        for item in reversed(found.state.inboxes.of(userid)):
            row = _message(found, item)
            if row and (dropped_too or not item.dropped) and agentid in (None, "", str(row["agentid"])):
                rows.append(row)
            if len(rows) >= limit:
                break
    return answer({"messages": rows[::-1]})


@bp.get("/members/<userid>/app_chat")
def show_app_chat(userid: str) -> Response:
    """What the app sent and what she did there, in time order; `from` is app or member."""
    found, agentid, limit = world(), request.args.get("agentid"), number("limit", 200)
    with found.lock:
        items = [_message(found, item) for item in found.state.inboxes.of(userid)[-limit:] if not item.dropped]
        deeds = found.state.inboxes.deeds.get(userid.lower(), [])[-limit:]
    rows = [row | {"from": "app"} for row in items if row]
    rows += [dataclasses.asdict(deed) | {"from": "member"} for deed in deeds]
    rows = [row for row in rows if agentid in (None, "", str(row["agentid"]))]
    return answer({"messages": sorted(rows, key=lambda row: float(row["at"]))[-limit:]})


@bp.get("/chats/<userid>/<external_userid>")
def show_chat(userid: str, external_userid: str) -> Response:
    found, limit = world(), number("limit", 200)
    with found.lock:
        if found.state.customers.find_follow(userid, external_userid) is None:
            return refuse("these two never added each other", 404)
        lines = [dataclasses.asdict(each) for each in found.state.chats.of(userid, external_userid)[-limit:]]
    for line in lines:
        line["from"] = line.pop("sender")
    return answer({"messages": lines})


def _member(found: World, member: Member) -> dict[str, Any]:
    departments = found.state.people.departments
    return {
        "userid": member.userid, "name": member.name, "avatar": member.avatar, "position": member.position,
        "department_ids": member.departments, "departments": [departments[each].name for each in member.departments],
        "is_leader": any(member.is_leader), "status": member.status,
        "customers": len(found.state.customers.follows.get(member.userid.lower(), {})),
    }  # fmt: skip


def _customer(found: World, customer: Customer) -> dict[str, Any]:
    follows = found.state.customers.of_customer(customer.external_userid)
    return dataclasses.asdict(customer) | {"follows": [_follow(found, each) for each in follows]}


def _follow(found: World, follow: Follow) -> dict[str, Any]:
    named = (found.state.tags.find(each) for each in follow.tags)
    member = found.member(follow.userid)
    return {
        "userid": follow.userid, "member_name": member.name if member else "", "member_avatar": member.avatar if member else "",
        "relation": follow.relation, "remark": follow.remark, "description": follow.description,
        "remark_mobiles": follow.remark_mobiles, "createtime": follow.createtime, "state": follow.state,
        "add_way": follow.add_way, "tags": [{"id": tag.id, "name": tag.name} for _, tag in filter(None, named)],
    }  # fmt: skip


def _contact(found: World, follow: Follow) -> dict[str, Any]:
    customer = found.state.customers.people[follow.external_userid]
    lines = found.state.chats.of(follow.userid, follow.external_userid)
    last = None
    if lines:
        last = {"at": lines[-1].at, "from": lines[-1].sender, "msgtype": lines[-1].msgtype, "body": lines[-1].body}
    shown = {key: value for key, value in _follow(found, follow).items() if not key.startswith("member_")}
    person = {"external_userid": customer.external_userid, "name": customer.name, "avatar": customer.avatar}
    return person | {"gender": customer.gender, "last": last} | shown


def _message(found: World, item: InboxItem) -> dict[str, Any] | None:
    sent = found.state.inboxes.sent.get(item.msgid)
    if sent is None:
        return None
    state: dict[str, Any] | None = None
    if item.card is not None:
        state = {"template_card": item.card}
    if item.button:
        state = (state or {}) | {"button": item.button}
    return {
        "msgid": item.msgid, "at": item.at, "agentid": sent.agentid, "msgtype": sent.msgtype, "body": sent.body,
        "dropped": item.dropped, "card_state": state, "response_code": sent.response_code, "recalled": sent.recalled,
    }  # fmt: skip


