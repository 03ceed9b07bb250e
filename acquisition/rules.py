"""What a welcome says and until when it may be sent; what a channel code is called. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from acquisition.models import ChannelCode, CodeStatus
from foundation.db import Json
from foundation.text import clean, cut, cut_bytes

WELCOME_LIFE = timedelta(seconds=18)
TEXT_LENGTH = 2000
TEXT_BYTES = 4000
VARIABLES = ("客户称呼", "导购", "门店")
VARIABLE = re.compile(r"\{([^{}\n]{1,12})\}")
REMARK_LENGTH = 30
NEUTRAL_NAME = "您"
LONGEST_NAME = 20
# The channel of a guide's own code (个人名片), as her page asks for it.
OWN_CHANNEL = "个人名片"
_BY_USE = (CodeStatus.READY, CodeStatus.WANTED, CodeStatus.FAILED)

DEFAULT_TEXT = (
    "{客户称呼}好，我是{门店}的导购{导购}，很高兴认识您！\n"
    "以后选款、尺码、保养，或想知道店里到了什么新品，随时在这里找我，我会尽快回复您。"
)


def welcome_problem(template: str) -> str | None:
    """Why a welcome cannot be kept, in Chinese; None when it can. The platform takes at most 4000 bytes (DOC 92137)."""
    if not template.strip() or len(template) > TEXT_LENGTH:
        return f"1 到 {TEXT_LENGTH} 个字"
    size = len(template.encode())
    if size > TEXT_BYTES:
        return f"最多 {TEXT_BYTES} 字节（约 {TEXT_BYTES // 3} 个汉字），现在 {size} 字节"
    unknown = [name for name in VARIABLE.findall(template) if name not in VARIABLES]
    return f"不认识的变量 {{{unknown[0]}}}，可用：" + " ".join(f"{{{name}}}" for name in VARIABLES) if unknown else None


def welcome_deadline(event_at: datetime) -> datetime:
    """The platform takes a welcome within 20 s of the event (DOC 92137); two are left for the way there."""
    return event_at + WELCOME_LIFE


def welcome_text(template: str, *, customer: str, guide: str, store: str) -> str:
    """The template with {客户称呼} {导购} {门店} filled in, at most 4000 bytes.

    The add event does not tell the customer's name: one never met is greeted as 您.
    """
    name = customer if 0 < len(customer) <= LONGEST_NAME else NEUTRAL_NAME
    words: Mapping[str, str] = {"客户称呼": name, "导购": guide, "门店": store}
    for key, value in words.items():
        template = template.replace("{" + key + "}", clean(value))
    return cut_bytes(template, TEXT_BYTES)


def welcome_payload(welcome_code: str, text: str, picture: Json | None) -> Json:
    """The body of send_welcome_msg. `picture` is a media slot; when the file cannot be had the sender drops the attachment."""
    payload: Json = {"welcome_code": welcome_code, "text": {"content": text}}
    if picture is not None:
        payload["attachments"] = [{"msgtype": "image", "image": {"media_id": picture}}]
    return payload


def own_code(codes: Sequence[ChannelCode]) -> ChannelCode | None:
    """Which of one guide's codes stands for her, on posters and on her page: ready before wanted before failed, then that of
    her own channel, then the oldest; None when she has none.
    """
    return min(
        codes, key=lambda code: (_BY_USE.index(CodeStatus(code.status)), code.channel != OWN_CHANNEL, code.id), default=None
    )


def ready_code(codes: Sequence[ChannelCode]) -> ChannelCode | None:
    """`own_code` when it can be scanned already."""
    code = own_code(codes)
    return code if code is not None and code.status == CodeStatus.READY and code.qr_code else None


def code_payload(userid: str, channel: str, state: str) -> Json:
    """The body of add_contact_way: one member, a QR code, added without asking (DOC 92228)."""
    return {
        "type": 1,
        "scene": 2,
        "style": 1,
        "remark": cut(channel, REMARK_LENGTH),
        "skip_verify": True,
        "state": state,
        "user": [userid],
    }
