"""Builds the platform's events (DOC 90239, 90240, 90970, 92130) and sends each to the receivers that would get it."""

from simulator.callbacks import xml
from simulator.world.apps import App
from simulator.world.people import Department, Member
from simulator.world.world import World

SYSTEM = "sys"


def head(world: World, sender: str, event: str) -> list[tuple[str, xml.Value]]:
    return [
        ("ToUserName", world.state.corpid), ("FromUserName", sender), ("CreateTime", world.seconds),
        ("MsgType", "event"), ("Event", event),
    ]  # fmt: skip


def external_contact(
    world: World, change: str, userid: str, external_userid: str, state: str = "", welcome_code: str = "",
    source: str = "", fail_reason: str = "",
) -> int:  # fmt: skip
    """change_external_contact to every app that may read customers and see the member (DOC 92130)."""
    fields = [*head(world, SYSTEM, "change_external_contact"), ("ChangeType", change)]
    optional = [("FailReason", fail_reason)] if fail_reason else []
    fields += [*optional, ("UserID", userid), ("ExternalUserID", external_userid)]
    rest = (("State", state), ("WelcomeCode", welcome_code), ("Source", source))
    fields += [(name, value) for name, value in rest if value]
    return to_customer_apps(world, "change_external_contact", change, fields, userid)


def external_tag(world: World, change: str, tag_id: str, tag_type: str) -> int:
    """change_external_tag; `tag_type` is tag, tag_group, or empty for a shuffle (DOC 92130)."""
    fields = [*head(world, SYSTEM, "change_external_tag"), ("Id", tag_id)]
    fields += [("TagType", tag_type)] if tag_type else []
    return to_customer_apps(world, "change_external_tag", change, [*fields, ("ChangeType", change)])


def user_changed(world: World, change: str, member: Member, new_userid: str = "") -> int:
    """change_contact of a member, in the reduced form of 2022-08-15 unless the full one is switched on (DOC 90970)."""
    fields = [*head(world, SYSTEM, "change_contact"), ("ChangeType", change), ("UserID", member.userid)]
    if change != "delete_user":
        fields += [("NewUserID", new_userid)] if new_userid else []
        full = world.delivery.options.full_contact_fields
        fields += [("Name", member.name)] if full else []
        fields += [("Department", ",".join(map(str, member.departments)))]
        fields += _full(member) if full else []
    return world.emit("contacts", "change_contact", change, fields)


def party_changed(world: World, change: str, department: Department) -> int:
    fields = [*head(world, SYSTEM, "change_contact"), ("ChangeType", change), ("Id", department.id)]
    if change != "delete_party":
        fields += [("Name", department.name), ("ParentId", department.parentid)]
    if change == "create_party":
        fields += [("Order", department.order)]
    return world.emit("contacts", "change_contact", change, fields)


def tag_changed(world: World, tagid: int, users: list[str], gone: list[str], parties: list[int], closed: list[int]) -> int:
    """update_tag: who came into a member tag and who went (DOC 90970)."""
    lists = (
        ("AddUserItems", users), ("DelUserItems", gone), ("AddPartyItems", map(str, parties)),
        ("DelPartyItems", map(str, closed)),
    )  # fmt: skip
    fields = [*head(world, SYSTEM, "change_contact"), ("ChangeType", "update_tag"), ("TagId", tagid)]
    fields += [(name, joined) for name, items in lists if (joined := ",".join(items))]
    return world.emit("contacts", "change_contact", "update_tag", fields)


def app_event(world: World, app: App, userid: str, event: str, fields: xml.Fields) -> int:
    """An event of the app's own chat or menu; `fields` follow the head and bring AgentID (DOC 90240)."""
    return world.tell_app(app.agentid, event, "", [*head(world, userid, event), *fields])


def app_text(world: World, app: App, userid: str, content: str) -> int:
    """A text the member wrote to the app (DOC 90239)."""
    fields: list[tuple[str, xml.Value]] = [
        ("ToUserName", world.state.corpid), ("FromUserName", userid), ("CreateTime", world.seconds),
        ("MsgType", "text"), ("Content", content), ("MsgId", world.rng.randrange(10**15, 2**62)),
        ("AgentID", app.agentid),
    ]  # fmt: skip
    return world.tell_app(app.agentid, "text", "", fields)


def to_customer_apps(world: World, event: str, change: str, fields: xml.Fields, userid: str = "") -> int:
    last = 0
    for receiver in list(world.state.receivers.values()):
        app = world.state.apps.get(receiver.agentid) if receiver.agentid is not None else None
        if app is None or not app.customer_contact:
            continue
        # A member who has left is outside every range, yet the relation's events still come.
        if userid and world.member(userid) and world.sees(app, userid) is None:
            continue
        last = world.emit(receiver.name, event, change, fields)
    return last


def _full(member: Member) -> list[tuple[str, xml.Value]]:
    return [
        ("MainDepartment", member.main_department), ("IsLeaderInDept", ",".join(map(str, member.is_leader))),
        ("DirectLeader", ",".join(member.direct_leader)), ("Position", member.position),
        ("Mobile", int(member.mobile) if member.mobile.isdecimal() else member.mobile),
        ("Gender", int(member.gender)), ("Email", member.email),
        ("BizMail", member.biz_mail), ("Telephone", member.telephone), ("Address", member.address),
        ("Status", member.status), ("Avatar", member.avatar), ("Alias", member.alias),
    ]  # fmt: skip
