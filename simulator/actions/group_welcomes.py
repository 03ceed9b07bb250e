"""What a group's owner does with the corp's welcome templates: puts one on her group, or sends one by hand."""

from typing import Any

from simulator import group_chatting, group_welcoming
from simulator.actions.groups import living_group
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.group_welcomes import GroupWelcome
from simulator.world.groups import CUSTOMER, Group


def applies(wish: Wish) -> dict[str, Any]:
    """From now on the template greets whoever joins; an empty template_id takes it off."""
    group = _hers(wish)
    group.welcome_id = _template(wish).template_id if wish.text("template_id", "") else ""
    group_chatting.tell(wish.world, group)
    return {"chat_id": group.chat_id, "template_id": group.welcome_id}


def sends(wish: Wish) -> dict[str, Any]:
    """She answers the reminder: the template goes to those who wait, or to the one named by external_userid."""
    group, template = _hers(wish), _template(wish)
    named = wish.text("external_userid", "")
    person = group.find(named) if named else None
    if named and (person is None or person.type != CUSTOMER):
        raise ImpossibleError(f"{named} is not a customer in the group")
    greeted = [named] if named else list(group.waiting)
    if not greeted:
        raise ImpossibleError('nobody waits for a welcome; name one: "external_userid": "wm…"')
    group_welcoming.send(wish.world, group, template, wish.member().userid, greeted)
    return {"greeted": greeted}


def _hers(wish: Wish) -> Group:
    group, member = living_group(wish), wish.member()
    if member.userid.lower() not in {group.owner.lower(), *(each.lower() for each in group.admins)}:
        raise ImpossibleError("only the owner and the admins of the group welcome people in its name")
    return group


def _template(wish: Wish) -> GroupWelcome:
    template = wish.world.state.groups.welcomes.find(wish.text("template_id"))
    if template is None:
        raise ImpossibleError("there is no group welcome template with this template_id", 404)
    return template
