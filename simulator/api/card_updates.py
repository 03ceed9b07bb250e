"""message/update_template_card: grey a button or replace a card, once per response_code (DOC 94888)."""

from typing import Any

from simulator.api.agents import own_app
from simulator.api.call import Call, Endpoint, integer, integers, mapping, strings, text
from simulator.api.cards import CALLBACK_TYPES, CardCheck
from simulator.api.translation import translate
from simulator.errors import ApiError
from simulator.world.inboxes import SentMessage


def update(call: Call) -> dict[str, Any]:
    own_app(call, integer(call.body, "agentid", -1))
    message, pass_value = _message(call)
    button, card = mapping(call.body, "button"), mapping(call.body, "template_card")
    if button:
        text(button, "replace_name", missing=40063)
        if message.body.get("card_type") not in CALLBACK_TYPES:
            raise ApiError(42045)
    elif card:
        CardCheck(call, card, updating=True).run()
    else:
        raise ApiError(40063)
    reached, invalid = _targets(call, message)
    if not reached:
        raise ApiError(81013, invaliduser=invalid)
    if card and integer(call.body, "enable_id_trans"):
        card = translate(call.state.people, "template_card", card)
    for userid in reached:
        change(call, message.msgid, userid, button, card)
    del call.state.passes.responses[pass_value]
    return {"invaliduser": invalid}


def change(call: Call, msgid: str, userid: str, button: dict[str, Any], card: dict[str, Any]) -> None:
    """Put the new look into one member's copy."""
    item = call.state.inboxes.find_item(userid, msgid)
    if item is None:
        return
    if button:
        item.button = str(button["replace_name"])
    else:
        item.card, item.button = card, str(card.get("replace_text") or "")
    call.world.notices.changed(userid)


def _message(call: Call) -> tuple[SentMessage, str]:
    code = call.state.passes.responses.get(text(call.body, "response_code", missing=60140))
    if code is None or code.expires_at <= call.world.now:
        raise ApiError(60140)
    if code.agentid != call.app.agentid:
        raise ApiError(42015)
    message = call.state.inboxes.sent.get(code.msgid)
    if message is None:
        raise ApiError(60140)
    return message, code.code


def _targets(call: Call, message: SentMessage) -> tuple[list[str], list[str]]:
    """(recipients to change, lower-case userids that are none)."""
    userids, parties = strings(call.body, "userids", 1000), integers(call.body, "partyids")
    tags = integers(call.body, "tagids")
    if len(parties) > 100 or len(tags) > 100:
        raise ApiError(81017)
    if integer(call.body, "atall"):
        return list(message.recipients), []
    if not (userids or parties or tags):
        raise ApiError(82001)
    recipients = set(message.recipients)
    wanted = dict.fromkeys(userid.lower() for userid in userids)
    invalid = [userid for userid in wanted if userid not in recipients]
    for party in parties:
        wanted |= dict.fromkeys(call.state.people.below(party))
    for each in tags:
        wanted |= dict.fromkeys(call.state.people.tagged(each))
    return [userid for userid in wanted if userid in recipients], invalid


ROUTES = {"message/update_template_card": Endpoint("POST", update)}
