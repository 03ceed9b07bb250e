"""Refusals as the platform words them: HTTP 200, errcode, and a text with the hint tail (DOC 90313)."""

import random
from typing import Any

from simulator import ids

TEXTS = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40005: "invalid type parameter",
    40006: "invalid file size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40011: "invalid video size",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40016: "invalid button count",
    40017: "invalid button type",
    40018: "invalid button name length",
    40019: "invalid button key length",
    40020: "invalid button url length",
    40022: "invalid sub button level",
    40023: "invalid sub button count",
    40025: "invalid sub button name length",
    40029: "invalid code",
    40032: "invalid userid list length",
    40035: "invalid parameter",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    40063: "some parameters are empty",
    40068: "invalid tagid",
    40071: "tag name already existed",
    40072: "invalid tag name length",
    40074: "news message can not be safe",
    40093: "invalid signature",
    40094: "invalid url",
    40096: "invalid external userid",
    40123: "invalid image format",
    40126: "corp tag count over limit",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41006: "media_id missing",
    41008: "code missing",
    41009: "userid missing",
    41010: "url missing",
    41011: "agentid missing",
    41016: "title missing",
    41033: "description missing",
    41035: "external_userid missing",
    41037: "contact way type missing",
    41038: "contact way scene missing",
    41039: "invalid contact way type",
    41040: "invalid contact way scene",
    41041: "contact way user count over limit",
    41042: "invalid contact way style",
    41043: "config_id missing",
    41044: "invalid config_id",
    41045: "contact way count over limit",
    41049: "welcome_code missing",
    41050: "invalid welcome_code",
    41051: "customer has started chatting with the member",
    41054: "user is not activated",
    41064: "attachments over limit",
    41065: "invalid attachment msgtype",
    41096: "welcome message is being sent",
    42001: "access_token expired",
    42003: "code expired",
    42014: "invalid task_id",
    42015: "agentid does not match the card",
    42022: "code has been used",
    42052: "msgid expired",
    43012: "callback url is required",
    44001: "empty media data",
    44004: "text content is empty",
    45001: "media file is too large",
    45002: "message content is too long",
    45008: "article count over limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    46003: "menu is not set",
    48002: "api forbidden",
    48009: "api forbidden for contact assistant",
    50001: "redirect_uri is not a trusted domain",
    50002: "member is out of the app's range",
    50100: "invalid cursor",
    60003: "department not found",
    60011: "no privilege to access/modify contact/party/agent ",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    60140: "invalid response_code",
    81011: "no privilege to operate the tag",
    81013: "user & party & tag all invalid",
    81017: "request count over limit",
    82001: "all of user, party and tag are empty",
    82002: "party list over limit",
    82003: "tag list over limit",
    84014: "user_ticket expired",
    84015: "invalid user_ticket",
    84061: "not external contact",
    84074: "no external contact permission",
    91040: "invalid ticket type",
    301002: "not allow operate another agent with this accesstoken.",
}


class ApiError(Exception):
    """A refused call. `extra` holds keys of the normal answer that stand beside the error."""

    def __init__(self, code: int, text: str = "", **extra: Any) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text or TEXTS.get(code, "invalid parameter")
        self.extra = extra


class NotServedError(Exception):
    """Something the platform has and the simulator has not: answered loudly, never invented."""


def wrong_json() -> ApiError:
    """Malformed or wrongly typed JSON (DOC 90313)."""
    return ApiError(40058, "invalid Request Parameter. Warning: wrong json format. ")


def error_body(error: ApiError, rng: random.Random, now: float, ip: str) -> dict[str, Any]:
    tail = f", hint: [{ids.hint(rng, now)}], from ip: {ip}, "
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={error.code}"
    return {"errcode": error.code, "errmsg": f"{error.text}{tail}{more}", **error.extra}
