"""template_card_event (DOC 90240): a guide pressed a button of a card. Her card tells her what came of it."""

from sqlalchemy.orm import Session

from bot.fields import need, text_of
from bot.models import InboundEvent
from org.queries import find_staff
from outbox.actions import enqueue
from outbox.models import Lane
from sop.actions import finish
from sop.rules import OUTCOME_WORDS, Outcome
from wecom.cards import replaced_button

GONE = "已失效"


def pressed(session: Session, event: InboundEvent) -> None:
    """Finish what the button stands for, once, and grey the button out with the result (DOC 94888)."""
    userid = need(event.body, "FromUserName")
    words = _act(session, userid, text_of(event.body, "EventKey"))
    code = text_of(event.body, "ResponseCode")
    if code:
        _answer(session, userid, code, words, event)


def _act(session: Session, userid: str, key: str) -> str:
    name, _, number = key.partition(":")
    guide = find_staff(session, userid)
    if name != "done" or not (number.isascii() and number.isdigit() and len(number) < 19):
        return GONE
    if guide is None:
        return OUTCOME_WORDS[Outcome.NOT_HERS]
    return OUTCOME_WORDS[finish(session, guide, int(number), via="card").outcome]


def _answer(session: Session, userid: str, code: str, words: str, event: InboundEvent) -> None:
    payload = replaced_button([userid], code, words)
    key = f"card:{event.digest.hex()}"
    enqueue(session, Lane.INTERACTIVE, "message/update_template_card", {key: payload}, about=f"event:{event.id}")
