"""Calls that take the client to another place: chats, groups, profiles, 微信客服, the page to add a customer."""

from simulator import ids
from simulator.actions.request import ImpossibleError, Wish
from simulator.actions.table import ACTIONS
from simulator.chat_sends import put_into_group
from simulator.jsapi.page_call import PageCall, Result, is_address

MOST_INTERNAL, MOST_EXTERNAL, MOST_WITH_WECHAT = 2_000, 500, 40


def open_chat(call: PageCall) -> Result:
    """chatId opens a group and nothing else counts; one person opens her chat; several make a group (DOC 4.6 limits)."""
    if call.params.get("chatId"):
        return _open_group(call, str(call.params["chatId"]))
    userids = list(dict.fromkeys([*call.joined("userIds"), *call.joined("useridlist")]))
    customers = list(dict.fromkeys(call.joined("externalUserIds")))
    members = [call.world.member(each) for each in userids]
    if not all(members) or not (userids or customers):
        return call.refuse("fail_invalid userIds")
    follows = [call.world.state.customers.find_follow(call.userid, each) for each in customers]
    if not all(each and each.readable for each in follows):
        return call.refuse("fail_invalid externalUserIds")
    others = [each.userid for each in members if each and each.userid.lower() != call.userid.lower()]
    if len(others) + len(customers) <= 1:
        return _open_single(call, others, customers)
    return _make_group(call, others, customers)


def _open_group(call: PageCall, chat_id: str) -> Result:
    group = call.world.state.groups.find(chat_id)
    if group is None or group.dismissed or group.find(call.userid) is None:
        return call.refuse("fail_invalid chatId")
    call.go("group", chat_id=group.chat_id)
    return call.ok(chatId=group.chat_id)


def _open_single(call: PageCall, userids: list[str], customers: list[str]) -> Result:
    if customers:
        call.go("chat", external_userid=customers[0])
    else:
        call.go("member_chat", userid=(userids or [call.userid])[0])
    return call.ok(chatId="")


def _make_group(call: PageCall, userids: list[str], customers: list[str]) -> Result:
    """A 客户群 when a customer is in it; a group of colleagues is no customer group and no list of the API shows it."""
    people = len(userids) + len(customers) + 1
    found = [call.world.state.customers.find(each) for each in customers]
    by_wechat = any(each is not None and each.type == 1 for each in found)
    most = MOST_WITH_WECHAT if by_wechat else MOST_EXTERNAL if customers else MOST_INTERNAL
    if people > most:
        return call.refuse(f"fail_a new group holds {most} people")
    name = call.text("groupName") or call.text("chatname") or "群聊"
    if not customers:
        chat_id = ids.chat_id(call.world.rng)
        call.go("internal_group", chat_id=chat_id, name=name, userids=userids)
        return call.ok(chatId=chat_id)
    body = {"userid": call.userid, "name": name, "userids": userids, "external_userids": customers}
    try:
        made = ACTIONS["group_creates"](Wish(call.world, body))
    except ImpossibleError:
        return call.refuse("fail_no permission")
    call.go("group", chat_id=made["chat_id"])
    return call.ok(chatId=made["chat_id"])


def open_existing_chat(call: PageCall) -> Result:
    """Opens a group she is in and puts a link into it."""
    message = call.mapping("msg")
    if message.get("msgtype") != "link":
        return call.refuse("fail_unsupported_msgtype")
    link = message.get("link")
    if not isinstance(link, dict) or not is_address(link.get("url")):
        return call.refuse("fail_msg_link_missing_url")
    chat_id = call.text("chatId")
    news = {"title": link.get("title", ""), "desc": link.get("desc", ""), "link": link["url"], "imgUrl": link.get("imgUrl", "")}
    if not put_into_group(call.world, call.userid, chat_id, "news", news):
        return call.refuse("fail_invalid chatId")
    call.go("group", chat_id=chat_id)
    return call.ok()


def open_profile(call: PageCall) -> Result:
    """type 1 a colleague, 2 a customer."""
    wanted, external = call.text("userid"), str(call.params.get("type")) == "2"
    found = call.world.state.customers.find(wanted) if external else call.world.member(wanted)
    if not found or str(call.params.get("type")) not in ("1", "2"):
        return call.refuse("fail_invalid userid")
    call.go("profile", **({"external_userid": wanted} if external else {"userid": wanted}))
    return call.ok()


def add_customer(call: PageCall) -> Result:
    call.go("add_customer")
    return call.ok()


def open_kf_chat(call: PageCall) -> Result:
    """The account's list, or one customer's chat there; 60251, 60252, 60253 (DOC 90313)."""
    open_kfid, external_userid = call.text("openKfId"), call.text("externalUserId")
    if not open_kfid:
        return call.refuse("fail_openKfId is missing", 60251)
    account = call.world.state.kf.accounts.get(open_kfid)
    if account is None:
        return call.refuse("fail_invalid openKfId", 60252)
    if not account.serves(call.world.state.people, call.userid):
        return call.refuse("fail_not a servicer of this account", 60253)
    if external_userid and call.world.state.kf.session(open_kfid, external_userid) is None:
        return call.refuse("fail_invalid externalUserId")
    call.go("kf" if external_userid else "kf_list", open_kfid=open_kfid, external_userid=external_userid)
    return call.ok()
