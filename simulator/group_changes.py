"""What befalls a customer group: made, entered, left, given away, dismissed. Events only for what people do."""

from collections.abc import Sequence

from simulator import group_welcoming, ids
from simulator.callbacks import group_events
from simulator.group_chatting import announce, name_of, tell
from simulator.world.groups import MEMBER, MOVED, MOVING, NORMAL, ORPHAN, Group, GroupPerson, Takeover
from simulator.world.people import Member
from simulator.world.world import World


def capacity(world: World) -> int:
    """How many people a group holds."""
    return world.limits.quotas.figures["group_size"]


def make(world: World, owner: str, name: str, people: Sequence[GroupPerson] = ()) -> tuple[Group, int]:
    """A new group of this owner with these people in it, and the id of its `create` event."""
    first = GroupPerson(owner, MEMBER, world.seconds, invitor=owner)
    inside = {each.key: each for each in (first, *people)}
    group = Group(
        ids.chat_id(world.rng), ids.opengid(world.rng), name, owner, world.seconds, ids.member_version(world.rng), inside
    )
    world.state.groups.open(group)
    announce(world, group, f"{name_of(world, owner, MEMBER)} 创建了群聊")
    return group, group_events.created(world, group)


def enter(world: World, group: Group, people: Sequence[GroupPerson]) -> int:
    """They join together; the id of the event."""
    before = _join(world, group, people)
    names = "、".join(name_of(world, each.id, each.type) for each in people)
    how = "通过扫描群二维码加入群聊" if people[0].join_scene == 3 else "受邀加入群聊"
    announce(world, group, f"{names} {how}")
    event_id = group_events.people_joined(world, group, [each.id for each in people], people[0].join_scene, before)
    group_welcoming.greet(world, group, people)
    return event_id


def leave(world: World, group: Group, people: Sequence[GroupPerson], removed: bool = False) -> int:
    """They are gone, removed by the owner or of their own will; the id of the event."""
    before = group.member_version
    names = "、".join(name_of(world, each.id, each.type) for each in people)
    tell(world, group)
    for person in people:
        world.state.groups.leave(group, person, world.now)
    group.member_version = ids.member_version(world.rng)
    announce(world, group, f"{names} {'被移出群聊' if removed else '退出了群聊'}")
    return group_events.people_left(world, group, [each.id for each in people], removed, before)


def give(world: World, group: Group, new_owner: Member) -> None:
    """Another owner, brought in when she is not there; who resigned goes out. Says nothing to apps."""
    old = group.find(group.owner)
    if group.find(new_owner.userid) is None:
        _join(world, group, [GroupPerson(new_owner.userid, MEMBER, world.seconds)])
    world.state.groups.give(group, new_owner.userid, world.now)
    if old is not None and world.member(old.id) is None:
        world.state.groups.leave(group, old, world.now)
        group.member_version = ids.member_version(world.rng)
    announce(world, group, f"{new_owner.name} 已成为新的群主")


def resigned(world: World, member: Member) -> None:
    """Her own groups wait for an heir (status 1), the others she leaves. Called when she is gone from the corp."""
    for group in world.state.groups.of_member(member.userid):
        if group.owner.lower() == member.userid.lower():
            group.status = ORPHAN
            tell(world, group)
        elif person := group.find(member.userid):
            leave(world, group, [person])


def inherit(world: World, group: Group, heir: Member) -> None:
    """A resigned owner's group goes to `heir`, at once or after the limit `group_inherit_seconds` (DOC 92127)."""
    group.status = MOVING
    world.state.groups.takeovers[group.chat_id] = Takeover(
        heir.userid, world.now + world.limits.quotas.figures["group_inherit_seconds"]
    )
    settle(world)


def settle(world: World) -> None:
    """Finish the takeovers that are due; an heir who has left meanwhile leaves the group where it was."""
    takeovers = world.state.groups.takeovers
    for chat_id in [each for each, takeover in takeovers.items() if takeover.due_at <= world.now]:
        group, heir = world.state.groups.by_id[chat_id], world.member(takeovers.pop(chat_id).new_owner)
        if heir is None:
            group.status = ORPHAN
        else:
            give(world, group, heir)
            group.status = MOVED


def given_by_owner(world: World, group: Group, new_owner: Member) -> int:
    """The owner herself hands the group to somebody in it; the id of the event."""
    give(world, group, new_owner)
    group.status = NORMAL
    return group_events.detail_changed(world, group, "change_owner")


def dismiss(world: World, group: Group) -> int:
    announce(world, group, "群聊已解散")
    world.state.groups.close(group, world.now)
    return group_events.dismissed(world, group)


def _join(world: World, group: Group, people: Sequence[GroupPerson]) -> str:
    """The version of the member list before they came."""
    before = group.member_version
    for person in people:
        world.state.groups.enter(group, person)
    group.member_version = ids.member_version(world.rng)
    return before
