"""What the guide's page sends: sends, tags, answers, photos. Checks form, size and origin; decides nothing about business."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from content_library.pictures import as_photo
from customers.models import Consent
from foundation import clock
from foundation.blobs import keep_blob
from foundation.config import settings
from foundation.db import Json
from foundation.errors import Invalid, TooLarge

MAX_PHOTO = 10 * 1024 * 1024
MAX_PHOTO_SIDE = 1600
MAX_PHOTOS = 3
PHOTO_DAYS = 3


@dataclass(frozen=True)
class SendReport:
    """A send the page reports, perhaps hours later because the phone had no network."""

    once: str
    external_userid: str
    item_id: int
    version_id: int
    bubbles: int
    edited: bool
    at: datetime
    assignment_id: int | None = None
    reply: bool = False


def _number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**62:
        raise Invalid("内容有误，请刷新页面", {name: "不是数字"})
    return value


def _moment(value: object) -> datetime:
    """The page's milliseconds, kept only when they are plausible: at most three days old, never in the future."""
    now = clock.now()
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 4e12:
        return now
    moment = datetime.fromtimestamp(value / 1000, UTC)
    return moment if now - clock.days(3) < moment < now else now


def send_report(body: object) -> SendReport:
    """A reported send. Raises Invalid."""
    if not isinstance(body, dict):
        raise Invalid("内容有误，请刷新页面")
    once, external_userid = str(body.get("once", "")), str(body.get("customer", ""))
    if not re.fullmatch(r"[A-Za-z0-9-]{8,60}", once) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", external_userid):
        raise Invalid("内容有误，请刷新页面")
    return SendReport(
        once=once,
        external_userid=external_userid,
        item_id=_number(body.get("item"), "item"),
        version_id=_number(body.get("version"), "version"),
        bubbles=min(_number(body.get("bubbles", 1), "bubbles"), 9),
        edited=bool(body.get("edited")),
        at=_moment(body.get("at")),
        assignment_id=None if body.get("task") is None else _number(body["task"], "task"),
        reply=body.get("reply") is True,
    )


def sending_form(body: object) -> tuple[int, bool]:
    """(item, whether it answers what she asked just now). Raises Invalid."""
    if not isinstance(body, dict):
        raise Invalid("内容有误，请刷新页面")
    return _number(body.get("item"), "item"), body.get("reply") is True


def consent_choice(text: str) -> Consent:
    """The consent a guide tapped. Raises Invalid."""
    if text not in set(Consent):
        raise Invalid("内容有误，请刷新页面", {"consent": "没有这个选项"})
    return Consent(text)


def tag_changes(body: object) -> tuple[list[int], list[int]]:
    """Tags to add and to take off, our ids, at most 20 each. Raises Invalid."""
    if not isinstance(body, dict):
        raise Invalid("内容有误，请刷新页面")
    sides: list[list[int]] = []
    for side in ("add", "remove"):
        asked = body.get(side, [])
        if not isinstance(asked, list) or len(asked) > 20:
            raise Invalid("一次最多改 20 个标签")
        sides.append([_number(tag_id, side) for tag_id in asked])
    return sides[0], sides[1]


def task_answer(body: object) -> tuple[str, list[str]]:
    """The text and the photos' signed names of an answer; either may be missing. Raises Invalid."""
    given = body if body is not None else {}
    if not isinstance(given, dict):
        raise Invalid("内容有误，请刷新页面")
    text, photos = given.get("text") or "", given.get("photos") or []
    if not isinstance(text, str) or not isinstance(photos, list):
        raise Invalid("内容有误，请刷新页面")
    return text, [str(token) for token in photos]


def _signer(staff_id: int) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt=f"photo:{staff_id}")


def keep_photo(file: FileStorage | None, staff_id: int) -> Json:
    """Keep one photo, re-encoded to JPEG of at most 1600 px, without its place and camera; returns its signed name.

    What is not a photo by its content is refused before it is decoded. Raises Invalid, TooLarge.
    """
    if file is None:
        raise Invalid("没有收到照片", {"photo": "请再拍一次"})
    content = file.stream.read(MAX_PHOTO + 1)
    if len(content) > MAX_PHOTO:
        raise TooLarge("照片太大，最多 10 MB")
    photo = as_photo(content, MAX_PHOTO_SIDE)
    return {"photo": _signer(staff_id).dumps(keep_blob(photo)), "bytes": len(photo)}


def photo_keys(tokens: list[str], staff_id: int) -> list[str]:
    """The blob keys of photos this person uploaded in the last days. Raises Invalid for any other."""
    if len(tokens) > MAX_PHOTOS:
        raise Invalid(f"最多 {MAX_PHOTOS} 张照片", {"photos": f"最多 {MAX_PHOTOS} 张"})
    try:
        return [str(_signer(staff_id).loads(token, max_age=PHOTO_DAYS * 86400)) for token in tokens]
    except BadData:
        raise Invalid("照片已失效，请重新拍摄", {"photos": "请重新拍摄"}) from None
