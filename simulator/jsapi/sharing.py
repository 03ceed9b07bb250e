"""群发助手 and 朋友圈 as a page opens them: the draft waits for the member, who sends it, changes whom it goes to, or leaves."""

from typing import Any

from simulator import group_sending, moment_publishing
from simulator.actions.request import ImpossibleError
from simulator.jsapi.page_call import PageCall, Result, is_address
from simulator.world.windows import Navigation
from simulator.world.world import World

MOST_ENCLOSED, MOST_TEXT, MOST_MOMENT_TEXT, MOST_SIGNATURE = 9, 4000, 2000, 30
MOST_CUSTOMERS, MOST_GROUPS = 20_000, 2_000
OLD_FORM = ("title", "desc", "link", "imgUrl")
Attachments = list[dict[str, Any]]


def to_contacts(call: PageCall) -> Result:
    """群发助手 with customers of hers; externalUserIds left out: she chooses."""
    customers = call.joined("externalUserIds")
    follows = [call.world.state.customers.find_follow(call.userid, each) for each in customers]
    if len(customers) > MOST_CUSTOMERS or not all(follows):
        return call.refuse("fail_invalid externalUserIds")
    return _open(call, "group_send", external_userids=customers)


def to_chats(call: PageCall) -> Result:
    chat_ids = call.joined("chatIds")
    groups = [call.world.state.groups.find(each) for each in chat_ids]
    if len(chat_ids) > MOST_GROUPS or not all(each and each.find(call.userid) for each in groups):
        return call.refuse("fail_invalid chatIds")
    return _open(call, "group_send_groups", chat_ids=chat_ids)


def to_moments(call: PageCall) -> Result:
    """Nine pictures, or one video, or one link."""
    why, text, attachments = _content(call, MOST_MOMENT_TEXT)
    kinds = [each["msgtype"] for each in attachments]
    if not why and kinds and not (set(kinds) == {"image"} or kinds in (["video"], ["link"])):
        why = "fail_invalid attachments"
    return call.refuse(why) if why else _offer(call, "moment", {"text": text, "attachments": attachments})


def set_moments(call: PageCall) -> Result:
    """The signature and the cover of her 朋友圈."""
    signature, cover = call.text("signature"), call.text("imgUrl")
    if len(signature) > MOST_SIGNATURE or not (signature or cover):
        return call.refuse("fail_invalid signature")
    if cover and not is_address(cover):
        return call.refuse("fail invalid imgUrl")
    call.client.moments = {"signature": signature, "cover": cover}
    call.go("moments_setting", **call.client.moments)
    return call.ok()


def confirm(world: World, userid: str, navigation: Navigation, wanted: list[str] | None = None) -> dict[str, Any]:
    """She sends the draft, to those in `wanted` instead of those the page named; ImpossibleError when that cannot be."""
    draft, to = navigation.details, navigation.to
    if to not in ("group_send", "group_send_groups", "moment") or navigation.done:
        raise ImpossibleError("there is nothing to confirm: only drafts of shareToExternal… wait, and each only once")
    member = world.member(userid)
    if member is None or not member.customer_contact:
        raise ImpossibleError(f"{userid} may not serve customers")
    result: dict[str, Any]
    if to == "moment":
        result = {"moment_id": moment_publishing.post(world, userid, draft["text"], draft["attachments"], {}).moment_id}
    else:
        in_groups = to == "group_send_groups"
        targets = wanted if wanted is not None else draft["chat_ids" if in_groups else "external_userids"]
        if not targets:
            example = '{"targets": ["wr…"]}' if in_groups else '{"targets": ["wm…"]}'
            raise ImpossibleError(f"the page left it open who gets it: name them, for example {example}", 400)
        kind = "group" if in_groups else "single"
        send, count = group_sending.send_own(world, userid, targets, draft["text"], draft["attachments"], kind)
        result = {"msgid": send.msgid, **count}
    navigation.done = True
    world.notices.changed(userid)
    return result


def _open(call: PageCall, to: str, **targets: list[str]) -> Result:
    why, text, attachments = _content(call, MOST_TEXT)
    return call.refuse(why) if why else _offer(call, to, {"text": text, "attachments": attachments, **targets})


def _offer(call: PageCall, to: str, draft: dict[str, Any]) -> Result:
    """What the member does with the window: leaves it open for a person, sends at once, cancels."""
    habit, call.client.share = call.client.share, "open"
    if habit == "cancel":
        return call.refuse("cancel")
    number = call.go(to, **draft)
    if habit == "confirm":
        navigation = next(each for each in call.client.navigations if each.id == number)
        try:
            confirm(call.world, call.userid, navigation)
        except ImpossibleError:
            return call.refuse("fail_no permission")
    return call.ok()


def _content(call: PageCall, most: int) -> tuple[str, str, Attachments]:
    """(what is wrong, text, attachments in the API's spelling) of the new form or of title, desc, link, imgUrl."""
    if call.params.get("link"):
        old = {key: call.text(key) for key in OLD_FORM}
        if not is_address(old["link"]):
            return "fail_invalid link", "", []
        link = {"title": old["title"], "desc": old["desc"], "url": old["link"], "picurl": old["imgUrl"]}
        return "", "", [{"msgtype": "link", "link": link}]
    text, given = call.mapping("text").get("content", ""), call.params.get("attachments") or []
    if not isinstance(text, str) or len(text) > most:
        return "fail_invalid text", "", []
    if not isinstance(given, list) or len(given) > MOST_ENCLOSED or not (text or given):
        return "fail_invalid attachments", "", []
    attachments = [_attachment(call, each) for each in given]
    fitting = [each for each in attachments if each]
    return ("", text, fitting) if len(fitting) == len(attachments) else ("fail_invalid attachments", "", [])


def _attachment(call: PageCall, given: Any) -> dict[str, Any] | None:
    kind = str(given.get("msgtype")) if isinstance(given, dict) else ""
    body = given.get(kind) if kind in SPELLED else None
    if not isinstance(body, dict) or not all(isinstance(each, str) for each in body.values()):
        return None
    made = {server: body[page] for page, server in SPELLED[kind].items() if body.get(page)}
    if "media_id" in made:
        media = call.world.state.files.find_alive(made["media_id"], call.world.now)
        return {"msgtype": kind, kind: made} if media and media.type == kind else None
    complete = all(made.get(each) for each in NEEDED[kind]) and all(is_address(made[each]) for each in made if each in ADDRESSES)
    return {"msgtype": kind, kind: made} if complete else None


# The page's spelling of each part, and the server's.
SPELLED = {
    "image": {"mediaid": "media_id", "imgUrl": "pic_url"},
    "link": {"title": "title", "desc": "desc", "url": "url", "imgUrl": "picurl"},
    "miniprogram": {"appid": "appid", "title": "title", "page": "page", "imgUrl": "pic_url"},
    "video": {"mediaid": "media_id"},
    "file": {"mediaid": "media_id"},
}
NEEDED = {
    "image": ("pic_url",), "link": ("title", "url"), "miniprogram": ("appid", "title", "page", "pic_url"),
    "video": ("media_id",), "file": ("media_id",),
}  # fmt: skip
ADDRESSES = ("url", "picurl", "pic_url")
