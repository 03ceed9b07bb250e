"""What a member does in the app's chat: writes, opens it, uses the menu, presses something on a card."""

from typing import Any

from simulator import ids
from simulator.actions.request import ImpossibleError, Wish
from simulator.callbacks import events, xml
from simulator.world.apps import App
from simulator.world.inboxes import Deed, InboxItem, SentMessage
from simulator.world.passes import ResponseCode
from simulator.world.people import Member

RESPONSE_LIFE = 72 * 3600
MORE_THAN_A_CLICK = {
    "scancode_push": "use member_scans_code", "scancode_waitmsg": "use member_scans_code",
    "pic_sysphoto": "use member_sends_pictures", "pic_photo_or_album": "use member_sends_pictures",
    "pic_weixin": "use member_sends_pictures", "location_select": "use member_selects_location",
}  # fmt: skip


def writes(wish: Wish) -> dict[str, Any]:
    member, app = who(wish)
    content = wish.text("content")
    remember(wish, member, app, "text", {"content": content})
    return {"event_id": events.app_text(wish.world, app, member.userid, content)}


def enters(wish: Wish) -> dict[str, Any]:
    member, app = who(wish)
    remember(wish, member, app, "enter", {})
    fields: xml.Fields = [("EventKey", ""), ("AgentID", app.agentid)]
    return {"event_id": events.app_event(wish.world, app, member.userid, "enter_agent", fields)}


def clicks_menu(wish: Wish) -> dict[str, Any]:
    """`key` is the key of a click button or the url of a view button; a menu that lacks it is refused."""
    return _opens(wish, "key", {"click": "key", "view": "url", "view_miniprogram": "pagepath"})


def opens_menu_view(wish: Wish) -> dict[str, Any]:
    """She opens the page of a view button, named by its url."""
    return _opens(wish, "url", {"view": "url"})


def opens_menu_miniprogram(wish: Wish) -> dict[str, Any]:
    """She opens the mini program of a view_miniprogram button, named by its pagepath."""
    return _opens(wish, "pagepath", {"view_miniprogram": "pagepath"})


def _opens(wish: Wish, name: str, wanted: dict[str, str]) -> dict[str, Any]:
    """Press the menu button of one of the types in `wanted` whose key field has the value given under `name`."""
    member, app = who(wish)
    key = wish.text(name)
    leaves = [leaf for button in app.menu for leaf in (button.get("sub_button") or [button])]
    named = [each for each in leaves if key in (each.get("key"), each.get("url"), each.get("pagepath"))]
    if named and named[0].get("type") in MORE_THAN_A_CLICK:
        raise ImpossibleError(f"a {named[0]['type']} button wants more than a click: {MORE_THAN_A_CLICK[named[0]['type']]}")
    leaf = next((each for each in named if each.get(wanted.get(str(each.get("type")), "")) == key), None)
    if leaf is None:
        raise ImpossibleError(f"the app's menu has no button with this {name}", 404)
    remember(wish, member, app, "menu", {"key": key, "name": leaf["name"], "type": leaf["type"]})
    fields: xml.Fields = [("EventKey", key), ("AgentID", app.agentid)]
    event_id = events.app_event(wish.world, app, member.userid, str(leaf["type"]), fields)
    return {"event_id": event_id, "type": leaf["type"], "url": leaf.get("url", "")}


def clicks_card(wish: Wish) -> dict[str, Any]:
    """`key` of a button or of the submit button, `selected` {question_key: [option ids]}."""
    member, _ = who(wish)
    message, item = _card(wish, member)
    card = item.card or message.body
    key = wish.text("key")
    if item.button:
        raise ImpossibleError(f"the button is grey: {item.button}")
    _check_button(card, key)
    selected = _selected(wish, card)
    extra: list[tuple[str, xml.Value]] = [("SelectedItems", selected)] if selected else []
    return _press(wish, member, message, card, "template_card_event", key, extra)


def opens_card_menu(wish: Wish) -> dict[str, Any]:
    member, _ = who(wish)
    message, item = _card(wish, member)
    card, key = item.card or message.body, wish.text("key")
    actions = (card.get("action_menu") or {}).get("action_list") or []
    if key not in [action.get("key") for action in actions]:
        raise ImpossibleError("the card's menu has no such key", 404)
    return _press(wish, member, message, card, "template_card_menu_event", key, [])


def _press(
    wish: Wish, member: Member, message: SentMessage, card: dict[str, Any], event: str, key: str,
    extra: list[tuple[str, xml.Value]],
) -> dict[str, Any]:  # fmt: skip
    world = wish.world
    app = world.state.apps[message.agentid]
    code = ids.opaque(world.rng, 40)
    expires = world.now + RESPONSE_LIFE
    world.state.passes.responses[code] = ResponseCode(code, message.msgid, app.agentid, expires, member.userid)
    kind = "card" if event == "template_card_event" else "card_menu"
    remember(wish, member, app, kind, {"key": key, "msgid": message.msgid, "selected": wish.mapping("selected")})
    fields: list[tuple[str, xml.Value]] = [
        ("EventKey", key), ("TaskId", str(message.body.get("task_id") or "")), ("CardType", str(card["card_type"])),
        ("ResponseCode", code), ("AgentID", app.agentid), *extra,
    ]  # fmt: skip
    return {"event_id": events.app_event(world, app, member.userid, event, fields), "response_code": code}


def who(wish: Wish) -> tuple[Member, App]:
    """The member and the app of her wish; she has to see it."""
    member, app = wish.member(), wish.app()
    if not wish.world.visibility.sees(wish.world.state.people, app, member):
        raise ImpossibleError(f"{member.userid} does not see the app {app.name}")
    return member, app


def remember(wish: Wish, member: Member, app: App, kind: str, body: dict[str, Any]) -> None:
    """Keep what she did for the page that shows the app's chat."""
    wish.world.state.inboxes.did(member.userid, Deed(wish.world.now, app.agentid, kind, body))
    wish.world.notices.changed(member.userid)


def _card(wish: Wish, member: Member) -> tuple[SentMessage, InboxItem]:
    """Her copy of the card named by msgid, or the newest with that task_id."""
    inboxes = wish.world.state.inboxes
    msgid, task_id = wish.text("msgid", ""), wish.text("task_id", "")
    for item in reversed(inboxes.of(member.userid)):
        message = inboxes.sent.get(item.msgid)
        if message is None or item.dropped or message.recalled or message.msgtype != "template_card":
            continue
        if msgid == message.msgid or (not msgid and task_id and message.body.get("task_id") == task_id):
            return message, item
    raise ImpossibleError("she has no such card: give msgid or task_id", 404)


def _check_button(card: dict[str, Any], key: str) -> None:
    for button in card.get("button_list") or []:
        if button.get("key") == key and button.get("type", 0) == 0:
            return
        if button.get("type") == 1 and key in (button.get("key"), button.get("url")):
            raise ImpossibleError("this button opens a page; it calls nobody back", 400)
    if (card.get("submit_button") or {}).get("key") != key:
        raise ImpossibleError("the card has no button with this key", 404)


def _selected(wish: Wish, card: dict[str, Any]) -> list[tuple[str, xml.Value]]:
    """One SelectedItem per question; what she did not touch keeps the card's own choice."""
    questions = [each for each in (card.get("button_selection"), card.get("checkbox")) if each]
    questions += card.get("select_list") or []
    wanted = wish.mapping("selected")
    items: list[tuple[str, xml.Value]] = []
    for question in questions:
        options = [str(each["id"]) for each in question["option_list"]]
        preset = [str(each["id"]) for each in question["option_list"] if each.get("is_checked")]
        default = preset or [str(question["selected_id"])] * bool(question.get("selected_id"))
        chosen = wanted.get(question["question_key"], default)
        if not isinstance(chosen, list) or not set(chosen) <= set(options):
            raise ImpossibleError(f"{question['question_key']} takes a list out of {', '.join(options)}", 400)
        ticked: list[tuple[str, xml.Value]] = [("OptionId", each) for each in chosen]
        items.append(("SelectedItem", [("QuestionKey", str(question["question_key"])), ("OptionIds", ticked)]))
    return items
