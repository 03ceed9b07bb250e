"""change_external_chat: a customer group was made, changed or dismissed by people (DOC 92130)."""

from simulator.callbacks import xml
from simulator.callbacks.events import SYSTEM, head, to_customer_apps
from simulator.world.groups import Group
from simulator.world.world import World

EVENT = "change_external_chat"


def created(world: World, group: Group) -> int:
    return _send(world, group, "create", [])


def dismissed(world: World, group: Group) -> int:
    return _send(world, group, "dismiss", [])


def detail_changed(world: World, group: Group, detail: str) -> int:
    """`detail` is change_owner, change_name or change_notice."""
    return _send(world, group, "update", [("UpdateDetail", detail)])


def people_joined(world: World, group: Group, ids: list[str], scene: int, last_version: str) -> int:
    """`scene` of groupchat/get: 3 (QR code) stays, invitations of either kind are 0 here."""
    return _people(world, group, "add_member", ("JoinScene", 3 if scene == 3 else 0), ids, last_version)


def people_left(world: World, group: Group, ids: list[str], removed: bool, last_version: str) -> int:
    return _people(world, group, "del_member", ("QuitScene", int(removed)), ids, last_version)


def _people(world: World, group: Group, detail: str, scene: tuple[str, int], ids: list[str], last_version: str) -> int:
    items: xml.Fields = [("Item", each) for each in ids]
    rest: list[tuple[str, xml.Value]] = [
        ("UpdateDetail", detail), scene, ("MemChangeCnt", len(ids)), ("MemChangeList", items),
        ("LastMemVer", last_version), ("CurMemVer", group.member_version),
    ]  # fmt: skip
    return _send(world, group, "update", rest)


def _send(world: World, group: Group, change: str, rest: list[tuple[str, xml.Value]]) -> int:
    fields: xml.Fields = [*head(world, SYSTEM, EVENT), ("ChatId", group.chat_id), ("ChangeType", change), *rest]
    return to_customer_apps(world, EVENT, change, fields, group.owner)
