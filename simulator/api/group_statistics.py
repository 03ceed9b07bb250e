"""Figures of customer groups by owner and by day, out of what people did (DOC 92133)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer
from simulator.api.groups import owners
from simulator.days import DAY, midnight
from simulator.errors import ApiError

KEPT_DAYS = 180
LONGEST_DAYS = 30
ORDERS = {1: "new_chat_cnt", 2: "chat_total", 3: "new_member_cnt", 4: "member_total"}


def by_owner(call: Call) -> dict[str, Any]:
    """One row per owner who has or had groups."""
    first, last = _span(call)
    order, ascending = integer(call.body, "order_by", 1), integer(call.body, "order_asc", 0)
    offset, limit = integer(call.body, "offset", 0), integer(call.body, "limit", 500)
    if order not in ORDERS or ascending not in (0, 1) or offset < 0 or not 1 <= limit <= 1000:
        raise ApiError(40058)
    figures = call.state.groups.days.figures
    found = [(_spelled(call, each), figures([each], first, last)) for each in _owners(call)]
    found.sort(key=lambda row: row[1][ORDERS[order]], reverse=not ascending)
    rows = [{"owner": owner, "data": data} for owner, data in found]
    page = rows[offset : offset + limit]
    return {"total": len(rows), "next_offset": min(offset + len(page), len(rows)), "items": page}


def by_day(call: Call) -> dict[str, Any]:
    """One row per day, the owners together."""
    first, last = _span(call)
    chosen = _owners(call)
    figures = call.state.groups.days.figures
    days = range(first, last + 1, DAY)
    return {"items": [{"stat_time": day, "data": figures(chosen, day, day)} for day in days]}


def _span(call: Call) -> tuple[int, int]:
    """First and last day, floored to Shanghai midnights; both lie between 180 days ago and yesterday, at most 30 apart."""
    begin = integer(call.body, "day_begin_time", 0)
    if not begin:
        raise ApiError(40063)
    first, last = midnight(begin), midnight(integer(call.body, "day_end_time", begin))
    today = midnight(call.world.now)
    if not today - KEPT_DAYS * DAY <= first <= last < today or last - first > (LONGEST_DAYS - 1) * DAY:
        raise ApiError(40058)
    return first, last


def _owners(call: Call) -> list[str]:
    """Lower-case userids with figures: those asked for, or all the app sees."""
    wanted, days = owners(call), call.state.groups.days
    if wanted is None:
        return [each for each in days.by_owner if call.world.sees(call.app, each) is not None]
    return [each for each in dict.fromkeys(wanted) if days.knows(each)]


def _spelled(call: Call, userid: str) -> str:
    member = call.world.member(userid)
    return member.userid if member else userid


ROUTES = {
    "externalcontact/groupchat/statistic": Endpoint("POST", by_owner, "customer", {"items": []}),
    "externalcontact/groupchat/statistic_group_by_day": Endpoint("POST", by_day, "customer", {"items": []}),
}
