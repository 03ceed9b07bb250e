"""微信客服 customers, upgraded service, SDKs, the sidebar and snapshots (DOC 94674, 95159)."""

from pathlib import Path

import pytest
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient

from simulator import snapshot
from simulator.brands import sample
from simulator.kf_chatting import as_synced
from simulator.settings import Settings
from simulator.world.world import World
from tests.simulator.kf_counter import Counter
from tests.simulator.platform import APP, CORPID

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def counter(platform):
    return Counter(platform)


def test_customers_of_the_last_two_days(platform, counter):
    ask = {"external_userid_list": [counter.external_userid, "wmnobody"], "need_enter_session_context": 1}
    answer = platform.post("kf/customer/batchget", **ask)
    assert answer["invalid_external_userid"] == ["wmnobody"]
    row = answer["customer_list"][0]
    assert (row["nickname"], row["enter_session_context"]["scene"]) == ("苏苏", "shop1")
    assert platform.post("kf/customer/batchget", external_userid_list=[])["errcode"] == 40058
    counter.wait(48 * 3600)
    assert platform.post("kf/customer/batchget", **ask)["customer_list"] == []


def test_upgraded_service(platform, counter):
    assert platform.get("kf/customer/get_upgrade_service_config")["member_range"]["department_id_list"] == [101]
    ask = {**counter.who, "type": 1, "member": {"userid": "lixiaomei", "wording": "专属导购"}}
    assert platform.post("kf/customer/upgrade_service", **ask)["errcode"] == 95031
    counter.asks()
    assert platform.post("kf/customer/upgrade_service", **ask)["errcode"] == 0
    assert "李小美" in counter.chat()[-1]["body"]["content"]
    elsewhere = {"type": 2, "groupchat": {"chat_id": "wrx", "wording": ""}}
    assert platform.post("kf/customer/upgrade_service", **(ask | elsewhere))["errcode"] == 95021
    platform.control("kf/upgrades", chat_ids=["wrx"])
    assert platform.post("kf/customer/upgrade_service", **(ask | elsewhere))["errcode"] == 0
    assert platform.post("kf/customer/cancel_upgrade_service", **counter.who)["errcode"] == 0


def test_a_client_nobody_here_wrote(platform, counter):
    class Client(WeChatClient):
        API_BASE_URL = f"{platform.base}/cgi-bin/"

        def fetch_access_token(self):
            args = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{self.API_BASE_URL}gettoken", params=args)

    client = Client(CORPID, APP["secret"], timeout=60, auto_retry=False)
    kf, who = client.kf, (counter.open_kfid, counter.external_userid)
    assert kf.send_msg_on_event(counter.welcome_code, "text", {"text": {"content": "您好"}})["msgid"]
    counter.asks()
    assert client.kf_message.send_text(counter.external_userid, counter.open_kfid, "在的")["msgid"]
    menu = [{"type": "click", "click": {"id": "1", "content": "是"}}]
    assert client.kf_message.send_msgmenu(counter.external_userid, counter.open_kfid, "满意吗", menu, "谢谢")["msgid"]
    assert kf.get_service_state(*who)["service_state"] == 0
    assert kf.trans_service_state(*who, 3, "lixiaomei")["msg_code"]
    assert kf.get_servicer_list(counter.open_kfid)["servicer_list"][0]["userid"] == "lixiaomei"
    assert kf.batchget_customer(counter.external_userid)["customer_list"][0]["nickname"] == "苏苏"
    assert kf.add_contact_way(counter.open_kfid, "s1")["url"].startswith(platform.base)
    with pytest.raises(WeChatClientException) as refused:
        kf.sync_msg("")
    assert refused.value.errcode == 95000


def test_a_page_of_the_sidebar_writes_as_the_servicer():
    """What sendChatMessage gives arrives in the shape of sync_msg."""
    news = {"link": "https://a.cn", "title": "新品", "desc": "", "imgUrl": "https://a.cn/a.png"}
    assert as_synced("news", news) == (
        "link",
        {"title": "新品", "desc": "", "url": "https://a.cn", "pic_url": "https://a.cn/a.png"},
    )
    assert as_synced("image", {"mediaid": "m1"}) == ("image", {"media_id": "m1"})
    assert as_synced("text", {"content": "x"}) == ("text", {"content": "x"})


def test_an_account_without_an_app_is_served_by_people_alone(platform, counter):
    platform.do("kf_account_is_assigned", open_kfid=counter.open_kfid, assigned=False)
    asked = counter.asks()
    assert (asked["state"], asked["event_id"]) == (3, 0)


def test_a_snapshot_brings_everything_back(tmp_path: Path):
    world, again = World(Settings()), World(Settings())
    world.reset(sample.fill, 7)
    snapshot.save(world, tmp_path / "a.json")
    snapshot.load(again, tmp_path / "a.json")
    assert again.state.kf == world.state.kf
    session = next(iter(again.state.kf.sessions.values()))
    assert again.state.kf.of_customer(session.external_userid) == [session]
