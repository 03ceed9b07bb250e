"""The words of a customer's wish on her guide's phone. Builds payloads, sends nothing."""

from customers.models import Consent
from foundation.config import settings
from foundation.db import Json
from foundation.text import cut
from wecom.cards import text_notice, to_member

TITLES = {Consent.SERVICE_ONLY: "客户不想再收广告", Consent.NONE: "客户不想再收到消息"}
ADVICE = {
    Consent.SERVICE_ONLY: "已记下：只发服务消息。所有门店都会照做，客户问您时照常回答。",
    Consent.NONE: "已记下：什么都不主动发。所有门店都会照做，客户找您时照常回答。",
}


def wish_card(userid: str, external_userid: str, name: str, wish: Consent, words: str) -> Json:
    """message/send to her guide; it opens the customer (DOC 90236)."""
    card = text_notice(
        TITLES[wish],
        f"{settings().public_base_url}/sidebar/customers/{external_userid}",
        desc=ADVICE[wish],
        rows=[("客户", cut(name or "微信客户", 20)), ("原话", cut(words.replace("\n", " "), 26))],
        source=settings().brand_name,
    )
    return to_member(userid, card)
