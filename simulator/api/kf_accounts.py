"""微信客服 accounts and their links: add, update, delete, list, add_contact_way (DOC 94661, 94662, 94665)."""

import re
from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.kf_access import account_of, managed
from simulator.errors import ApiError
from simulator.world.kf_accounts import KfAccount
from simulator.world.media import Image

LONGEST_NAME = 16
SCENE = re.compile(r"[0-9a-zA-Z_-]{0,32}")


def add(call: Call) -> dict[str, Any]:
    """The account belongs to the calling app from the start."""
    name = _name(call)
    if len(call.state.kf.accounts) >= call.state.kf.options.max_accounts:
        raise ApiError(95005)
    avatar = _avatar(call, text(call.body, "media_id", missing=41006, max_bytes=128))
    rng = call.world.rng
    account = KfAccount(ids.open_kfid(rng), name, avatar, ids.kf_link(rng), call.app.agentid)
    call.state.kf.accounts[account.open_kfid] = account
    return {"open_kfid": account.open_kfid}


def update(call: Call) -> dict[str, Any]:
    """Name and picture; what is not given stays."""
    account = managed(call)
    name = _name(call) if "name" in call.body else account.name
    media_id = text(call.body, "media_id", max_bytes=128)
    account.avatar = _avatar(call, media_id) if media_id else account.avatar
    account.name = name
    return {}


def delete(call: Call) -> dict[str, Any]:
    call.state.kf.remove_account(managed(call))
    return {}


def list_accounts(call: Call) -> dict[str, Any]:
    """All of the corp's; manage_privilege says whether this app may send and assign in it."""
    offset, limit = integer(call.body, "offset"), integer(call.body, "limit", 100)
    if offset < 0 or not 1 <= limit <= 100:
        raise ApiError(40058)
    page = list(call.state.kf.accounts.values())[offset : offset + limit]
    rows = [
        {"open_kfid": each.open_kfid, "name": each.name, "avatar": each.avatar,
         "manage_privilege": each.agentid == call.app.agentid}
        for each in page
    ]  # fmt: skip
    return {"account_list": rows}


def add_contact_way(call: Call) -> dict[str, Any]:
    """The account's link; the same scene gives the same enc_scene."""
    account, scene = account_of(call), text(call.body, "scene")
    if not SCENE.fullmatch(scene):
        raise ApiError(40058, "scene is malformed")
    known = next((sealed for sealed, each in account.scenes.items() if each == scene), "")
    sealed = known or ids.kf_scene(call.world.rng)
    account.scenes[sealed] = scene
    return {"url": f"{call.world.base_url}/kf/{account.link_id}?enc_scene={sealed}"}


def _name(call: Call) -> str:
    name = text(call.body, "name", missing=95006)
    if len(name) > LONGEST_NAME:
        raise ApiError(95006)
    return name


def _avatar(call: Call, media_id: str) -> str:
    """Temporary media ends after three days, an account's picture does not: it is kept as a permanent image."""
    media = call.state.files.find_alive(media_id, call.world.now)
    if media is None or media.type != "image":
        raise ApiError(40007)
    ending = "png" if media.content_type == "image/png" else "jpg"
    image = Image(f"img_{ids.opaque(call.world.rng, 32)}.{ending}", media.content_type, media.content)
    call.state.files.images[image.id] = image
    return f"{call.world.base_url}/files/{image.id}"


ROUTES = {
    "kf/account/add": Endpoint("POST", add, "kf"),
    "kf/account/update": Endpoint("POST", update, "kf"),
    "kf/account/del": Endpoint("POST", delete, "kf"),
    "kf/account/list": Endpoint("POST", list_accounts, "kf", {"account_list": []}),
    "kf/add_contact_way": Endpoint("POST", add_contact_way, "kf"),
}
