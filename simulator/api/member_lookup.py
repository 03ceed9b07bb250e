"""A member found by mobile number or mail address (DOC 95402, 95895)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.member_fields import mobile_of
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.people import Member

CORP_MAIL, OWN_MAIL = 1, 2


def by_mobile(call: Call) -> dict[str, Any]:
    """Guessing is dear: misses beyond a fifth of the corp's members close the call until the natural day ends."""
    quotas, who, now = call.world.limits.quotas, str(call.app.agentid), call.world.now
    mobile = text(call.body, "mobile", missing=40063)
    most = len(call.state.people.members) * quotas.figures["missed_mobiles_percent"] // 100
    if quotas.used("missed mobile", who, now, DAY) > most:
        raise ApiError(45009)
    if not 5 <= len(mobile.encode()) <= 32:
        raise ApiError(60103)
    found = next((each for each in _seen(call) if mobile_of(each.mobile) == mobile_of(mobile)), None)
    if found is None:
        quotas.take("missed mobile", who, now, DAY, most)
        raise ApiError(60146)
    return {"userid": found.userid}


def by_email(call: Call) -> dict[str, Any]:
    """email_type 1 (the default) is the corp's mailbox, 2 the address she gave herself."""
    email, kind = text(call.body, "email", missing=40063).lower(), integer(call.body, "email_type", CORP_MAIL)
    if kind not in (CORP_MAIL, OWN_MAIL):
        raise ApiError(40058)
    corp = kind == CORP_MAIL
    found = next((each for each in _seen(call) if (each.biz_mail if corp else each.email).lower() == email), None)
    if found is None:
        raise ApiError(60148 if corp else 60147)
    return {"userid": found.userid}


def _seen(call: Call) -> list[Member]:
    return call.world.visibility.members(call.state.people, call.app)


ROUTES = {
    "user/getuserid": Endpoint("POST", by_mobile, "contacts_simple", {"userid": ""}),
    "user/get_userid_by_email": Endpoint("POST", by_email, "contacts_simple", {"userid": ""}),
}
