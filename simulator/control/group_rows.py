"""How the control plane shows customer groups, who is in them, what was said, and their codes and welcomes."""

import dataclasses
from itertools import islice
from typing import Any

from simulator.group_chatting import name_of
from simulator.world.group_welcomes import GroupWelcome
from simulator.world.groups import MEMBER, SYSTEM, Group, GroupMessage, GroupPerson
from simulator.world.join_ways import JoinWay
from simulator.world.world import World

Row = dict[str, Any]
FACES = 9


def group_row(found: World, group: Group) -> Row:
    return {
        "chat_id": group.chat_id, "name": group.name, "owner": group.owner,
        "owner_name": name_of(found, group.owner, MEMBER), "notice": group.notice, "create_time": group.create_time,
        "member_count": len(group.people), "status": group.status, "opengid": group.opengid,
        "dismissed": group.dismissed, "welcome_id": group.welcome_id, "last": _last(found, group),
        "avatars": _first_faces(found, group),
    }  # fmt: skip


def _first_faces(found: World, group: Group) -> list[Row]:
    """What a client draws as the group's face."""
    people = list(islice(group.people.values(), FACES))
    return [{"name": name_of(found, each.id, each.type), "avatar": avatar_of(found, each.id, each.type)} for each in people]


def person_row(found: World, group: Group, person: GroupPerson) -> Row:
    member = person.type == MEMBER
    return {
        "id": person.id, "type": person.type, "name": name_of(found, person.id, person.type),
        "avatar": avatar_of(found, person.id, person.type), "join_time": person.join_time,
        "join_scene": person.join_scene, "group_nickname": person.group_nickname, "state": person.state,
        "is_owner": member and person.key == group.owner.lower(),
        "is_admin": member and person.key in {each.lower() for each in group.admins},
        "waiting_welcome": person.id in group.waiting,
    }  # fmt: skip


def line_row(found: World, message: GroupMessage) -> Row:
    known = message.sender_type != SYSTEM
    return {
        "id": message.id, "at": message.at, "from": message.sender, "from_type": message.sender_type,
        "from_name": name_of(found, message.sender, message.sender_type) if known else "",
        "avatar": avatar_of(found, message.sender, message.sender_type) if known else "",
        "msgtype": message.msgtype, "body": message.body, "via": message.via,
    }  # fmt: skip


def way_row(found: World, way: JoinWay) -> Row:
    return dataclasses.asdict(way) | {
        "qr_code": f"{found.base_url}/files/qrgroup_{way.config_id}.png",
        "scan_url": f"{found.base_url}/g/{way.config_id}",
    }


def welcome_row(template: GroupWelcome, hers: list[Group]) -> Row:
    """`hers`: the groups of the member who looks."""
    return dataclasses.asdict(template) | {"applied": [each.chat_id for each in hers if each.welcome_id == template.template_id]}


def avatar_of(found: World, id: str, kind: int) -> str:
    person = found.member_ever(id) if kind == MEMBER else found.state.customers.find(id)
    return person.avatar if person else ""


def _last(found: World, group: Group) -> Row | None:
    lines = found.state.groups.lines_of(group.chat_id)
    if not lines:
        return None
    row = line_row(found, lines[-1])
    return {key: row[key] for key in ("at", "from", "from_name", "msgtype", "body")}
