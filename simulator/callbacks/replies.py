"""Passive replies: opens the sealed answer to a callback and shows it in the app's chat (DOC 90241)."""

import logging
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from simulator import ids
from simulator.callbacks.card_xml import card_from_xml
from simulator.callbacks.crypto import Envelope, EnvelopeError
from simulator.callbacks.event import Event
from simulator.world.apps import Receiver
from simulator.world.inboxes import InboxItem, SentMessage
from simulator.world.world import World

log = logging.getLogger(__name__)
ANSWERED = frozenset({
    "text", "image", "voice", "video", "location", "link", "subscribe", "enter_agent", "LOCATION", "click", "view",
    "view_miniprogram", "scancode_waitmsg", "template_card_menu_event", "template_card_event",
})  # fmt: skip

MEDIA = frozenset({"image", "voice", "video"})
CARDS = frozenset({"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"})
MOST_ARTICLES = 8


def keeper(world: World) -> Callable[[Event, Receiver, bytes], None]:
    """What the delivery calls with every non-empty answer; a body that is no reply is logged and dropped."""

    def keep(event: Event, receiver: Receiver, body: bytes) -> None:
        try:
            inner = _open(world, receiver, body)
        except (EnvelopeError, ElementTree.ParseError, ValueError) as error:
            log.warning("the answer to event %s is no passive reply: %s", event.id, error)
            return
        if event.event in ANSWERED and receiver.agentid is not None:
            with world.lock:
                # A slow answer to an event from before a reset has nothing to say in the fresh world.
                if event.generation == world.delivery.generation:
                    _show(world, receiver.agentid, event, inner)

    return keep


def _open(world: World, receiver: Receiver, body: bytes) -> ElementTree.Element:
    outer = _parse(body)
    envelope = Envelope(receiver.token, receiver.aes_key, world.state.corpid)
    values = [outer.findtext(name) or "" for name in ("MsgSignature", "TimeStamp", "Nonce", "Encrypt")]
    return _parse(envelope.open(*values))


def _parse(content: bytes) -> ElementTree.Element:
    # A DTD could expand without end; a reply has none.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("a reply has no DTD")
    return ElementTree.fromstring(content)  # noqa: S314  entities were refused above


def _show(world: World, agentid: int, event: Event, inner: ElementTree.Element) -> None:
    userid, msgtype = inner.findtext("ToUserName") or "", inner.findtext("MsgType") or ""
    if world.member(userid) is None:
        return
    if msgtype in ("update_button", "update_template_card"):
        if world.delivery.options.passive_card_updates or event.event != "template_card_event":
            _update(world, userid, event, inner, msgtype)
        return
    body = _body(inner, msgtype)
    if body is None or not _has_media(world, msgtype, body):
        log.warning("the answer to event %s is a %s nobody can show", event.id, msgtype or "reply without MsgType")
        return
    sent = SentMessage(ids.opaque(world.rng, 48), world.now, agentid, msgtype, body, [userid.lower()])
    world.state.inboxes.keep_sent(sent)
    world.state.inboxes.deliver(userid, InboxItem(sent.msgid, sent.at))
    world.notices.changed(userid)


def _update(world: World, userid: str, event: Event, inner: ElementTree.Element, msgtype: str) -> None:
    """Only the clicker's own copy changes."""
    told = {name: value for name, value in event.fields if isinstance(value, str)}
    code = world.state.passes.responses.get(told.get("ResponseCode", ""))
    item = world.state.inboxes.find_item(userid, code.msgid) if code else None
    if item is None:
        return
    if msgtype == "update_button":
        item.button = inner.findtext("Button/ReplaceName") or ""
    else:
        written = inner.find("TemplateCard")
        card = card_from_xml(written) if written is not None else {}
        if card.get("card_type") not in CARDS:
            log.warning("the answer to event %s has no card in it", event.id)
            return
        item.card, item.button = card, str(card.get("replace_text") or "")
    world.notices.changed(userid)


def _has_media(world: World, msgtype: str, body: dict[str, Any]) -> bool:
    if msgtype not in MEDIA:
        return True
    media = world.state.files.find_alive(str(body["media_id"]), world.now)
    return media is not None and media.type == msgtype


def _body(inner: ElementTree.Element, msgtype: str) -> dict[str, Any] | None:
    """The reply in the shape message/send would have had; None for a type nobody knows."""
    if msgtype == "text":
        return {"content": (inner.findtext("Content") or "").encode()[:2048].decode("utf-8", "ignore")}
    if msgtype in MEDIA:
        names = (("media_id", "MediaId"), *((("title", "Title"), ("description", "Description")) if msgtype == "video" else ()))
        return {key: inner.findtext(f"{msgtype.capitalize()}/{tag}") or "" for key, tag in names}
    if msgtype == "news":
        names = (("title", "Title"), ("description", "Description"), ("picurl", "PicUrl"), ("url", "Url"))
        articles = inner.findall("Articles/item")[:MOST_ARTICLES]
        return {"articles": [{key: each.findtext(tag) or "" for key, tag in names} for each in articles]}
    return None
