"""What people do in customer groups: make them, invite, leave, remove, rename, hand over, dismiss, talk."""

from typing import Any

from simulator import group_changes, group_chatting
from simulator.actions import interception
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import group_events
from simulator.world.customers import Relation
from simulator.world.groups import CUSTOMER, MEMBER, Group, GroupPerson
from simulator.world.people import Member

MOST_ADMINS = 3
EXAMPLE = '{"chat_id": "wr…", "userid": "lixiaomei", "content": "大家好"}'


def creates(wish: Wish) -> dict[str, Any]:
    """A member makes a customer group with colleagues (userids) and customers of hers (external_userids)."""
    owner = wish.member()
    if not owner.customer_contact:
        raise ImpossibleError(f"{owner.userid} may not serve customers, so she has no customer groups")
    people = _invited(wish, owner, 1)
    if len(people) + 1 > group_changes.capacity(wish.world):
        raise ImpossibleError(f"a group holds {group_changes.capacity(wish.world)} people")
    group, event_id = group_changes.make(wish.world, owner.userid, wish.text("name"), people)
    return {"chat_id": group.chat_id, "opengid": group.opengid, "event_id": event_id}


def invites(wish: Wish) -> dict[str, Any]:
    """Somebody in the group brings in colleagues and customers of hers; `link`: they came by an invitation link."""
    group, host = living_group(wish), wish.member()
    _inside(group, host.userid)
    found = _invited(wish, host, 2 if wish.body.get("link") else 1)
    people = [each for each in found if group.find(each.id) is None]
    if not people:
        raise ImpossibleError('nobody new is named; for example "external_userids": ["wm…"] of a customer outside the group')
    if len(group.people) + len(people) > group_changes.capacity(wish.world):
        raise ImpossibleError(f"the group would have more than {group_changes.capacity(wish.world)} people")
    return {"event_id": group_changes.enter(wish.world, group, people)}


def leaves(wish: Wish) -> dict[str, Any]:
    group, person = _somebody(wish)
    if _owns(group, person):
        raise ImpossibleError("the owner cannot leave: she hands the group over or dismisses it")
    return {"event_id": group_changes.leave(wish.world, group, [person])}


def removes(wish: Wish) -> dict[str, Any]:
    """`operator`, the owner or one of the admins, puts somebody out."""
    group, person = _somebody(wish)
    operator = wish.member("operator").userid.lower()
    if operator not in {group.owner.lower(), *(each.lower() for each in group.admins)}:
        raise ImpossibleError("only the owner and the admins of the group can remove somebody")
    if _owns(group, person):
        raise ImpossibleError("nobody can remove the owner")
    return {"event_id": group_changes.leave(wish.world, group, [person], removed=True)}


def renames(wish: Wish) -> dict[str, Any]:
    group = living_group(wish)
    group.name = wish.text("name")
    group_chatting.announce(wish.world, group, f"群名已修改为“{group.name}”")
    return {"event_id": group_events.detail_changed(wish.world, group, "change_name")}


def notices(wish: Wish) -> dict[str, Any]:
    """The notice (群公告); an empty one takes it away."""
    group = living_group(wish)
    group.notice = wish.text("notice", "")
    group_chatting.announce(wish.world, group, f"群公告：{group.notice}" if group.notice else "群公告已清空")
    return {"event_id": group_events.detail_changed(wish.world, group, "change_notice")}


def owner_changes(wish: Wish) -> dict[str, Any]:
    """The owner hands the group to a colleague who is in it."""
    group, heir = living_group(wish), wish.member("new_owner")
    _inside(group, heir.userid)
    if heir.userid.lower() == group.owner.lower() or not heir.customer_contact:
        raise ImpossibleError("new_owner is another member of the group who may serve customers")
    if wish.world.member(group.owner) is None:
        raise ImpossibleError("the owner has resigned: only the corp can give the group to somebody (groupchat/transfer)")
    return {"event_id": group_changes.given_by_owner(wish.world, group, heir)}


def admins_change(wish: Wish) -> dict[str, Any]:
    """The owner names the admins, at most three; the platform tells nobody."""
    group, userids = living_group(wish), wish.texts("userids")
    for userid in userids:
        _inside(group, userid)
    if len(userids) > MOST_ADMINS or group.owner.lower() in {each.lower() for each in userids}:
        raise ImpossibleError(f"a group has up to {MOST_ADMINS} admins beside its owner", 400)
    group.admins = list(dict.fromkeys(userids))
    group_chatting.tell(wish.world, group)
    return {"admins": group.admins}


def dismisses(wish: Wish) -> dict[str, Any]:
    return {"event_id": group_changes.dismiss(wish.world, living_group(wish))}


def says(wish: Wish) -> dict[str, Any]:
    """A member or a customer writes into the group; no callback, as on the platform."""
    group, person = _somebody(wish)
    msgtype = wish.text("msgtype", "text")
    body = {"content": wish.text("content")} if msgtype == "text" else wish.mapping("body")
    warned = interception.checked(wish, person.id, msgtype, body) if person.type == MEMBER else {}
    message = group_chatting.say(wish.world, group.chat_id, person.id, person.type, msgtype, body)
    return {"id": message.id} | warned


def living_group(wish: Wish) -> Group:
    chat_id = wish.body.get("chat_id")
    if not isinstance(chat_id, str) or not chat_id:
        raise ImpossibleError(f"chat_id is needed, as text, for example {EXAMPLE}", 400)
    group = wish.world.state.groups.find(chat_id)
    if group is None:
        raise ImpossibleError(f"there is no group {chat_id}", 404)
    if group.dismissed:
        raise ImpossibleError("the group has been dismissed")
    return group


def _somebody(wish: Wish) -> tuple[Group, GroupPerson]:
    """The group and the one in it who is named by userid or external_userid."""
    group = living_group(wish)
    named = wish.body.get("userid") or wish.body.get("external_userid")
    if not isinstance(named, str):
        raise ImpossibleError(f"userid or external_userid of somebody in the group is needed, for example {EXAMPLE}", 400)
    return group, _inside(group, named)


def _inside(group: Group, id: str) -> GroupPerson:
    person = group.find(id)
    if person is None:
        raise ImpossibleError(f"{id} is not in the group")
    return person


def _owns(group: Group, person: GroupPerson) -> bool:
    return person.type == MEMBER and person.key == group.owner.lower()


def _invited(wish: Wish, host: Member, scene: int) -> list[GroupPerson]:
    """Colleagues who exist and customers who are connected with the host."""
    people: dict[str, GroupPerson] = {}
    for userid in wish.texts("userids"):
        member = wish.world.member(userid)
        if member is None:
            raise ImpossibleError(f"there is no member {userid}", 404)
        people[member.userid] = GroupPerson(member.userid, MEMBER, wish.world.seconds, scene, host.userid)
    for external_userid in wish.texts("external_userids"):
        follow = wish.world.state.customers.find_follow(host.userid, external_userid)
        if follow is None or follow.relation is not Relation.MUTUAL:
            raise ImpossibleError(f"{host.userid} is not connected with {external_userid}")
        people[external_userid] = GroupPerson(external_userid, CUSTOMER, wish.world.seconds, scene, host.userid)
    return list(people.values())
