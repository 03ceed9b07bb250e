"""kf/sync_msg: messages and events of one account, three days back, by cursor (DOC 94670)."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer, text
from simulator.api.kf_access import managed
from simulator.api.paging import cursor_of, limit_of, position_of
from simulator.errors import ApiError
from simulator.kf_feed import FROM_SERVICER
from simulator.world.kf_accounts import HISTORY, KfAccount, KfItem

MOST = 1000


def sync_msg(call: Call) -> dict[str, Any]:
    """Rows after the cursor, oldest first; without a cursor from the oldest kept. Also without anything new there is a
    next_cursor. What kf/send_msg sent is never among them."""
    account = managed(call)
    text(call.body, "cursor", max_bytes=64)
    limit = limit_of(call, MOST, MOST)
    if integer(call.body, "voice_format") not in (0, 1):
        raise ApiError(40058)
    query = f"kf/sync_msg|{account.open_kfid}"
    # The cursor also remembers whether an empty page was given already (switch empty_pages).
    position = position_of(call, query, text(call.body, "cursor"))
    _check_token(call, account)
    seen, teased = position // 2, position % 2
    waiting = [each for each in account.items if each.seq > seen and each.at > call.world.now - HISTORY]
    if waiting and call.state.kf.options.empty_pages and not teased:
        return {"next_cursor": _cursor(call, query, seen, 1), "has_more": 1, "msg_list": []}
    page = waiting[:limit]
    last = page[-1].seq if page else seen
    rows = [_row(account, each) for each in page]
    return {"next_cursor": _cursor(call, query, last, 0), "has_more": int(len(waiting) > limit), "msg_list": rows}


def _cursor(call: Call, query: str, seen: int, teased: int) -> str:
    position = seen * 2 + teased
    return cursor_of(call, query, position, position + 1)


def _check_token(call: Call, account: KfAccount) -> None:
    """A token of this account's callbacks, ten minutes old at most (95007); without one only a few calls a minute."""
    value = text(call.body, "token", max_bytes=128)
    if value:
        token = call.state.kf.tokens.get(value)
        if token is None or token.open_kfid != account.open_kfid or token.expires_at <= call.world.now:
            raise ApiError(95007)
    elif not call.state.kf.allow_tokenless(call.app.agentid, call.world.now):
        raise ApiError(45009)


def _row(account: KfAccount, item: KfItem) -> dict[str, Any]:
    row: dict[str, Any] = {"msgid": item.msgid, "send_time": int(item.at), "origin": item.origin}
    if item.msgtype != "event":
        row |= {"open_kfid": account.open_kfid, "external_userid": item.external_userid}
    if item.origin == FROM_SERVICER:
        row["servicer_userid"] = item.servicer_userid
    return row | {"msgtype": item.msgtype} | ({item.msgtype: item.body} if item.body else {})


ROUTES = {"kf/sync_msg": Endpoint("POST", sync_msg, "kf", {"next_cursor": "", "has_more": 0, "msg_list": []})}
