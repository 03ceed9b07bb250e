"""The corp's templates for welcoming people into groups: add, edit, get, del (DOC 92366)."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, mapping, text
from simulator.api.enclosures import CHECKS
from simulator.errors import ApiError
from simulator.world.group_welcomes import GroupWelcome

MOST = 100
MOST_BYTES = 3_000
# The first of these that is given wins; the others are ignored.
ATTACHMENTS = ("image", "link", "miniprogram", "file", "video")


def add(call: Call) -> dict[str, Any]:
    """notify tells the members that there is something for their groups; on by default."""
    parts, agentid = _parts(call), _agentid(call)
    notify = integer(call.body, "notify", 1)
    if notify not in (0, 1):
        raise ApiError(40058)
    known = call.state.groups.welcomes.by_id
    if len(known) >= MOST:
        raise ApiError(41055)
    template = GroupWelcome(ids.group_welcome_id(call.world.rng), agentid, call.world.seconds, parts, notify)
    known[template.template_id] = template
    if notify:
        for owner in {each.owner for each in call.state.groups.by_id.values() if not each.dismissed}:
            call.world.notices.changed(owner, "")
    return {"template_id": template.template_id}


def edit(call: Call) -> dict[str, Any]:
    template = _own(call)
    template.parts = _parts(call)
    return {}


def get(call: Call) -> dict[str, Any]:
    return dict(_own(call).parts)


def delete(call: Call) -> dict[str, Any]:
    """Groups that used it have no welcome any more."""
    template = _own(call)
    del call.state.groups.welcomes.by_id[template.template_id]
    for group in call.state.groups.by_id.values():
        if group.welcome_id == template.template_id:
            group.welcome_id = ""
    return {}


def _own(call: Call) -> GroupWelcome:
    """A template this app made; 41058 for everything else."""
    _agentid(call)
    template = call.state.groups.welcomes.find(text(call.body, "template_id", missing=40063))
    if template is None or template.agentid != call.app.agentid:
        raise ApiError(41058)
    return template


def _agentid(call: Call) -> int:
    agentid = integer(call.body, "agentid", call.app.agentid)
    if agentid != call.app.agentid:
        raise ApiError(301002)
    return agentid


def _parts(call: Call) -> dict[str, Any]:
    content = text(mapping(call.body, "text"), "content")
    if len(content.encode()) > MOST_BYTES:
        raise ApiError(45002)
    parts: dict[str, Any] = {"text": {"content": content}} if content else {}
    kind = next((each for each in ATTACHMENTS if call.body.get(each)), "")
    if kind:
        part = mapping(call.body, kind)
        CHECKS[kind](call, part)
        _keep(call, part)
        parts[kind] = part
    if not parts:
        raise ApiError(40063)
    return parts


def _keep(call: Call, part: dict[str, Any]) -> None:
    """A template's media stays to be seen after its three days."""
    media = call.state.files.media.get(str(part.get("media_id") or part.get("pic_media_id") or ""))
    if media is not None:
        media.kept = True


ROUTES = {
    "externalcontact/group_welcome_template/add": Endpoint("POST", add, "customer"),
    "externalcontact/group_welcome_template/edit": Endpoint("POST", edit, "customer"),
    "externalcontact/group_welcome_template/get": Endpoint("POST", get, "customer"),
    "externalcontact/group_welcome_template/del": Endpoint("POST", delete, "customer"),
}
