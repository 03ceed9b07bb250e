"""What we ask the platform. Raises PlatformError kinds; never inside a transaction, never a write (those are the outbox's)."""

from dataclasses import dataclass
from typing import Any

from foundation.db import Json
from foundation.log import logger
from wecom.client import app_client
from wecom.errors import Refused

log = logger(__name__)
MAY_NOT_SEE_DETAILS = frozenset({60011, 48009})
NO_CUSTOMERS = 84061


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sign-in code belongs to: a member (userid), a customer (external_userid), or a stranger (neither)."""

    userid: str | None
    external_userid: str | None


def _get(call: str, **params: Any) -> Json:
    answer: Json = app_client().get(call, params=params)
    return answer


def _post(call: str, body: Json) -> Json:
    answer: Json = app_client().post(call, data=body)
    return answer


def list_departments() -> list[Json]:
    """Every department the app may see: id, name, parentid, order, department_leader (DOC 90208)."""
    return list(_get("department/list").get("department") or [])


def list_department_users(department_id: int) -> list[Json]:
    """Members directly in a department, with details (DOC 90201).

    Where the app may not see details, the reduced rows of user/simplelist (userid, name, department), each marked
    `"partial": True`: their missing fields are unknown, not empty.
    """
    try:
        return list(_get("user/list", department_id=department_id).get("userlist") or [])
    except Refused as error:
        if error.errcode not in MAY_NOT_SEE_DETAILS:
            raise
        log.info("members without details", department_id=department_id, errcode=error.errcode)
    rows = _get("user/simplelist", department_id=department_id).get("userlist") or []
    return [{**row, "partial": True} for row in rows]


def get_user(userid: str) -> Json:
    """One member (DOC 90196). Refused 60111 when there is none the app may see."""
    return _get("user/get", userid=userid)


def list_follow_userids() -> list[str]:
    """Members who use customer contact and are visible (DOC 92571)."""
    return list(_get("externalcontact/get_follow_user_list").get("follow_user") or [])


def pull_customers(userids: list[str], cursor: str = "") -> tuple[list[Json], str, list[str]]:
    """A page of (customer, follow) rows of ≤ 100 members, the next cursor ("" at the end), unlicensed members (DOC 92994)."""
    body = {"userid_list": userids, "cursor": cursor, "limit": 100}
    try:
        answer = _post("externalcontact/batch/get_by_user", body)
    except Refused as error:
        if error.errcode == NO_CUSTOMERS:
            return [], "", []
        raise
    unlicensed = (answer.get("fail_info") or {}).get("unlicensed_userid_list") or []
    return list(answer.get("external_contact_list") or []), str(answer.get("next_cursor") or ""), list(unlicensed)


def get_customer(external_userid: str) -> Json:
    """{"external_contact": …, "follow_user": [… of all pages]} (DOC 92114). Refused 84061 when nobody visible follows her."""
    follows: list[Json] = []
    cursor = ""
    while True:
        answer = _get("externalcontact/get", external_userid=external_userid, cursor=cursor or None)
        follows += answer.get("follow_user") or []
        following = str(answer.get("next_cursor") or "")
        if not following or following == cursor:
            return {"external_contact": answer.get("external_contact") or {}, "follow_user": follows}
        cursor = following


def transfer_results(departed: bool, from_userid: str, to_userid: str) -> list[Json]:
    """Every takeover asked for between two members, the last of each customer: external_userid, status (1 taken over, 2 waiting,
    3 refused, 4 receiver full), takeover_time (DOC 94088; of a member who left: DOC 94082).
    """
    call = f"externalcontact/{'resigned/' if departed else ''}transfer_result"
    rows: list[Json] = []
    cursor = ""
    while True:
        answer = _post(call, {"handover_userid": from_userid, "takeover_userid": to_userid, "cursor": cursor})
        rows += answer.get("customer") or []
        following = str(answer.get("next_cursor") or "")
        if not following or following == cursor:
            return rows
        cursor = following


def list_unassigned(cursor: str = "") -> tuple[list[Json], str]:
    """A page of (handover_userid, external_userid, dimission_time) of customers whose member left, and the next cursor, "" at the
    end (DOC 92124).
    """
    answer = _post("externalcontact/get_unassigned_list", {"cursor": cursor, "page_size": 1000})
    following = "" if answer.get("is_last") else str(answer.get("next_cursor") or "")
    return list(answer.get("info") or []), following


def list_corp_tags() -> list[Json]:
    """Every tag group with its tags (DOC 92117)."""
    return list(_post("externalcontact/get_corp_tag_list", {}).get("tag_group") or [])


def sync_kf(open_kfid: str, cursor: str, token: str = "") -> tuple[list[Json], str, bool]:
    """A page of what was said on a 微信客服 account after the cursor ("": the last three days), the next cursor, and whether more
    follows (DOC 94670). `token` of the newest event, ten minutes good, spares the strict limit. Refused 95007 for an old one.
    """
    body = {"open_kfid": open_kfid, "cursor": cursor, "limit": 1000, "voice_format": 0}
    answer = _post("kf/sync_msg", body | ({"token": token} if token else {}))
    return list(answer.get("msg_list") or []), str(answer.get("next_cursor") or cursor), bool(answer.get("has_more"))


def identity_of_code(code: str) -> Identity:
    """Who signed in (DOC 91023). Refused 40029, 42003 or 42022 for a code that is wrong, old or used."""
    answer = _get("auth/getuserinfo", code=code)
    return Identity(answer.get("userid") or answer.get("UserId") or None, answer.get("external_userid") or None)


def get_agent() -> Json:
    """Our app as the admin console has it: name, visible range, trusted domain, closed or not (DOC 90227)."""
    return _get("agent/get", agentid=app_client().agent_id)


def get_callback_ips() -> list[str]:
    """Where callbacks come from (DOC 90238)."""
    return list(_get("getcallbackip").get("ip_list") or [])
