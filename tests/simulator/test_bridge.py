"""The client's JS bridge: signatures as in production, context, sending into the chat (DOC 96909, 94315, 100749)."""

import hashlib

import pytest

from simulator.bridge import js_signature
from tests.simulator.bridge_page import URL, Page

NAMES = ["getContext", "getCurExternalContact", "sendChatMessage", "openUserProfile", "getCurExternalChat"]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


class Configured(Page):
    """A page that asks for NAMES unless told otherwise."""

    def config(self, names=NAMES, **options):
        return super().config(names, **options)


@pytest.fixture
def page(platform):
    return Configured(platform)


def test_the_published_signature_vector():
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    signature = js_signature(ticket, "Wm3WZYTPz0wzccnW", "1414587457", "http://mp.weixin.qq.com?params=value")
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert len(signature) == len(hashlib.sha1(b"").hexdigest())


def test_config_context_contact_send(page):
    assert page.config()["err_msg"] == "agentConfig:ok"
    assert page.call("getContext") == {"err_msg": "getContext:ok", "entry": "single_chat_tools"}
    assert page.call("getCurExternalContact") == {"err_msg": "getCurExternalContact:ok", "userId": page.customer}
    sent = page.call("sendChatMessage", {"msgtype": "text", "text": {"content": "侧边栏话术"}, "enterChat": True})
    assert sent == {"err_msg": "sendChatMessage:ok"}
    line = page.platform.control(f"chats/lixiaomei/{page.customer}")["messages"][-1]
    assert (line["from"], line["via"], line["body"]) == ("guide", "sidebar", {"content": "侧边栏话术"})
    names = [call["name"] for call in page.platform.control("bridge_calls?userid=lixiaomei")["calls"]]
    assert names == ["agentConfig", "getContext", "getCurExternalContact", "sendChatMessage"]


def test_the_hash_of_the_address_is_not_signed(page):
    assert page.config(url=f"{URL}#/tab")["err_msg"] == "agentConfig:ok"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": "0" * 40}, 40093),
        ({"timestamp": "1700000001"}, 40093),
        ({"corpid": "ww0"}, 92002),
        ({"agentid": "5"}, 40056),
        ({"nonceStr": ""}, 40063),
    ],
)
def test_a_wrong_config_fails_as_in_production(page, changes, code):
    answer = page.config(**changes)
    assert answer["err_msg"].startswith("agentConfig:fail")
    assert answer["err_code"] == code


def test_another_page_another_ticket_another_domain(page):
    assert page.config(url=f"{URL}&c=2")["err_code"] == 40093
    corp_ticket = page.platform.get("get_jsapi_ticket")["ticket"]
    assert page.config(ticket=corp_ticket)["err_code"] == 42012
    assert page.config(url="http://evil.example/sidebar")["err_code"] == 80001


def test_calls_without_an_accepted_config(page):
    assert page.call("getContext")["err_msg"] == "getContext:fail_invalid signature"
    page.config()
    page.verify["verifyTimestamp"] = "1"
    assert page.call("getContext")["err_msg"] == "getContext:fail_invalid signature"


def test_a_name_outside_the_list_and_another_guides_window(page):
    page.config(names=["getContext"])
    assert page.call("sendChatMessage", {"msgtype": "text"})["err_msg"] == "sendChatMessage:permission denied"
    page.userid = "zhouting"
    assert page.call("getContext")["err_msg"] == "getContext:fail_invalid signature"


def test_the_corps_identity_opens_no_sidebar_calls(page):
    assert page.corp_config(NAMES)["err_msg"] == "preVerifyJSAPI:ok"
    assert page.call("getCurExternalContact")["err_msg"] == "getCurExternalContact:fail_no permission"


def test_outside_a_chat_there_is_no_customer(page):
    page.config()
    nowhere = {"entry": "normal"}
    assert page.call("getContext", context=nowhere)["entry"] == "normal"
    wanted = "fail without context of external contact"
    assert page.call("getCurExternalContact", context=nowhere)["err_msg"] == f"getCurExternalContact:{wanted}"
    assert page.call("getCurExternalChat")["err_msg"] == f"getCurExternalChat:{wanted}"
    assert page.call("sendChatMessage", {"msgtype": "text"}, context=nowhere)["err_msg"] == f"sendChatMessage:{wanted}"


def test_a_cancel_happens_once(page):
    page.config()
    page.platform.control("client", userid="lixiaomei", cancel_next_send=True)
    body = {"msgtype": "text", "text": {"content": "x"}}
    assert [page.call("sendChatMessage", body)["err_msg"] for _ in range(2)] == ["sendChatMessage:cancel", "sendChatMessage:ok"]


def test_each_kind_of_message_from_the_sidebar(page):
    page.config()
    image = page.platform.upload("image", "a.png", PNG)["media_id"]
    news = {"link": "https://a.cn/x", "title": "新品", "desc": "d", "imgUrl": "https://a.cn/i.png"}
    mini = {"appid": "wx1", "title": "t", "imgUrl": "https://a.cn/i.png", "page": "/index"}
    good = [("image", {"mediaid": image}), ("news", news), ("miniprogram", mini)]
    for msgtype, body in good:
        assert page.call("sendChatMessage", {"msgtype": msgtype, msgtype: body})["err_msg"] == "sendChatMessage:ok"
    bad = [
        ("image", {"mediaid": "gone"}),
        ("video", {"mediaid": image}),
        ("news", news | {"imgUrl": "x"}),
        ("text", {}),
        ("poem", {}),
    ]
    for msgtype, body in bad:
        assert ":fail" in page.call("sendChatMessage", {"msgtype": msgtype, msgtype: body})["err_msg"]


def test_the_rest_of_the_client(page):
    page.config(names=[*NAMES, "openEnterpriseChat", "shareToExternalContact"])
    assert page.call("checkJsApi", {"jsApiList": ["getContext"]})["checkResult"] == {"getContext": True}
    assert page.call("hideOptionMenu")["err_msg"] == "hideOptionMenu:ok"
    assert page.call("openEnterpriseChat", {"userIds": "zhouting;wufang"})["err_msg"] == "openEnterpriseChat:ok"
    assert page.call("openUserProfile", {"type": 2, "userid": page.customer})["err_msg"] == "openUserProfile:ok"
    assert page.call("openUserProfile", {"type": 1, "userid": "nobody"})["err_msg"].startswith("openUserProfile:fail")
    assert page.call("shareToExternalContact", {"text": {"content": "x"}})["err_msg"] == "shareToExternalContact:ok"
