"""Every call of the client by the name that reaches it, with who may use it where (names, versions: d.ts of @wecom/jssdk)."""

from dataclasses import replace
from pathlib import Path

from simulator import chat_sends
from simulator.jsapi import contexts, everyday, openings, selections, sharing
from simulator.jsapi.page_call import ClientCall, PageCall, Result, names_of, older

IN_CHAT = frozenset({"contact_profile", "single_chat_tools", "single_kf_tools"})
IN_GROUP = frozenset({"group_chat_tools"})
IN_ATTACHMENTS = frozenset({"chat_attachment"})
SENDING = frozenset({"single_chat_tools", "group_chat_tools", "chat_attachment", "single_kf_tools"})
PHONE = frozenset({"phone"})
NOT_ATTACHED = "fail without context of chat_attachment"


def has(call: PageCall, name: str) -> bool:
    """Does this client have the call, by its version and device?"""
    known = CALLS.get(name)
    return known is not None and not older(call.client.version, known.since) and call.device in (known.devices or {call.device})


def _check(call: PageCall) -> Result:
    return everyday.as_checked(call, {name: has(call, name) for name in names_of(call.params.get("jsApiList"))})


SIDEBAR = {
    "getContext": ClientCall(contexts.context, "app", "3.0.24"),
    "getCurExternalContact": ClientCall(contexts.current_contact, "app", "2.5.8", IN_CHAT),
    "getCurExternalChat": ClientCall(contexts.current_chat, "app", "2.8.17", IN_GROUP),
    "sendChatMessage": ClientCall(chat_sends.send, "app", "2.8.10", SENDING),
    "hideChatAttachmentMenu": ClientCall(contexts.hide_attachment_menu, "app", "3.1.6", IN_ATTACHMENTS, NOT_ATTACHED),
    "openEnterpriseChat": ClientCall(openings.open_chat, "app"),
    "openExistedChatWithMsg": ClientCall(openings.open_existing_chat, "app"),
    "openUserProfile": ClientCall(openings.open_profile, "app", "2.4.20"),
    "selectExternalContact": ClientCall(selections.contacts, "app"),
    "selectExternalChat": ClientCall(selections.chats, "app"),
    "selectEnterpriseContact": ClientCall(selections.colleagues, "app"),
    "navigateToAddCustomer": ClientCall(openings.add_customer, "app", "3.0.36", devices=PHONE),
    "navigateToKfChat": ClientCall(openings.open_kf_chat, "app"),
    "shareToExternalContact": ClientCall(sharing.to_contacts, "app"),
    "shareToExternalChat": ClientCall(sharing.to_chats, "app"),
    "shareToExternalMoments": ClientCall(sharing.to_moments, "app", "3.1.12", devices=PHONE),
    "updateMomentsSetting": ClientCall(sharing.set_moments, "app"),
}
PLAIN = ClientCall(everyday.done)
FREE = replace(PLAIN, identity="free")
MENUS = ("hideOptionMenu", "showOptionMenu", "hideMenuItems", "showMenuItems", "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem")
# onMenuShare*: the SDK listens for menu:share:… and then asks for these
SHARES = (
    "menu:share:appmessage", "menu:share:timeline", "menu:share:qq", "menu:share:QZone", "menu:share:weiboApp",
    "menu:share:wechat", "sendAppMessage", "shareTimeline", "shareQQ", "shareQZone", "shareWeiboApp", "shareWechat",
    "shareAppMessage", "shareWechatMessage", "updateAppMessageShareData", "updateTimelineShareData",
    "setShareAttr", "setKeepScreenOn",
)  # fmt: skip
EVERYDAY = {
    "checkJsApi": ClientCall(_check, "free"),
    "closeWindow": ClientCall(everyday.close, "free"),
    "imagePreview": ClientCall(everyday.preview),
    "geoLocation": ClientCall(everyday.place),
    "openLocation": ClientCall(everyday.show_place),
    "getNetworkType": ClientCall(everyday.network),
    "openDefaultBrowser": ClientCall(everyday.browser),
    "setClipboardData": ClientCall(everyday.copy),
    "getClipboardData": ClientCall(everyday.paste),
    "scanQRCode": ClientCall(selections.scanned),
}
CALLS: dict[str, ClientCall] = {
    **SIDEBAR, **EVERYDAY, **dict.fromkeys(MENUS, FREE), **dict.fromkeys(SHARES, PLAIN),
}  # fmt: skip
# A real client has these; here they are written down and answered fail_unsupported. Any other name is none of the client's.
KNOWN_NAMES = frozenset((Path(__file__).parent / "unsupported.txt").read_text("utf-8").split())
