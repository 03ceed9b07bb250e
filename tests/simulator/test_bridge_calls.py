"""Every call of the client's JS bridge: where it may be used, what it answers, what it does (sheet 4.4-4.8)."""

import json

import pytest

from tests.simulator.bridge_page import ALL, DESKTOP, Page

OTHER_URL = "http://127.0.0.1:8000/other"
NO_CONTEXT = "fail without context of external contact"
LINK = {"title": "新品", "desc": "长款", "url": "https://a.cn/x", "imgUrl": "https://a.cn/i.png"}


@pytest.fixture
def page(platform):
    opened = Page(platform)
    assert opened.config(ALL)["err_msg"] == "agentConfig:ok"
    return opened


@pytest.fixture
def group(page):
    """The chat_id of a group she owns; the page stands in it."""
    chat_id = page.platform.do("group_creates", userid="lixiaomei", name="试穿群", external_userids=[page.customer])["chat_id"]
    page.context = {"entry": "group_chat_tools", "chat_id": chat_id}
    return chat_id


@pytest.fixture
def kf(page):
    """(open_kfid, external_userid) of a session she serves; the page stands in it."""
    account = page.platform.control("kf/accounts")["accounts"][0]["open_kfid"]
    customer = page.platform.do("customer_opens_kf", open_kfid=account, customer={"name": "夜客"})["external_userid"]
    page.platform.do("customer_writes_kf", open_kfid=account, external_userid=customer, content="在吗")
    moved = page.platform.post(
        "kf/service_state/trans", open_kfid=account, external_userid=customer, service_state=3, servicer_userid="lixiaomei"
    )
    assert moved["errcode"] == 0, moved
    page.context = {"entry": "single_kf_tools", "external_userid": customer, "open_kfid": account}
    return account, customer


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verifySignature": "0" * 40}, 40093),
        ({"verifyTimestamp": "2"}, 40093),
        ({"verifyNonceStr": ""}, 40063),
        ({"verifyAppId": "ww0"}, 92002),
    ],
)
def test_a_wrong_corp_config_fails_as_in_production(platform, changes, code):
    answer = Page(platform).corp_config(["imagePreview"], **changes)
    assert answer["err_msg"].startswith("preVerifyJSAPI:fail")
    assert answer["err_code"] == code


def test_the_apps_ticket_is_no_corp_ticket(platform):
    ticket = platform.get("ticket/get", type="agent_config")["ticket"]
    assert Page(platform).corp_config(["imagePreview"], ticket=ticket)["err_code"] == 42012


def test_the_old_sdk_keeps_configs_signature_after_agent_config(page):
    page.corp_config(["imagePreview"])
    assert page.call("getCurExternalContact")["userId"] == page.customer
    assert page.call("getCurExternalContact", url=OTHER_URL)["err_msg"] == "getCurExternalContact:fail_no permission"


def test_an_old_client_wants_config_first_and_lacks_new_calls(platform):
    page = Page(platform)
    platform.control("client", userid="lixiaomei", version="3.0.20")
    assert page.config(ALL)["err_msg"] == "agentConfig:fail_config first"
    page.corp_config(["imagePreview"])
    assert page.config(ALL)["err_msg"] == "agentConfig:ok"
    assert page.said("getContext") == "function not exist"
    assert page.said("getCurExternalContact") == "ok"
    checked = page.call("checkJsApi", {"jsApiList": ["getContext", "sendChatMessage"]})["checkResult"]
    assert checked == {"getContext": False, "sendChatMessage": True}


def test_check_js_api_as_an_object_or_as_text(page):
    wanted = {"jsApiList": ["getContext", "shareToExternalMoments", "flyToTheMoon"]}
    known = {"getContext": True, "shareToExternalMoments": True, "flyToTheMoon": False}
    assert page.call("checkJsApi", wanted)["checkResult"] == known
    page.platform.control("client", userid="lixiaomei", check_as_text=True)
    on_desktop = page.call("checkJsApi", wanted, context={"user_agent": DESKTOP})["checkResult"]
    assert json.loads(on_desktop) == known | {"shareToExternalMoments": False}


def test_calls_the_client_has_not(page):
    assert page.said("noSuchCall") == "function not exist"
    assert page.said("chooseImage") == "fail_unsupported"
    assert page.said("navigateToAddCustomer", context={"user_agent": DESKTOP}) == "function not exist"
    assert page.platform.control("bridge_calls")["calls"][-2]["name"] == "chooseImage"


@pytest.mark.parametrize("entry", ["contact_profile", "single_chat_tools", "group_chat_tools", "chat_attachment", "normal"])
def test_what_each_entry_knows(page, entry):
    page.context["entry"] = entry
    assert page.call("getContext")["entry"] == entry
    in_chat = entry in ("contact_profile", "single_chat_tools")
    assert page.said("getCurExternalContact") == ("ok" if in_chat else NO_CONTEXT)
    assert page.said("getCurExternalChat") == NO_CONTEXT
    said = page.said("hideChatAttachmentMenu", {"menuList": ["sendMessage"]})
    assert said == ("ok" if entry == "chat_attachment" else "fail without context of chat_attachment")
    sent = page.said("sendChatMessage", {"msgtype": "text", "text": {"content": "您好"}})
    assert sent == ("ok" if entry in ("single_chat_tools", "chat_attachment") else NO_CONTEXT)


def test_strangers_and_wrong_menus(page):
    page.context["external_userid"] = Page(page.platform, "zhouting").customer
    assert page.said("getCurExternalContact") == "fail no permission"
    assert page.said("sendChatMessage", {"msgtype": "text", "text": {"content": "您好"}}) == "fail no permission"
    attached = {"entry": "chat_attachment"}
    assert page.said("hideChatAttachmentMenu", {"menuList": ["all"]}, attached) == "fail invalid menuList"


def test_in_a_group_the_page_knows_it_and_writes_into_it(page, group):
    assert page.call("getCurExternalChat")["chatId"] == group
    sent = {"msgtype": "news", "enterChat": True, "news": {"link": LINK["url"], "title": "新品"}}
    assert page.said("sendChatMessage", sent) == "ok"
    line = page.platform.control(f"groups/{group}/messages")["messages"][-1]
    assert (line["from"], line["msgtype"], line["via"]) == ("lixiaomei", "news", "sidebar")
    assert page.navigations()[-1]["chat_id"] == group
    page.platform.control("client", userid="lixiaomei", cancel_next_send=True)
    assert page.said("sendChatMessage", sent) == "cancel"
    page.userid = "wufang"
    page.config(ALL)
    assert page.said("getCurExternalChat") == "fail no permission"
    assert page.said("sendChatMessage", sent) == "fail no permission"


def test_in_a_kf_chat_menus_and_products_too(page, kf):
    open_kfid, customer = kf
    assert page.call("getCurExternalContact")["userId"] == customer
    menu = {"head_content": "满意吗？", "list": [{"type": "click", "click": {"id": "1", "content": "满意"}}]}
    assert page.said("sendChatMessage", {"msgtype": "msgmenu", "msgmenu": menu}) == "ok"
    del page.context["open_kfid"]
    assert page.said("sendChatMessage", {"msgtype": "text", "text": {"content": "稍等"}}) == "ok"
    shop = dict.fromkeys(("productId", "shopAppId", "title", "sellingPrice", "shopNickname"), "1")
    shop |= {"imgUrl": LINK["imgUrl"], "shopImgUrl": LINK["imgUrl"]}
    product = {"msgtype": "channels_shop_product", "channelsShopProduct": shop}
    assert page.said("sendChatMessage", product) == "ok"
    lines = page.platform.control(f"kf/chats/{open_kfid}/{customer}")["messages"]
    shown = [(each["from"], each["msgtype"]) for each in lines][-3:]
    assert shown == [("servicer", "msgmenu"), ("servicer", "text"), ("servicer", "channels_shop_product")]
    single = {"entry": "single_chat_tools", "external_userid": page.customer}
    assert page.said("sendChatMessage", {"msgtype": "msgmenu", "msgmenu": menu}, single) == "fail_unsupported msgtype"
    assert (
        page.said("sendChatMessage", {"msgtype": "msgmenu", "msgmenu": {"list": [{"type": "x"}]}}) == "fail_invalid msgmenu list"
    )
    assert page.said("sendChatMessage", product | {"channelsShopProduct": {}}) == "fail invalid imgUrl"


def test_kf_chats_open_for_servicers_only(page, kf):
    open_kfid, customer = kf
    assert page.said("navigateToKfChat", {"openKfId": open_kfid, "externalUserId": customer}) == "ok"
    assert page.navigations()[-1] | {"id": 0, "at": 0} == {
        "id": 0, "at": 0, "name": "navigateToKfChat", "to": "kf", "done": False,
        "open_kfid": open_kfid, "external_userid": customer,
    }  # fmt: skip
    assert [page.call("navigateToKfChat", each)["err_code"] for each in ({}, {"openKfId": "wk0"})] == [60251, 60252]
    page.userid = "wufang"
    page.config(ALL)
    assert page.call("navigateToKfChat", {"openKfId": open_kfid})["err_code"] == 60253


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"cancel_next_send": "yes"},
        {"next_share": "maybe"},
        {"version": "new"},
        {"location": {"latitude": 200, "longitude": 0}},
        {"next_selection": {"userIds": ["wm0"]}},
        {"next_selection": {"people": []}},
        {"colour": 1},
    ],
)
def test_a_client_is_told_only_what_it_can_do(platform, wanted):
    answer = platform.ask("client", userid="lixiaomei", **wanted)
    assert answer.status_code in (400, 404)
    assert '{"' in answer.json()["error"]


def test_only_known_members_have_a_bridge(platform):
    page = Page(platform)
    page.userid = "nobody"
    assert page.said("getContext") == "fail_no such member"
