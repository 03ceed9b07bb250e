"""微信客服 as documented: each sample's shape, and one talk from the link to the next question."""

import pytest

from tests.contract.conftest import REAL
from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
OK = {"errcode": 0, "errmsg": "ok"}
SENT = OK | {"msgid": "MSG_ID"}


@pytest.fixture
def account(wecom: Corp) -> str:
    """An account this app may manage."""
    accounts = wecom.post("kf/account/list", offset=0, limit=100)["account_list"]
    mine = [each["open_kfid"] for each in accounts if each["manage_privilege"]]
    if REAL and not mine:
        pytest.skip("the app manages no kf account")
    assert mine
    return str(mine[0])


@documented("94661", "kf/account/list")
def test_account_list(wecom: Corp) -> None:
    row = {"open_kfid": "wkAJ2G", "name": "咨询客服", "avatar": "https://a", "manage_privilege": False}
    shaped_like(wecom.post("kf/account/list", offset=0, limit=100), OK | {"account_list": [row]}, optional=("account_list[]",))


@documented("94662", "kf/account/add", "kf/account/update", "kf/account/del", writes=True)
def test_an_account_comes_and_goes(wecom: Corp) -> None:
    media_id = wecom.upload("media/upload", "a.png", PNG, type="image")["media_id"]
    made = wecom.post("kf/account/add", name="契约测试", media_id=media_id)
    shaped_like(made, OK | {"open_kfid": "wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw"})
    shaped_like(wecom.post("kf/account/update", open_kfid=made["open_kfid"], name="契约", media_id=media_id), OK)
    shaped_like(wecom.post("kf/account/del", open_kfid=made["open_kfid"]), OK)


@documented("94665", "kf/add_contact_way", writes=True)
def test_add_contact_way(wecom: Corp, account: str) -> None:
    shaped_like(wecom.post("kf/add_contact_way", open_kfid=account, scene="12345"), OK | {"url": "https://a"})


@documented("94646", "kf/servicer/add", "kf/servicer/del", writes=True)
def test_servicers_come_and_go(wecom: Corp, account: str) -> None:
    result = {"result_list": [{"userid": "zhangsan", "errcode": 0, "errmsg": "success"}]}
    shaped_like(wecom.post("kf/servicer/add", open_kfid=account, userid_list=[wecom.member]), OK | result)
    department = wecom.post("kf/servicer/add", open_kfid=account, department_id_list=[1])
    shaped_like(department, OK | {"result_list": [{"department_id": 2, "errcode": 0, "errmsg": "success"}]})
    shaped_like(wecom.post("kf/servicer/del", open_kfid=account, department_id_list=[1]), OK | department)


@documented("94645", "kf/servicer/list")
def test_servicer_list(wecom: Corp, account: str) -> None:
    answer = wecom.get("kf/servicer/list", open_kfid=account)
    shaped_like(answer, OK | {"servicer_list": [{"userid": "zhangsan", "status": 0}]}, optional=("servicer_list[]",))


@documented("94670", "kf/sync_msg")
def test_sync_msg(wecom: Corp, account: str) -> None:
    answer = wecom.post("kf/sync_msg", cursor="", limit=1000, voice_format=0, open_kfid=account)
    row = {"msgid": "from_msgid_4622416642169452483", "send_time": 1615478585, "origin": 3, "msgtype": "text"}
    sample = OK | {"next_cursor": "4gw7MepFLfgF2VC5npN", "has_more": 1, "msg_list": [row]}
    shaped_like(answer, sample, optional=("msg_list[]",))


@documented("94674", "kf/customer/get_upgrade_service_config")
def test_get_upgrade_service_config(wecom: Corp) -> None:
    ranges = {
        "member_range": {"userid_list": ["zhangsan"], "department_id_list": [2]},
        "groupchat_range": {"chat_id_list": ["wraaa"]},
    }
    empty = ("member_range.userid_list[]", "member_range.department_id_list[]", "groupchat_range.chat_id_list[]")
    shaped_like(wecom.get("kf/customer/get_upgrade_service_config"), OK | ranges, optional=empty)


@documented(
    "95159", "kf/customer/batchget", "kf/customer/upgrade_service", "kf/customer/cancel_upgrade_service", writes=True, people=True
)
def test_a_customer_and_her_upgrade(wecom: Corp, account: str) -> None:
    who = wecom.do("customer_opens_kf", open_kfid=account, customer={"name": "苏苏"}, scene="12345")["external_userid"]
    wecom.do("customer_writes_kf", open_kfid=account, external_userid=who, content="在吗")
    answer = wecom.post("kf/customer/batchget", external_userid_list=[who, "zhangsan"], need_enter_session_context=1)
    row = {"external_userid": "wmxxx", "nickname": "张三", "avatar": "http://a", "gender": 1,
           "enter_session_context": {"scene": "123", "scene_param": "abc"}}  # fmt: skip
    shaped_like(answer, OK | {"customer_list": [row], "invalid_external_userid": ["zhangsan"]})
    ask = {"open_kfid": account, "external_userid": who}
    upgraded = wecom.post("kf/customer/upgrade_service", **ask, type=1, member={"userid": wecom.member, "wording": "你好"})
    shaped_like(upgraded, OK)
    shaped_like(wecom.post("kf/customer/cancel_upgrade_service", **ask), OK)


@documented(
    "94677",
    "kf/send_msg",
    "kf/send_msg_on_event",
    "kf/service_state/get",
    "kf/service_state/trans",
    "kf/sync_msg",
    writes=True,
    people=True,
)
def test_a_full_sequence(wecom: Corp, account: str) -> None:
    """3.12.5 of the sheet, step by step; what the documents leave open is not asked."""
    cursor = wecom.post("kf/sync_msg", open_kfid=account)["next_cursor"]

    def sync() -> list[dict[str, object]]:
        nonlocal cursor
        answer = wecom.post("kf/sync_msg", open_kfid=account, cursor=cursor)
        cursor = answer["next_cursor"]
        return list(answer["msg_list"])

    url = wecom.post("kf/add_contact_way", open_kfid=account, scene="shop1")["url"]
    who = wecom.do("customer_opens_kf", url=f"{url}&scene_param=a%3D1", customer={"name": "苏苏"})["external_userid"]
    event = {"event_type": "enter_session", "open_kfid": "wk", "external_userid": "wm", "scene": "shop1", "scene_param": "",
             "welcome_code": "CODE"}  # fmt: skip
    entered = sync()
    shaped_like(entered[0], {"msgid": "x", "send_time": 1, "origin": 4, "msgtype": "event", "event": event})
    ask = {"open_kfid": account, "external_userid": who}
    state = OK | {"service_state": 4}
    assert wecom.post("kf/service_state/get", **ask) == state
    code = {"code": entered[0]["event"]["welcome_code"], "msgtype": "text", "text": {"content": "欢迎咨询"}}  # type: ignore[index]
    shaped_like(wecom.post("kf/send_msg_on_event", **code), SENT)
    assert wecom.post("kf/send_msg_on_event", **code)["errcode"] == 95007

    wecom.do("customer_writes_kf", **ask, content="在吗")
    text = {"msgid": "x", "open_kfid": "wk", "external_userid": "wm", "send_time": 1, "origin": 3, "msgtype": "text"}
    shaped_like(sync()[0], text | {"text": {"content": "hello world"}})
    assert wecom.post("kf/service_state/get", **ask)["service_state"] == 0
    message = {"touser": who, "open_kfid": account, "msgtype": "text", "text": {"content": "您好"}}
    for _ in range(5):
        shaped_like(wecom.post("kf/send_msg", **message), SENT)
    assert wecom.post("kf/send_msg", **message)["errcode"] == 95001
    assert sync() == []

    human = wecom.post("kf/service_state/trans", **ask, service_state=3, servicer_userid=wecom.member)
    shaped_like(human, OK | {"msg_code": "MSG_CODE"})
    shaped_like(wecom.post("kf/service_state/get", **ask), OK | {"service_state": 3, "servicer_userid": "zhangsan"})
    assert wecom.post("kf/send_msg", **message)["errcode"] == 95018
    reply = {"code": human["msg_code"], "msgtype": "text", "text": {"content": "我来帮您"}}
    shaped_like(wecom.post("kf/send_msg_on_event", **reply), SENT)
    assert wecom.post("kf/send_msg_on_event", **reply)["errcode"] == 95007

    wecom.do("servicer_answers_kf", **ask, userid=wecom.member, content="有的")
    wecom.do("servicer_ends_kf", **ask, userid=wecom.member)
    answered, ended = sync()
    shaped_like(answered, text | {"servicer_userid": "Zhangsan", "text": {"content": "hello world"}})
    assert answered["origin"] == 5
    change = {"event_type": "session_status_change", "change_type": 3, "old_servicer_userid": "z", "msg_code": "MSG_CODE"}
    shaped_like(ended["event"], change | {"open_kfid": "wk", "external_userid": "wm"})
    assert wecom.post("kf/service_state/get", **ask)["service_state"] == 4
    assert wecom.post("kf/service_state/trans", **ask, service_state=2)["errcode"] in (95013, 95016)
    wecom.do("customer_writes_kf", **ask, content="还在吗")
    assert wecom.post("kf/service_state/get", **ask)["service_state"] == 0
