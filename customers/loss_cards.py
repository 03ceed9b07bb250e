"""The words of a loss on a phone. Builds payloads, sends nothing."""

from customers.handover_models import Loss
from customers.loss_rules import BY_CUSTOMER
from customers.rfm_rules import VALUE_NAMES
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from foundation.text import cut
from wecom.cards import text_notice, to_member


def loss_card(userid: str, loss: Loss, external_userid: str, name: str, guide: str, value: int, *, own: bool) -> Json:
    """message/send to the guide herself (`own`) or to her manager; it opens the customer (DOC 90236)."""
    if own:
        title, desc = "有一位客户删除了您", "先别急着重新加她。看看最近发过什么，下次她来店里时好好招待"
    elif loss.by == BY_CUSTOMER:
        title, desc = f"一位客户删除了{cut(guide, 12)}", "和导购一起看看最近发过什么，需要时换一位同事维护"
    else:
        title, desc = f"{cut(guide, 12)}删除了一位客户", "请了解原因；需要的话，可以请其他同事重新添加她"
    rows = [("客户", cut(name or "微信客户", 20)), ("时间", f"{loss.at.astimezone(clock.SHANGHAI):%m月%d日 %H:%M}")]
    if loss.days is not None:
        rows.append(("加好友", f"{loss.days} 天" if loss.days else "当天"))
    if value > 0:
        rows.append(("价值", f"{value} 级 {VALUE_NAMES[value]}"))
    url = f"{settings().public_base_url}/sidebar/customers/{external_userid}"
    return to_member(userid, text_notice(title, url, desc=desc, rows=rows, source=settings().brand_name))
