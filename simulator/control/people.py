"""/_control for looking at people: members, departments, customers, tags, contact ways, inboxes and chats."""

import dataclasses

from flask import Blueprint, Response, request

from simulator.control.answer import PAGE, WHOLE, answer, number, refuse, world
from simulator.control.rows import contact_row, customer_row, follower_row, member_row, message_row
from simulator.webview.addresses import customer_host
from simulator.world.inboxes import Inboxes
from simulator.world.people import Member, People

bp = Blueprint("people", __name__, url_prefix="/_control")
LEFT = 5


@bp.get("/members")
def list_members() -> Response:
    wanted, found = request.args.get("q", "").lower(), world()
    with found.lock:
        members = _members_like(found.state.people, wanted)
        rows = [member_row(found, each) for each in members[: number("limit", PAGE)]]
    return answer({"members": rows, "total": len(members)})


@bp.get("/departments")
def list_departments() -> Response:
    people = world().state.people
    with world().lock:
        rows = [dataclasses.asdict(each) | {"members": len(people.inside(each.id))} for each in people.departments.values()]
    return answer({"departments": rows})


@bp.get("/customers")
def list_customers() -> Response:
    found = world()
    with found.lock:
        newest = request.args.get("order") == "newest"
        customers, total = found.state.customers.search(request.args.get("q", ""), number("limit", PAGE), newest)
        rows = [customer_row(found, each) for each in customers]
    return answer({"customers": rows, "total": total})


@bp.get("/customers/<external_userid>")
def show_customer(external_userid: str) -> Response:
    """One customer with every guide she has or had."""
    found = world()
    with found.lock:
        customer = found.state.customers.find(external_userid)
        if customer is None:
            return refuse(f"there is no customer {external_userid}", 404)
        followers = [follower_row(found, each) for each in found.state.customers.of_customer(external_userid)]
        return answer(customer_row(found, customer) | {"followers": followers, "webview": customer_host(external_userid)})


@bp.get("/tags")
def list_tags() -> Response:
    with world().lock:
        groups = sorted(world().state.tags.groups.values(), key=lambda each: -each.order)
        return answer({"groups": [dataclasses.asdict(each) for each in groups]})


@bp.get("/contact_ways")
def list_contact_ways() -> Response:
    found = world()
    with found.lock:
        ways = list(found.state.ways.by_id.values())
        rows = [
            dataclasses.asdict(each) | {"qr_code": f"{found.base_url}/files/qr_{each.config_id}.png",
                                        "scan_url": f"{found.base_url}/c/{each.config_id}"}
            | {"user_names": [member.name for userid in each.user if (member := found.member(userid))]}
            for each in ways[-number("limit", WHOLE) :]
        ]  # fmt: skip
    return answer({"contact_ways": rows, "total": len(ways)})


@bp.get("/members/<userid>")
def show_member(userid: str) -> Response:
    """One member with her contacts (`contacts=0` leaves those out), the apps she sees and the app's last message; one who
    has left has status 5."""
    found, with_contacts = world(), request.args.get("contacts", "1") != "0"
    with found.lock:
        member = found.member_ever(userid)
        if member is None:
            return refuse(f"there is no member {userid}", 404)
        contacts = [contact_row(found, each) for each in found.state.customers.of_member(userid) if with_contacts]
        here = member.status != LEFT
        apps = [
            {"agentid": app.agentid, "name": app.name, "menu": app.menu, "home_url": app.home_url,
             "logo": f"{found.base_url}/files/avatar_app{app.agentid}.png"}
            for app in found.state.apps.values()
            if app.kind == "app" and here and found.visibility.sees(found.state.people, app, member)
        ]  # fmt: skip
        last = _last_in_app(found.state.inboxes, userid)
        row = member_row(found, member)
    contacts.sort(key=lambda each: -(each["last"] or {"at": each["createtime"]})["at"])
    return answer(row | {"contacts": contacts, "apps": apps, "menu": apps[0]["menu"] if apps else [], "app_last": last})


@bp.get("/members/<userid>/inbox")
def show_inbox(userid: str) -> Response:
    found, agentid, limit = world(), request.args.get("agentid"), number("limit", PAGE)
    dropped_too = request.args.get("include_dropped", "0") not in ("0", "")
    with found.lock:
        rows = []
        for item in reversed(found.state.inboxes.of(userid)):
            row = message_row(found, item)
            if row and (dropped_too or not item.dropped) and agentid in (None, "", str(row["agentid"])):
                rows.append(row)
            if len(rows) >= limit:
                break
    return answer({"messages": rows[::-1]})


@bp.get("/members/<userid>/app_chat")
def show_app_chat(userid: str) -> Response:
    """What the app sent and what she did there, in time order; `from` is app or member."""
    found, agentid, limit = world(), request.args.get("agentid"), number("limit", PAGE)
    with found.lock:
        items = [message_row(found, item) for item in found.state.inboxes.of(userid)[-limit:] if not item.dropped]
        deeds = found.state.inboxes.deeds.get(userid.lower(), [])[-limit:]
    rows = [row | {"from": "app"} for row in items if row]
    rows += [dataclasses.asdict(deed) | {"from": "member"} for deed in deeds]
    rows = [row for row in rows if agentid in (None, "", str(row["agentid"]))]
    return answer({"items": sorted(rows, key=lambda row: float(row["at"]))[-limit:]})


@bp.get("/chats/<userid>/<external_userid>")
def show_chat(userid: str, external_userid: str) -> Response:
    found, limit = world(), number("limit", PAGE)
    with found.lock:
        if found.state.customers.find_follow(userid, external_userid) is None:
            return refuse("these two never added each other", 404)
        lines = [dataclasses.asdict(each) for each in found.state.chats.of(userid, external_userid)[-limit:]]
    for line in lines:
        line["from"] = line.pop("sender")
    return answer({"messages": lines})


def _members_like(people: People, wanted: str) -> list[Member]:
    """Members whose account, name, position or department has the (lower-case) text in it."""
    departments = {each.id for each in people.departments.values() if wanted in each.name.lower()}
    return [
        each for each in people.members.values()
        if wanted in f"{each.userid} {each.name} {each.position}".lower() or not departments.isdisjoint(each.departments)
    ]  # fmt: skip


def _last_in_app(inboxes: Inboxes, userid: str) -> dict[str, object] | None:
    """What stands in the conversation list beside the app's name."""
    for item in reversed(inboxes.of(userid)):
        sent = inboxes.sent.get(item.msgid)
        if sent is not None and not item.dropped and not sent.recalled:
            return {"at": item.at, "msgtype": sent.msgtype, "body": item.card or sent.body}
    return None
