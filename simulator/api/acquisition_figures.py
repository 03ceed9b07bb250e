"""获客助手: who came through a link, what is left of the quota, clicks and messages (DOC 97298, 97375, 100130)."""

from typing import Any

from simulator.api.acquisition import own_link, page_size
from simulator.api.behaviour import window
from simulator.api.call import Call, Endpoint, text
from simulator.api.paging import cursor_of, position_of
from simulator.days import DAY
from simulator.errors import ApiError

CUSTOMERS_A_PAGE = 1_000


def customers(call: Call) -> dict[str, Any]:
    """chat_status 1 once she has written; whoever still waits to be accepted is not there yet."""
    link, limit = own_link(call), page_size(call, CUSTOMERS_A_PAGE)
    found = [each for each in call.state.links.customers.get(link.link_id, []) if not each.pending]
    query = f"customer_acquisition/customer|{link.link_id}"
    start = position_of(call, query, text(call.body, "cursor"))
    rows = [
        {"external_userid": each.external_userid, "userid": each.userid, "chat_status": int(each.messages > 0),
         "state": each.state}
        for each in found[start : start + limit]
    ]  # fmt: skip
    return {"customer_list": rows, "next_cursor": cursor_of(call, query, start + limit, len(found))}


def quota(call: Call) -> dict[str, Any]:
    """`total` is what has been used in all, `balance` what is left; the batches stand in the order they expire."""
    links = call.state.links
    live = sorted((each for each in links.quotas if each.balance), key=lambda each: each.expire_date)
    rows = [{"expire_date": each.expire_date, "balance": each.balance} for each in live]
    return {"total": links.used, "balance": links.balance, "quota_list": rows}


def statistic(call: Call) -> dict[str, Any]:
    """Customers who clicked (once a day each) and who were added, in at most 30 of the last 180 days."""
    link = own_link(call)
    first, last = window(call)
    days = range(first, last + 1, DAY)
    clicks = sum(len(link.clicks.get(day, {})) for day in days)
    return {"click_link_customer_cnt": clicks, "new_customer_cnt": sum(link.added.get(day, 0) for day in days)}


def chat_info(call: Call) -> dict[str, Any]:
    """What a message_from_customer event was about; its key lives 30 minutes."""
    found = call.state.links.chat_keys.get(text(call.body, "chat_key", missing=40063))
    link = call.state.links.by_id.get(found.link_id) if found else None
    if found is None or found.expires_at <= call.world.now or link is None or link.agentid != call.app.agentid:
        raise ApiError(40058, "invalid chat_key")
    info = {"recv_msg_cnt": found.messages, "link_id": found.link_id, "state": found.state}
    return {"userid": found.userid, "external_userid": found.external_userid, "chat_info": info}


ROUTES = {
    "externalcontact/customer_acquisition/customer": Endpoint("POST", customers, "customer", {"customer_list": []}),
    "externalcontact/customer_acquisition_quota": Endpoint("GET", quota, "customer", {"quota_list": []}),
    "externalcontact/customer_acquisition/statistic": Endpoint("POST", statistic, "customer"),
    "externalcontact/customer_acquisition/get_chat_info": Endpoint("POST", chat_info, "customer"),
}
