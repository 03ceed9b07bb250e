"""在职/离职继承 of customers: hand over, how it went, who waits for somebody (DOC 92125, 94088, 92124, 94081)."""

from itertools import islice
from typing import Any

from simulator import transferring
from simulator.api.call import Call, Endpoint, integer, strings, text
from simulator.api.customers import follower
from simulator.api.paging import cursor_of, position_of
from simulator.days import DAY
from simulator.errors import ApiError
from simulator.world.customers import Relation
from simulator.world.people import Member
from simulator.world.transfers import DONE, WAITING, Kind, Leaver, Transfer

A_PAGE = 1_000
YEAR = 365 * DAY
MOST_PAGES = 1_000_000


def hand_over(call: Call) -> dict[str, Any]:
    """transfer_customer: both members in service."""
    userid, takeover, message = _two(call)
    _check_login(call, userid)
    return _start(call, Kind.ONJOB, follower(call, userid).userid, takeover, message)


def hand_over_resigned(call: Call) -> dict[str, Any]:
    """resigned/transfer_customer: of a member who left less than a year ago; 40097 when she is still there."""
    userid, takeover, _ = _two(call)
    if call.world.member(userid) is not None:
        raise ApiError(40097)
    leaver = call.state.transfers.leavers.get(userid.lower())
    if leaver is None or not _recent(call, leaver):
        raise ApiError(40003)
    if not _sees(call, leaver):
        raise ApiError(60011)
    return _start(call, Kind.RESIGNED, leaver.member.userid, takeover, "")


def result(call: Call) -> dict[str, Any]:
    return _result(call, Kind.ONJOB)


def result_resigned(call: Call) -> dict[str, Any]:
    return _result(call, Kind.RESIGNED)


def unassigned(call: Call) -> dict[str, Any]:
    """get_unassigned_list; the last to leave first. `page_id` is the old way of paging."""
    size = integer(call.body, "page_size", A_PAGE)
    page = integer(call.body, "page_id")
    if size < 1 or not 0 <= page <= MOST_PAGES:
        raise ApiError(40058)
    size = min(size, A_PAGE)
    start = position_of(call, "get_unassigned_list", text(call.body, "cursor")) or page * size
    leavers = sorted(call.state.transfers.leavers.values(), key=lambda each: -each.dimission_time)
    rows = (
        {"handover_userid": leaver.member.userid, "external_userid": follow.external_userid,
         "dimission_time": leaver.dimission_time}
        for leaver in leavers if _recent(call, leaver) and _sees(call, leaver)
        for follow in transferring.unassigned(call.world, leaver)
    )  # fmt: skip
    found = list(islice(rows, start, start + size + 1))
    more = len(found) > size
    cursor = cursor_of(call, "get_unassigned_list", start + size, start + size + more)
    return {"info": found[:size], "is_last": not more, "next_cursor": cursor}


def _two(call: Call) -> tuple[str, Member, str]:
    """handover_userid, the member who takes over, transfer_success_msg; checked as far as they are about members."""
    handover = text(call.body, "handover_userid", missing=41009)
    takeover = follower(call, text(call.body, "takeover_userid", missing=41009))
    message = text(call.body, "transfer_success_msg", max_chars=200)
    if handover.lower() == takeover.userid.lower():
        raise ApiError(40130)
    if takeover.status != 1:
        raise ApiError(41054)
    if takeover.userid.lower() in call.state.transfers.rules.not_real_name:
        raise ApiError(40098)
    _check_login(call, takeover.userid)
    return handover, takeover, message


def _check_login(call: Call, userid: str) -> None:
    if userid.lower() in call.state.transfers.rules.not_logged_in:
        raise ApiError(40205)


def _start(call: Call, kind: Kind, handover: str, takeover: Member, message: str) -> dict[str, Any]:
    """One row per customer: 0 is begun, not done."""
    wanted = strings(call.body, "external_userid", 100)
    if not wanted:
        raise ApiError(41035)
    rows = []
    for external_userid in wanted:
        code = _obstacle(call, kind, handover, takeover, external_userid)
        if code == 0:
            transferring.start(call.world, kind, handover, takeover, external_userid, message)
        rows.append({"external_userid": external_userid, "errcode": code})
    return {"customer": rows}


def _obstacle(call: Call, kind: Kind, handover: str, takeover: Member, external_userid: str) -> int:
    """Why this customer cannot be handed over; 0 when she can."""
    customers, transfers = call.state.customers, call.state.transfers
    if customers.find(external_userid) is None:
        return 40096
    mine = [each for each in transfers.of_customer(external_userid) if each.handover_userid.lower() == handover.lower()]
    follow = customers.find_follow(handover, external_userid)
    if follow is None or follow.relation is not Relation.MUTUAL:
        return 40100 if any(each.status == DONE for each in mine) else 40131
    if any(each.status == WAITING for each in mine):
        return 40129
    if kind is Kind.ONJOB and transferring.too_often(call.world, external_userid):
        return 40128
    return 40099 if transferring.is_full(call.world, takeover.userid, external_userid) else 0


def _result(call: Call, kind: Kind) -> dict[str, Any]:
    handover, takeover = text(call.body, "handover_userid", missing=41009), text(call.body, "takeover_userid", missing=41009)
    follower(call, takeover)
    leaver = call.state.transfers.leavers.get(handover.lower())
    if leaver is None:
        follower(call, handover)
    elif not _sees(call, leaver):
        raise ApiError(60011)
    found = call.state.transfers.of_pair(kind, handover, takeover)
    query = f"transfer_result|{kind}|{handover}|{takeover}"
    start = position_of(call, query, text(call.body, "cursor"))
    page = [_row(each) for each in found[start : start + A_PAGE]]
    return {"customer": page, "next_cursor": cursor_of(call, query, start + A_PAGE, len(found))}


def _row(transfer: Transfer) -> dict[str, Any]:
    """takeover_time of one that waits lies ahead: when it will take effect by itself."""
    time = transfer.due_at if transfer.status == WAITING else transfer.takeover_time
    return {"external_userid": transfer.external_userid, "status": transfer.status, "takeover_time": time}


def _recent(call: Call, leaver: Leaver) -> bool:
    return call.world.seconds - leaver.dimission_time < YEAR


def _sees(call: Call, leaver: Leaver) -> bool:
    return call.world.visibility.sees(call.state.people, call.app, leaver.member)


ROUTES = {
    "externalcontact/transfer_customer": Endpoint("POST", hand_over, "customer", {"customer": []}),
    "externalcontact/transfer_result": Endpoint("POST", result, "customer", {"customer": []}),
    "externalcontact/resigned/transfer_customer": Endpoint("POST", hand_over_resigned, "customer", {"customer": []}),
    "externalcontact/resigned/transfer_result": Endpoint("POST", result_resigned, "customer", {"customer": []}),
    "externalcontact/get_unassigned_list": Endpoint("POST", unassigned, "customer", {"info": []}),
}
