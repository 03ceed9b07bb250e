"""A client nobody here wrote, driven against the simulator over real HTTP: wechatpy 2.0.0a26, and 1.8.18 (test_old_wechatpy)."""

import io

import pytest
import wechatpy
from wechatpy.exceptions import APILimitedException, WeChatClientException

try:
    from wechatpy.work import WeChatClient, parse_message
except ModuleNotFoundError:
    from wechatpy.enterprise import WeChatClient, parse_message

from tests.simulator.platform import AGENTID, APP, CORPID

OLD = wechatpy.__version__.startswith("1.")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def client(platform):
    class Client(WeChatClient):
        API_BASE_URL = f"{platform.base}/cgi-bin/"

        def fetch_access_token(self):
            args = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{self.API_BASE_URL}gettoken", params=args)

    return Client(CORPID, APP["secret"], timeout=60, auto_retry=False)


def test_token_tickets_and_addresses(client):
    assert client.access_token
    assert client.jsapi.get_jsapi_ticket() != client.jsapi.get_agent_jsapi_ticket()
    assert client.misc.get_wechat_ips()


def test_contacts(client):
    # 1.8.18 calls the list `get` and knows neither the single department nor the short list.
    departments = client.department.get() if OLD else client.department.list()
    assert departments[0]["name"] == "雪岭羽绒"
    if not OLD:
        assert client.department.get(101)["name"] == "上海徐家汇店"
        assert client.department.simple_list(10)[0]["id"] == 10
    assert client.user.get("lixiaomei")["name"] == "李小美"
    assert len(client.user.list(101, simple=True)) == 4
    assert client.tag.list()[0]["tagname"] == "店长"
    assert client.agent.get(AGENTID)["name"] == "导购台"


def test_menu(client):
    menu = {"button": [{"type": "click", "name": "任务", "key": "tasks"}]}
    client.menu.create(AGENTID, menu)
    assert client.menu.get(AGENTID)["button"] == menu["button"]
    client.menu.delete(AGENTID)


def test_messages(client, platform):
    assert client.message.send_text(AGENTID, "lixiaomei", "你好")["msgid"]
    client.message.send_text_card(AGENTID, ["lixiaomei", "zhouting"], "标题", "描述", "https://a.cn/x")
    client.message.send_markdown(AGENTID, "lixiaomei", "**粗**")
    media_id = client.media.upload("image", ("海报.png", io.BytesIO(PNG), "image/png"))["media_id"]
    client.message.send_image(AGENTID, "lixiaomei", media_id)
    assert [row["msgtype"] for row in platform.inbox()] == ["text", "textcard", "markdown", "image"]
    assert client.media.upload_img(("a.png", io.BytesIO(PNG), "image/png"))["url"].startswith(platform.base)


def test_customers(client):
    contacts = client.external_contact
    assert "lixiaomei" in contacts.get_follow_user_list()["follow_user"]
    external_userid = contacts.list("lixiaomei")["external_userid"][0]
    assert contacts.get(external_userid)["follow_user"][0]["userid"] == "lixiaomei"
    if not OLD:
        # It sends the legacy key `userid`.
        assert len(list(contacts.gen_all_by_user("lixiaomei"))) == 8
    group = contacts.add_corp_tag(None, "新组", 1, [{"name": "标签"}])["tag_group"]
    contacts.mark_tag("lixiaomei", external_userid, [group["tag"][0]["id"]], None)
    contacts.edit_corp_tag(group["tag"][0]["id"], "改名", 1)
    assert contacts.get_corp_tag_list([group["tag"][0]["id"]])["tag_group"][0]["tag"][0]["name"] == "改名"
    contacts.del_corp_tag(None, [group["group_id"]])


def test_contact_way_scan_and_welcome(client, platform, app_receiver):
    contacts = client.external_contact
    way = contacts.add_contact_way(1, 2, 1, "备注", True, "state1", ["lixiaomei"], [])
    platform.do("customer_scans", config_id=way["config_id"])
    platform.settle()
    event = parse_message(app_receiver.received[-1].xml)
    # 1.8.18 has no class for customer events; the raw elements are there in both.
    seen, code = event._data, event._data["WelcomeCode"]
    assert seen["Event"] == "change_external_contact"
    assert (seen["ChangeType"], seen["UserID"], seen["State"]) == ("add_external_contact", "lixiaomei", "state1")
    if not OLD:
        assert (event.change_type, event.user_id, event.welcome_code) == ("add_external_contact", "lixiaomei", code)
    contacts.send_welcome_msg({"welcome_code": code, "text": {"content": "欢迎"}})
    with pytest.raises(WeChatClientException) as refused:
        contacts.send_welcome_msg({"welcome_code": code, "text": {"content": "欢迎"}})
    assert refused.value.errcode == 41051
    contacts.del_contact_way(way["config_id"])


def test_a_member_message_parses(platform, app_receiver):
    platform.do("member_texts_app", userid="lixiaomei", content="任务")
    platform.settle()
    message = parse_message(app_receiver.received[-1].xml)
    assert (message.type, message.content, message.source, message.agent) == ("text", "任务", "lixiaomei", AGENTID)


def test_its_exceptions(client, platform):
    with pytest.raises(WeChatClientException) as unknown:
        client.user.get("nobody")
    assert unknown.value.errcode == 60111
    platform.control("faults", path="user/get", kind="errcode", errcode=45009, times=1)
    with pytest.raises(APILimitedException):
        client.user.get("lixiaomei")


def test_its_refresh_after_40014(client, platform):
    client.auto_retry = True
    client.user.get("lixiaomei")
    platform.control("tokens", action="revoke")
    assert client.user.get("lixiaomei")["userid"] == "lixiaomei"
