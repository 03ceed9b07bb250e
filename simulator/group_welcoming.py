"""Greets customers who join a group: with the template its owner chose, or by leaving her a reminder (DOC 92366)."""

from collections.abc import Sequence

from simulator.group_chatting import name_of, say
from simulator.world.group_welcomes import GroupWelcome
from simulator.world.groups import CUSTOMER, MEMBER, Group, GroupPerson
from simulator.world.world import World

NICKNAME = "%NICKNAME%"


def greet(world: World, group: Group, newcomers: Sequence[GroupPerson]) -> None:
    """A chosen template goes out by itself; without one the owner is reminded when the corp told her of templates."""
    customers = [each.id for each in newcomers if each.type == CUSTOMER]
    if not customers or world.member(group.owner) is None:
        return
    welcomes = world.state.groups.welcomes
    template = welcomes.find(group.welcome_id)
    if template is not None:
        send(world, group, template, group.owner, customers)
    elif welcomes.told():
        group.waiting += customers
        world.notices.changed(group.owner, "")


def send(world: World, group: Group, template: GroupWelcome, sender: str, customers: Sequence[str]) -> None:
    """The lines of the template, %NICKNAME% replaced by the names of those greeted."""
    names = "、".join(name_of(world, each, CUSTOMER) for each in customers)
    for msgtype, part in template.parts.items():
        body = {"content": part["content"].replace(NICKNAME, names)} if msgtype == "text" else dict(part)
        say(world, group.chat_id, sender, MEMBER, msgtype, body, "welcome")
    group.waiting = [each for each in group.waiting if each not in customers]
