"""Corp tags (企业客户标签): list, add, edit, delete, mark (DOC 92117, 92118). None of it is called back."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, mappings, strings, text
from simulator.api.customers import followed
from simulator.errors import ApiError
from simulator.world.tags import Tag, TagGroup

MOST_TAGS = 10_000
MOST_OF_A_CUSTOMER = 3_000


def list_tags(call: Call) -> dict[str, Any]:
    return {"tag_group": asked_for(call, call.state.tags.of_strategy(0))}


def asked_for(call: Call, among: list[TagGroup]) -> list[dict[str, Any]]:
    """Rows of everything, or only of what the body names; group_id wins over tag_id."""
    tag_ids, group_ids = set(strings(call.body, "tag_id")), set(strings(call.body, "group_id"))
    groups = sorted(among, key=lambda each: (-each.order, each.create_time))
    if group_ids:
        return [_undeleted(group_row(each)) for each in groups if each.id in group_ids]
    if tag_ids:
        found = ((group, [tag for tag in group.tags if tag.id in tag_ids]) for group in groups)
        return [_undeleted(group_row(group, tags)) for group, tags in found if tags]
    return [group_row(each) for each in groups]


def add_tags(call: Call) -> dict[str, Any]:
    return {"tag_group": added_to(call, 0)}


def added_to(call: Call, strategy_id: int) -> dict[str, Any]:
    """Make the body's tags, of the corp (0) or of a 客户规则组; the row of their group with the new ones only."""
    wanted = mappings(call.body, "tag")
    if not wanted:
        raise ApiError(40063)
    names = {text(each, "name", missing=40072): _order(each) for each in wanted}
    if any(len(name) > 30 for name in names):
        raise ApiError(40072)
    if call.state.tags.count() + len(names) > MOST_TAGS:
        raise ApiError(40126)
    group = _group_to_fill(call, strategy_id)
    present = {tag.name for tag in group.tags}
    if present & set(names):
        raise ApiError(40071)
    if group.id not in call.state.tags.groups:
        call.state.tags.add_group(group)
    now, maker = call.world.seconds, call.app.agentid
    made = [Tag(_new_id(call, strategy_id), name, now, order, maker) for name, order in names.items()]
    for tag in made:
        call.state.tags.add_tag(group, tag)
    return group_row(group, made)


def edit_tag(call: Call, of_corp: bool = True) -> dict[str, Any]:
    wanted = text(call.body, "id", missing=40068)
    name = text(call.body, "name")
    if len(name) > 30:
        raise ApiError(40072)
    target, others = _editable(call, wanted, of_corp)
    if name and any(other.name == name for other in others if other is not target):
        raise ApiError(40071)
    target.name = name or target.name
    if "order" in call.body:
        target.order = _order(call.body)
    return {}


def delete_tags(call: Call, of_corp: bool = True) -> dict[str, Any]:
    tag_ids, group_ids = strings(call.body, "tag_id"), strings(call.body, "group_id")
    if not tag_ids and not group_ids:
        raise ApiError(40063)
    for each in [*tag_ids, *group_ids]:
        _editable(call, each, of_corp)
    gone = set(tag_ids)
    for group_id in group_ids:
        gone |= set(call.state.tags.remove_group(group_id))
    for tag_id in tag_ids:
        call.state.tags.remove_tag(tag_id)
    call.state.customers.forget_tags(gone)
    return {}


def mark(call: Call) -> dict[str, Any]:
    add, remove = strings(call.body, "add_tag"), strings(call.body, "remove_tag")
    if not add and not remove:
        raise ApiError(40063)
    follow = followed(call, text(call.body, "userid", missing=41009), text(call.body, "external_userid", missing=41035))
    if any(call.state.tags.find(each) is None for each in [*add, *remove]):
        raise ApiError(40068)
    follow.tags = [each for each in follow.tags if each not in remove]
    follow.tags += [each for each in dict.fromkeys(add) if each not in follow.tags]
    call.world.notices.changed(follow.userid, follow.external_userid)
    return {}


def _group_to_fill(call: Call, strategy_id: int) -> TagGroup:
    group_id, name = text(call.body, "group_id"), text(call.body, "group_name")
    if group_id:
        group = call.state.tags.groups.get(group_id)
        if group is None or group.strategy_id != strategy_id:
            raise ApiError(40068)
        return group
    if not name:
        raise ApiError(40063)
    if len(name) > 30:
        raise ApiError(40072)
    found = call.state.tags.find_group(name, strategy_id)
    new_id = _new_id(call, strategy_id)
    made = TagGroup(new_id, name, call.world.seconds, _order(call.body), call.app.agentid, strategy_id=strategy_id)
    return found or made


def _new_id(call: Call, strategy_id: int) -> str:
    return ids.strategy_tag_id(call.world.rng) if strategy_id else ids.tag_id(call.world.rng)


def _editable(call: Call, wanted: str, of_corp: bool) -> tuple[Tag | TagGroup, list[Tag] | list[TagGroup]]:
    """A tag or group this app made, with those that may not share its name; 40068 unknown, 81011 somebody else's."""
    target: Tag | TagGroup
    siblings: list[Tag] | list[TagGroup]
    group, found = call.state.tags.groups.get(wanted), call.state.tags.find(wanted)
    home = group or (found[0] if found else None)
    if home is None or of_corp is bool(home.strategy_id):
        raise ApiError(40068)
    if group is not None:
        target, siblings = group, call.state.tags.of_strategy(group.strategy_id)
    elif found is not None:
        target, siblings = found[1], home.tags
    if target.maker != call.app.agentid:
        raise ApiError(81011)
    return target, siblings


def _order(where: dict[str, Any]) -> int:
    order = integer(where, "order")
    if not 0 <= order < 2**32:
        raise ApiError(40058)
    return order


def _undeleted(row: dict[str, Any]) -> dict[str, Any]:
    """A filtered list says of each group and tag that it is not deleted."""
    return row | {"deleted": False, "tag": [tag | {"deleted": False} for tag in row["tag"]]}


def group_row(group: TagGroup, only: list[Tag] | None = None) -> dict[str, Any]:
    tags = sorted(group.tags if only is None else only, key=lambda each: (-each.order, each.create_time))
    rows = [{"id": tag.id, "name": tag.name, "create_time": tag.create_time, "order": tag.order} for tag in tags]
    return {
        "group_id": group.id, "group_name": group.name, "create_time": group.create_time, "order": group.order,
        "tag": rows,
    }  # fmt: skip


ROUTES = {
    "externalcontact/get_corp_tag_list": Endpoint("POST", list_tags, "customer", {"tag_group": []}),
    "externalcontact/add_corp_tag": Endpoint("POST", add_tags, "customer"),
    "externalcontact/edit_corp_tag": Endpoint("POST", edit_tag, "customer"),
    "externalcontact/del_corp_tag": Endpoint("POST", delete_tags, "customer"),
    "externalcontact/mark_tag": Endpoint("POST", mark, "customer"),
}
