"""How the control plane shows people, relations and messages: one JSON row each."""

import dataclasses
from typing import Any

from simulator.world.customers import Customer, Follow
from simulator.world.inboxes import InboxItem
from simulator.world.people import Member
from simulator.world.world import World

Row = dict[str, Any]


def member_row(found: World, member: Member) -> Row:
    departments = found.state.people.departments
    return {
        "userid": member.userid, "name": member.name, "avatar": member.avatar, "position": member.position,
        "department_ids": member.departments,
        "departments": [departments[each].name for each in member.departments if each in departments],
        "is_leader": any(member.is_leader), "status": member.status,
        "customers": found.state.customers.count_of_member(member.userid),
    }  # fmt: skip


def customer_row(found: World, customer: Customer) -> Row:
    follows = found.state.customers.of_customer(customer.external_userid)
    return dataclasses.asdict(customer) | {"follows": [follow_row(found, each) | _guide_name(found, each) for each in follows]}


def _guide_name(found: World, follow: Follow) -> Row:
    member = found.member_ever(follow.userid)
    return {"member_name": member.name if member else ""}


def follow_row(found: World, follow: Follow) -> Row:
    """`tags` are ids, `tag_names` stand beside them."""
    named = [tag for tag in (found.state.tags.find(each) for each in follow.tags) if tag]
    return {
        "userid": follow.userid, "relation": follow.relation, "remark": follow.remark,
        "description": follow.description, "remark_mobiles": follow.remark_mobiles, "createtime": follow.createtime,
        "state": follow.state, "add_way": follow.add_way, "tags": [tag.id for _, tag in named],
        "tag_names": [tag.name for _, tag in named],
    }  # fmt: skip


def contact_row(found: World, follow: Follow) -> Row:
    """A customer in her guide's list."""
    customer = found.state.customers.get(follow.external_userid)
    person = {
        "external_userid": customer.external_userid, "name": customer.name, "avatar": customer.avatar,
        "gender": customer.gender,
    }  # fmt: skip
    return person | {"last": _last(found, follow)} | follow_row(found, follow)


def follower_row(found: World, follow: Follow) -> Row:
    """A guide in her customer's list; the customer does not see remarks and tags. A guide who left keeps her name."""
    member = found.member_ever(follow.userid)
    return {
        "userid": follow.userid, "name": member.name if member else "", "avatar": member.avatar if member else "",
        "corp_name": found.state.corp_name, "relation": follow.relation, "createtime": follow.createtime,
        "last": _last(found, follow),
    }  # fmt: skip


def message_row(found: World, item: InboxItem) -> Row | None:
    """One member's copy of an app message; None when the message itself is no longer kept."""
    sent = found.state.inboxes.sent.get(item.msgid)
    if sent is None:
        return None
    state: Row | None = None
    if item.card is not None:
        state = {"template_card": item.card}
    if item.button:
        state = (state or {}) | {"button": item.button}
    return {
        "msgid": item.msgid, "at": item.at, "agentid": sent.agentid, "msgtype": sent.msgtype, "body": sent.body,
        "dropped": item.dropped, "card_state": state, "response_code": sent.response_code, "recalled": sent.recalled,
    }  # fmt: skip


def _last(found: World, follow: Follow) -> Row | None:
    lines = found.state.chats.of(follow.userid, follow.external_userid)
    if not lines:
        return None
    return {"at": lines[-1].at, "from": lines[-1].sender, "msgtype": lines[-1].msgtype, "body": lines[-1].body}
