"""联系客户统计: what members did with their customers, day by day (DOC 92132)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, integers, strings
from simulator.api.customers import follower
from simulator.days import DAY, midnight
from simulator.errors import ApiError
from simulator.world.statistics import DayFigures

MOST_IDS = 100
LONGEST = 30
OLDEST = 180


def behaviour(call: Call) -> dict[str, Any]:
    """One row a day; several members are added up."""
    userids, partyids = strings(call.body, "userid", MOST_IDS), integers(call.body, "partyid")
    if not userids and not partyids:
        raise ApiError(40063)
    if len(partyids) > MOST_IDS:
        raise ApiError(81017)
    first, last = window(call)
    wanted = [follower(call, userid).userid.lower() for userid in userids]
    for partyid in partyids:
        wanted += _inside(call, partyid)
    wanted = list(dict.fromkeys(wanted))
    return {"behavior_data": [_row(day, call.state.statistics.on(day, wanted)) for day in range(first, last + 1, DAY)]}


def window(call: Call) -> tuple[int, int]:
    """First and last day (their midnights) of start_time and end_time: both counted, at most 30, not older than 180."""
    start, end = integer(call.body, "start_time"), integer(call.body, "end_time")
    if not start or not end:
        raise ApiError(40063)
    first, last, today = midnight(start), midnight(end), midnight(call.world.now)
    if not today - OLDEST * DAY <= first <= last or last - first >= LONGEST * DAY:
        raise ApiError(40058)
    return first, min(last, today)


def _inside(call: Call, partyid: int) -> list[str]:
    """Members of a department and of those under it."""
    if partyid not in call.state.people.departments:
        raise ApiError(60003)
    if partyid not in call.world.visibility.departments(call.state.people, call.app):
        raise ApiError(60011)
    return list(call.state.people.below(partyid))


def _row(day: int, figures: list[DayFigures]) -> dict[str, Any]:
    """reply_percentage and avg_reply_time (minutes) are there only when customers opened chats."""
    row: dict[str, Any] = {
        "stat_time": day, "chat_cnt": sum(len(each.said) for each in figures),
        "message_cnt": sum(sum(each.said.values()) for each in figures),
        "negative_feedback_cnt": sum(each.deleted_by for each in figures),
        "new_apply_cnt": sum(each.applied for each in figures), "new_contact_cnt": sum(each.added for each in figures),
    }  # fmt: skip
    asked = sum(len(each.asked) for each in figures)
    waits = [seconds for each in figures for seconds in each.answered.values()]
    if asked:
        row["reply_percentage"] = round(100 * len(waits) / asked, 2)
    if waits:
        row["avg_reply_time"] = round(sum(waits) / len(waits) / 60)
    return row


ROUTES = {"externalcontact/get_user_behavior_data": Endpoint("POST", behaviour, "customer", {"behavior_data": []})}
