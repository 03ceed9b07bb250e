"""What the corp's administrator does in the console: people join, move and leave, departments and tags change."""

from typing import Any

from simulator import group_changes, ids, transferring
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import events, range_events
from simulator.world.people import ROOT, Department, Member
from simulator.world.tags import Tag, TagGroup


def joins(wish: Wish) -> dict[str, Any]:
    userid = wish.text("userid")
    if wish.world.member(userid):
        raise ImpossibleError(f"{userid} is taken")
    departments = _departments(wish) if "department" in wish.body else [ROOT]
    avatar = f"{wish.world.base_url}/files/avatar_{userid}.png"
    member = Member(
        userid, wish.text("name", userid), departments, [int(bool(wish.body.get("is_leader")))] * len(departments),
        wish.text("position", "导购"), gender=str(wish.body.get("gender", "0")), avatar=avatar,
    )  # fmt: skip
    wish.world.state.people.add(member)
    transferring.member_came(wish.world, userid)
    event_id = events.user_changed(wish.world, "create_user", member)
    range_events.tell_apps(wish.world, member, "subscribe")
    return {"event_id": event_id}


def moves(wish: Wish) -> dict[str, Any]:
    member = wish.member()
    before = range_events.seeing(wish.world, member)
    wish.world.state.people.move(member, _departments(wish))
    event_id = events.user_changed(wish.world, "update_user", member)
    range_events.moved(wish.world, member, before)
    return {"event_id": event_id}


def resigns(wish: Wish) -> dict[str, Any]:
    """The member is gone from the tree; her customers' relations stay until they are handed over."""
    member = wish.member()
    range_events.tell_apps(wish.world, member, "unsubscribe")
    wish.world.state.people.remove(member)
    transferring.member_left(wish.world, member)
    member.status = 5
    group_changes.resigned(wish.world, member)
    return {"event_id": events.user_changed(wish.world, "delete_user", member)}


def creates_department(wish: Wish) -> dict[str, Any]:
    people = wish.world.state.people
    department_id = wish.number("id", max(people.departments) + 1)
    if department_id in people.departments:
        raise ImpossibleError(f"department {department_id} exists")
    parentid = wish.number("parentid", ROOT)
    if parentid not in people.departments:
        raise ImpossibleError(f"there is no department {parentid}", 404)
    department = Department(department_id, wish.text("name"), parentid, wish.number("order", 0))
    people.add_department(department)
    return {"id": department_id, "event_id": events.party_changed(wish.world, "create_party", department)}


def updates_department(wish: Wish) -> dict[str, Any]:
    department = _department(wish)
    department.name = wish.text("name", department.name)
    parentid = wish.number("parentid", department.parentid)
    if parentid != department.parentid:
        if parentid in wish.world.state.people.tree(department.id) or parentid not in wish.world.state.people.departments:
            raise ImpossibleError("a department cannot stand under itself or under one that is not there")
        wish.world.state.people.move_department(department, parentid)
    wish.world.state.people.version += 1
    return {"event_id": events.party_changed(wish.world, "update_party", department)}


def deletes_department(wish: Wish) -> dict[str, Any]:
    department, people = _department(wish), wish.world.state.people
    if department.id == ROOT or people.children(department.id) or people.inside(department.id):
        raise ImpossibleError("only an empty department that is not the root can be deleted")
    people.remove_department(department)
    return {"event_id": events.party_changed(wish.world, "delete_party", department)}


def creates_tag(wish: Wish) -> dict[str, Any]:
    """A tag in `group_id` or in the group named `group_name` (made when missing)."""
    tags, world = wish.world.state.tags, wish.world
    group = tags.groups.get(wish.text("group_id", "")) or tags.find_group(wish.text("group_name", ""))
    if group is None:
        group = TagGroup(ids.tag_id(world.rng), wish.text("group_name"), world.seconds)
        tags.add_group(group)
        events.external_tag(world, "create", group.id, "tag_group")
    name = wish.text("name")
    if any(tag.name == name for tag in group.tags):
        raise ImpossibleError(f"the group has a tag {name}")
    tag = Tag(ids.tag_id(world.rng), name, world.seconds, wish.number("order", 0))
    tags.add_tag(group, tag)
    event_id = events.external_tag(world, "create", tag.id, "tag")
    return {"tag_id": tag.id, "group_id": group.id, "event_id": event_id}


def edits_tag(wish: Wish) -> dict[str, Any]:
    wanted = wish.text("id")
    group, found = wish.world.state.tags.groups.get(wanted), wish.world.state.tags.find(wanted)
    target = group or (found[1] if found else None)
    if target is None:
        raise ImpossibleError(f"there is no tag or group {wanted}", 404)
    target.name = wish.text("name", target.name)
    return {"event_id": events.external_tag(wish.world, "update", wanted, "tag_group" if group else "tag")}


def deletes_tag(wish: Wish) -> dict[str, Any]:
    """A tag or a whole group; a deleted group sends one event, not one per tag."""
    tags, wanted = wish.world.state.tags, wish.text("id")
    if wanted in tags.groups:
        gone, kind = set(tags.remove_group(wanted)), "tag_group"
    elif tags.find(wanted):
        tags.remove_tag(wanted)
        gone, kind = {wanted}, "tag"
    else:
        raise ImpossibleError(f"there is no tag or group {wanted}", 404)
    wish.world.state.customers.forget_tags(gone)
    return {"event_id": events.external_tag(wish.world, "delete", wanted, kind)}


def shuffles_tags(wish: Wish) -> dict[str, Any]:
    return {"event_id": events.external_tag(wish.world, "shuffle", wish.text("id", ""), "")}


def _departments(wish: Wish) -> list[int]:
    wanted = wish.body.get("department")
    departments: list[Any] = wanted if isinstance(wanted, list) else [wanted]
    known = wish.world.state.people.departments
    if not departments or any(isinstance(each, bool) or not isinstance(each, int) for each in departments):
        raise ImpossibleError('department is one id or a list of ids of departments, for example {"department": [1]}', 400)
    for each in departments:
        if each not in known:
            raise ImpossibleError(f"there is no department {each}; GET /_control/departments lists them", 404)
    return departments


def _department(wish: Wish) -> Department:
    department = wish.world.state.people.departments.get(wish.number("id"))
    if department is None:
        raise ImpossibleError("there is no such department", 404)
    return department
