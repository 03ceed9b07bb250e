"""Where the page was opened and beside whom: getContext, the current customer, the current group (DOC 94315)."""

from simulator.jsapi.page_call import PageCall, Result


def context(call: PageCall) -> Result:
    return call.ok(entry=call.entry)


def current_contact(call: PageCall) -> Result:
    """The external_userid beside the page; a customer of 微信客服 need not be this member's friend."""
    external_userid = call.about("external_userid")
    if not external_userid:
        return call.refuse("fail without context of external contact")
    if call.entry == "single_kf_tools":
        known = call.world.state.customers.find(external_userid) is not None
    else:
        known = call.world.state.customers.find_follow(call.userid, external_userid) is not None
    return call.ok(userId=external_userid) if known else call.refuse("fail no permission")


def current_chat(call: PageCall) -> Result:
    chat_id = call.about("chat_id")
    group = call.world.state.groups.find(chat_id)
    if not chat_id:
        return call.refuse("fail without context of external contact")
    if group is None or group.find(call.userid) is None:
        return call.refuse("fail no permission")
    return call.ok(chatId=group.chat_id)


def hide_attachment_menu(call: PageCall) -> Result:
    """Only sendMessage can be hidden."""
    if call.params.get("menuList") != ["sendMessage"]:
        return call.refuse("fail invalid menuList")
    return call.ok()
