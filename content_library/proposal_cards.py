"""The words by which a guide hears what became of her contribution. Builds payloads, sends nothing."""

from foundation.config import settings
from foundation.db import Json
from wecom.cards import text_notice, to_member


def decided_card(userid: str, title: str, adopted: bool, answer: str) -> Json:
    """message/send of a decision (DOC 90236)."""
    card = text_notice(
        "您的投稿被采纳了" if adopted else "您的投稿这次没有采纳",
        f"{settings().public_base_url}/sidebar/proposals",
        desc=f"《{title}》",
        text="已经放进内容库，同事们发的时候会看到您的名字。谢谢您！" if adopted else f"原因：{answer}",
        source=settings().brand_name,
    )
    return to_member(userid, card)
