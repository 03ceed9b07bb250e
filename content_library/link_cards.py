"""The words by which a guide hears that what she sent was opened. Builds payloads, sends nothing."""

from datetime import datetime

from content_library.link_models import Reader
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from wecom.cards import text_notice, to_member

KINDS = {
    "image": "图片", "link": "链接", "article": "文章", "video": "视频", "file": "文件", "miniprogram": "小程序", 
    "coupon": "优惠券", "look": "搭配", "script": "话术", "poster": "海报",
}  # fmt: skip


def opened_card(userid: str, external_userid: str, name: str, title: str, kind: str, reader: str, at: datetime) -> Json:
    """message/send that leads to the customer's page (DOC 90236)."""
    hers = reader == Reader.HERS
    card = text_notice(
        f"{name}打开了您发的内容" if hers else f"{name}转发的内容有人看了",
        f"{settings().public_base_url}/sidebar/customers/{external_userid}",
        desc="趁热聊两句，回复率最高" if hers else "新读者还不是您的客户，可以请她介绍认识",
        rows=[(KINDS.get(kind, "内容"), title), ("时间", at.astimezone(clock.SHANGHAI).strftime("%H:%M"))],
        source=settings().brand_name,
    )
    return to_member(userid, card)
