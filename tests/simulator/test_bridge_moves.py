"""Where the bridge leads: chats and groups, pickers, 群发助手 and 朋友圈, everyday calls (sheet 4.4, 4.6)."""

import json

import pytest

from tests.simulator.bridge_page import ALL, Page

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
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


def test_chats_are_opened_and_groups_made(page, group):
    assert page.call("openEnterpriseChat", {"chatId": group})["chatId"] == group
    assert page.said("openEnterpriseChat", {"externalUserIds": page.customer}) == "ok"
    assert page.said("openEnterpriseChat", {"userIds": ["zhouting"]}) == "ok"
    people = {
        "groupName": "三人群",
        "useridlist": "zhouting",
        "userIds": "zhouting",
        "externalUserIds": ";".join(page.customers[:2]),
    }
    made = page.call("openEnterpriseChat", people)["chatId"]
    shown = page.platform.control(f"groups/{made}")
    assert (shown["name"], shown["member_count"]) == ("三人群", 4)
    inside = page.call("openEnterpriseChat", {"groupName": "内部", "userIds": "zhouting;wufang"})["chatId"]
    assert inside.startswith("wr")
    assert page.platform.ask(f"groups/{inside}").status_code == 404
    where = [each["to"] for each in page.navigations()]
    assert where == ["group", "chat", "member_chat", "group", "internal_group"]
    assert page.said("openEnterpriseChat", {"userIds": "nobody"}) == "fail_invalid userIds"
    assert page.said("openEnterpriseChat", {}) == "fail_invalid userIds"
    assert page.said("openEnterpriseChat", {"externalUserIds": "wm0"}) == "fail_invalid externalUserIds"
    assert page.said("openEnterpriseChat", {"chatId": "wr0"}) == "fail_invalid chatId"


def test_a_link_goes_into_an_existing_group(page, group):
    assert page.said("openExistedChatWithMsg", {"chatId": group, "msg": {"msgtype": "link", "link": LINK}}) == "ok"
    assert page.platform.control(f"groups/{group}/messages")["messages"][-1]["body"]["link"] == LINK["url"]
    assert page.said("openExistedChatWithMsg", {"chatId": group, "msg": {"msgtype": "text"}}) == "fail_unsupported_msgtype"
    no_url = {"chatId": group, "msg": {"msgtype": "link", "link": {"title": "x"}}}
    assert page.said("openExistedChatWithMsg", no_url) == "fail_msg_link_missing_url"


def test_pickers_answer_what_she_picks_or_cancel(page, group):
    assert page.said("selectExternalContact", {"filterType": 0}) == "cancel"
    pick(page, userIds=[page.customer])
    assert page.call("selectExternalContact", {"filterType": 0})["userIds"] == [page.customer]
    pick(page, chatIdList=[group])
    assert page.call("selectExternalChat")["chatIdList"] == [group]
    assert page.said("selectExternalChat") == "cancel"
    pick(page, userList=["zhouting", "wufang"], departmentList=[101])
    both = {"mode": "multi", "type": ["department", "user"], "fromDepartmentId": -1}
    result = json.loads(page.call("selectEnterpriseContact", both)["result"])
    assert [each["name"] for each in result["userList"]] == ["周婷", "吴芳"]
    assert result["departmentList"] == [{"id": "101", "name": "上海徐家汇店"}]
    pick(page, userList=["zhouting", "wufang"])
    single = json.loads(page.call("selectEnterpriseContact", both | {"mode": "single"})["result"])
    assert [each["id"] for each in single["userList"]] == ["zhouting"]
    assert page.said("selectEnterpriseContact", {"mode": "few", "type": ["user"]}) == "fail_invalid parameter"


def pick(page, **selection):
    page.platform.control("client", userid=page.userid, next_selection=selection)


def test_sharing_waits_for_the_member_who_sends_it(page):
    image = page.platform.upload("image", "a.png", PNG)["media_id"]
    enclosed = [{"msgtype": "image", "image": {"mediaid": image}}, {"msgtype": "link", "link": LINK}]
    wanted = {"text": {"content": "上新了"}, "attachments": enclosed, "externalUserIds": [page.customer]}
    assert page.said("shareToExternalContact", wanted) == "ok"
    draft = page.navigations()[-1]
    assert (draft["to"], draft["text"], draft["external_userids"]) == ("group_send", "上新了", [page.customer])
    address = f"members/lixiaomei/navigations/{draft['id']}"
    assert page.platform.control(address, "POST")["sent"] == 1
    lines = page.platform.control(f"chats/lixiaomei/{page.customer}")["messages"][-3:]
    assert [(each["msgtype"], each["via"]) for each in lines] == [
        ("text", "group_send"), ("image", "group_send"), ("link", "group_send"),
    ]  # fmt: skip
    assert page.platform.ask(address, "POST").status_code == 409


def test_sharing_confirmed_or_cancelled_by_her_habit(page, group):
    old_form = {"title": "新品", "desc": "长款", "link": "https://a.cn/x", "imgUrl": "https://a.cn/i.png"}
    page.platform.control("client", userid="lixiaomei", next_share="cancel")
    assert page.said("shareToExternalChat", old_form) == "cancel"
    page.platform.control("client", userid="lixiaomei", next_share="confirm")
    assert page.said("shareToExternalChat", old_form | {"chatIds": [group]}) == "ok"
    assert page.platform.control(f"groups/{group}/messages")["messages"][-1]["via"] == "group_send"
    page.said("shareToExternalContact", {"text": {"content": "给谁呢"}})
    address = f"members/lixiaomei/navigations/{page.navigations()[-1]['id']}"
    assert '"targets"' in page.platform.ask(address, "POST").json()["error"]
    assert page.platform.control(address, "POST", targets=page.customers[:2])["sent"] == 2


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({}, "fail_invalid attachments"),
        ({"text": {"content": "x" * 4001}}, "fail_invalid text"),
        ({"attachments": [{"msgtype": "link", "link": LINK}] * 10}, "fail_invalid attachments"),
        ({"attachments": [{"msgtype": "image", "image": {"mediaid": "gone"}}]}, "fail_invalid attachments"),
        ({"attachments": [{"msgtype": "poem"}]}, "fail_invalid attachments"),
        ({"text": {"content": "x"}, "externalUserIds": ["wm0"]}, "fail_invalid externalUserIds"),
        ({"title": "x", "link": "nowhere"}, "fail_invalid link"),
    ],
)
def test_a_wrong_share_is_refused(page, params, why):
    assert page.said("shareToExternalContact", params) == why


def test_moments_are_drafted_posted_and_dressed(page):
    picture = {"msgtype": "image", "image": {"imgUrl": LINK["imgUrl"]}}
    wanted = {"text": {"content": "今日穿搭"}, "attachments": [picture]}
    mixed = {"attachments": [picture, {"msgtype": "link", "link": LINK}]}
    assert page.said("shareToExternalMoments", mixed) == "fail_invalid attachments"
    page.platform.control("client", userid="lixiaomei", next_share="confirm")
    assert page.said("shareToExternalMoments", wanted) == "ok"
    assert page.platform.control("members/lixiaomei/moments")["moments"][0]["text"] == "今日穿搭"
    assert page.said("updateMomentsSetting", {"signature": "雪岭徐家汇", "imgUrl": LINK["imgUrl"]}) == "ok"
    assert page.said("updateMomentsSetting", {"signature": "长" * 31}) == "fail_invalid signature"


def test_profiles_places_pictures_and_menus(page):
    assert page.said("openUserProfile", {"type": 1, "userid": "zhouting"}) == "ok"
    assert page.said("openUserProfile", {"type": 3, "userid": "zhouting"}) == "fail_invalid userid"
    assert page.said("navigateToAddCustomer") == "ok"
    page.platform.control("client", userid="lixiaomei", location={"latitude": 39.9, "longitude": 116.4})
    assert page.call("geoLocation", {"type": "wgs84"})["latitude"] == 39.9
    assert page.call("getNetworkType")["err_msg"] == "network_type:wifi"
    assert page.said("imagePreview", {"current": LINK["imgUrl"], "urls": [LINK["imgUrl"]]}) == "ok"
    assert page.said("imagePreview", {"urls": ["x"]}) == "fail_invalid urls"
    page.said("setClipboardData", {"data": "优惠码 88"})
    assert page.call("getClipboardData")["data"] == "优惠码 88"
    for name in ("shareTimeline", "sendAppMessage", "hideOptionMenu", "showMenuItems", "closeWindow"):
        assert page.said(name) == "ok"
    assert [each["to"] for each in page.navigations()] == ["profile", "add_customer", "pictures", "close"]
    first = page.navigations()[0]["id"]
    assert len(page.platform.control(f"members/lixiaomei/navigations?after={first}")["navigations"]) == 3
