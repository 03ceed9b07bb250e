"""The words of a next step's reminder on a phone. Builds payloads, sends nothing."""

from customers.service_models import NextStep
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from foundation.text import cut
from wecom.cards import text_notice, to_member


def step_card(userid: str, step: NextStep, external_userid: str, name: str) -> Json:
    """message/send to the guide who planned it; it opens the customer (DOC 90236)."""
    due = step.due_at.astimezone(clock.SHANGHAI)
    card = text_notice(
        cut(step.text, 26),
        f"{settings().public_base_url}/sidebar/customers/{external_userid}",
        desc="您记下的下一步，到时间了",
        rows=[("客户", cut(name or "微信客户", 20)), ("约定", f"{due:%m月%d日 %H:%M}")],
        text=step.text if len(step.text) > 26 else "",
        source=settings().brand_name,
    )
    return to_member(userid, card)
