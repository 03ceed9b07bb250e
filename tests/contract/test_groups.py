"""Customer groups, ways into them, their welcomes, figures and transfers, held to the documented samples."""

import time
from typing import Any

import pytest

from tests.contract.conftest import REAL
from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

DAY = 86_400
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
DATA = {
    "new_chat_cnt": 2, "chat_total": 2, "chat_has_msg": 0, "new_member_cnt": 0, "member_total": 6, "member_has_msg": 0,
    "msg_total": 0, "migrate_trainee_chat_cnt": 3,
}  # fmt: skip
WELCOME = {
    "text": {"content": "亲爱的%NICKNAME%用户，你好"},
    "link": {"title": "消息标题", "picurl": "https://example.pic.com/path", "desc": "消息描述", "url": "https://example.link.com/path"},
}  # fmt: skip


@pytest.fixture
def chat_id(wecom: Corp) -> str:
    """A group the app's member owns."""
    hers = {"userid_list": [wecom.member]}
    found = wecom.post("externalcontact/groupchat/list", owner_filter=hers, limit=10)["group_chat_list"]
    if REAL and not found:
        pytest.skip("the member owns no customer group")
    assert found
    return str(found[0]["chat_id"])


@pytest.fixture
def yesterday() -> int:
    """Some time of yesterday; the platform floors it to the day."""
    return int(time.time()) - DAY


@documented("92120", "externalcontact/groupchat/list")
def test_list(wecom: Corp, chat_id: str) -> None:
    body = {"status_filter": 0, "owner_filter": {"userid_list": [wecom.member]}, "limit": 10}
    answer = wecom.post("externalcontact/groupchat/list", **body)
    sample = {
        "group_chat_list": [{"chat_id": "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA", "status": 0}],
        "next_cursor": "tJzlB9tdqfh-g7i_J-ehOz",
    }
    shaped_like(answer, OK | sample, optional=("next_cursor",))


@documented("92120", "externalcontact/groupchat/list")
def test_list_needs_a_limit(wecom: Corp) -> None:
    assert wecom.post("externalcontact/groupchat/list", status_filter=0, limit=1001)["errcode"] != 0


@documented("92122", "externalcontact/groupchat/get")
def test_get(wecom: Corp, chat_id: str) -> None:
    answer = wecom.post("externalcontact/groupchat/get", chat_id=chat_id, need_name=1)
    person = {"userid": "abel", "type": 1, "join_time": 1572505491, "join_scene": 1, "invitor": {"userid": "jack"},
              "group_nickname": "客服小张", "name": "张三丰"}  # fmt: skip
    sample = {"group_chat": {
        "chat_id": "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA", "name": "销售客服群", "owner": "ZhuShengBen", "create_time": 1572505490,
        "notice": "文明沟通，拒绝脏话", "member_list": [person], "admin_list": [{"userid": "sam"}],
        "member_version": "71217227bbd112ecfe3a49c482195cb4",
    }}  # fmt: skip
    optional = ("group_chat.notice", "group_chat.member_list[].invitor", "group_chat.admin_list[]", "group_chat.member_version")
    shaped_like(answer, OK | sample, optional=optional)


@documented("92122", "externalcontact/groupchat/get", writes=True, people=True)
def test_get_of_a_customer_who_came_by_a_code(wecom: Corp, chat_id: str) -> None:
    body = {"scene": 2, "chat_id_list": [chat_id], "state": "klsdup3kj3s1"}
    config_id = wecom.post("externalcontact/groupchat/add_join_way", **body)["config_id"]
    guest = wecom.do("customer_joins_group", config_id=config_id, customer={"name": "王语嫣"})["external_userid"]
    people = wecom.post("externalcontact/groupchat/get", chat_id=chat_id, need_name=1)["group_chat"]["member_list"]
    came = next(each for each in people if each["userid"] == guest)
    sample = {"userid": "wmOgQhDgAAuXFJGwbve4g4iXknfOAAAA", "type": 2, "join_time": 1572505491, "join_scene": 3,
              "state": "klsdup3kj3s1", "group_nickname": "顾客老王", "name": "王语嫣"}  # fmt: skip
    shaped_like(came, sample)
    assert (came["state"], came["join_scene"], "invitor" in came) == ("klsdup3kj3s1", 3, False)


@documented("92122", "externalcontact/groupchat/get", writes=True, people=True)
def test_get_of_a_dismissed_group(wecom: Corp, chat_id: str) -> None:
    wecom.do("group_dismisses", chat_id=chat_id)
    assert wecom.post("externalcontact/groupchat/get", chat_id=chat_id)["errcode"] == 49008


@documented("94822", "externalcontact/opengid_to_chatid", people=True)
def test_opengid_to_chatid(wecom: Corp, chat_id: str) -> None:
    opengid = wecom.control(f"groups/{chat_id}")["opengid"]
    answer = wecom.post("externalcontact/opengid_to_chatid", opengid=opengid)
    shaped_like(answer, OK | {"chat_id": "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA"})
    assert wecom.post("externalcontact/opengid_to_chatid", opengid="nobody")["errcode"] == 90511


@documented(
    "92229", "externalcontact/groupchat/add_join_way", "externalcontact/groupchat/get_join_way",
    "externalcontact/groupchat/update_join_way", "externalcontact/groupchat/del_join_way", writes=True,
)  # fmt: skip
def test_join_way(wecom: Corp, chat_id: str) -> None:
    body = {"scene": 2, "remark": "aa_remark", "auto_create_room": 1, "room_base_name": "销售客服群", "room_base_id": 10,
            "chat_id_list": [chat_id], "state": "klsdup3kj3s1", "mark_source": True}  # fmt: skip
    added = wecom.post("externalcontact/groupchat/add_join_way", **body)
    shaped_like(added, OK | {"config_id": "9ad7fa5cdaa6511298498f979c472aaa"})
    named = {"config_id": added["config_id"]}
    answer = wecom.post("externalcontact/groupchat/get_join_way", **named)
    shaped_like(answer, OK | {"join_way": body | named | {"qr_code": "http://p.qpic.cn/wwhead/nMl9ssowtibVGyrmvBiaibzDtp/0"}})
    shaped_like(wecom.post("externalcontact/groupchat/update_join_way", **named, **body), OK)
    shaped_like(wecom.post("externalcontact/groupchat/del_join_way", **named), OK)
    assert wecom.post("externalcontact/groupchat/get_join_way", **named)["errcode"] == 41044


@documented("92229", "externalcontact/groupchat/add_join_way", writes=True)
def test_a_join_way_has_five_groups(wecom: Corp, chat_id: str) -> None:
    answer = wecom.post("externalcontact/groupchat/add_join_way", scene=2, chat_id_list=[chat_id] * 6)
    assert answer["errcode"] == 41091


@documented(
    "92366", "externalcontact/group_welcome_template/add", "externalcontact/group_welcome_template/edit",
    "externalcontact/group_welcome_template/get", "externalcontact/group_welcome_template/del", writes=True,
)  # fmt: skip
def test_group_welcome_template(wecom: Corp) -> None:
    added = wecom.post("externalcontact/group_welcome_template/add", **WELCOME, agentid=wecom.agentid, notify=1)
    shaped_like(added, OK | {"template_id": "msgXXXXXX"})
    named = {"template_id": added["template_id"]}
    shaped_like(wecom.post("externalcontact/group_welcome_template/get", **named), OK | WELCOME)
    edited = wecom.post("externalcontact/group_welcome_template/edit", **named, **WELCOME, agentid=wecom.agentid)
    shaped_like(edited, OK)
    shaped_like(wecom.post("externalcontact/group_welcome_template/del", **named, agentid=wecom.agentid), OK)


@documented("95703", "externalcontact/groupchat/onjob_transfer", writes=True)
def test_onjob_transfer(wecom: Corp) -> None:
    """The documented answer is a refused row: a chat that is no customer group."""
    body = {"chat_id_list": ["wrOgQhDgAAcwMTB7YmDkbeBsgT_KAAAA"], "new_owner": wecom.member}
    answer = wecom.post("externalcontact/groupchat/onjob_transfer", **body)
    failed = {"chat_id": "wrOgQhDgAAcwMTB7YmDkbeBsgT_KAAAA", "errcode": 90501, "errmsg": "chat is not external group chat"}
    shaped_like(answer, OK | {"failed_chat_list": [failed]})
    assert answer["failed_chat_list"] == [failed]


@documented("92127", "externalcontact/groupchat/transfer", writes=True, people=True)
def test_transfer(wecom: Corp, chat_id: str) -> None:
    body = {"chat_id_list": [chat_id], "new_owner": "zhouting"}
    answer = wecom.post("externalcontact/groupchat/transfer", **body)
    failed = {"chat_id": chat_id, "errcode": 90500, "errmsg": "the owner of this chat is not resigned"}
    shaped_like(answer, OK | {"failed_chat_list": [failed]})
    assert answer["failed_chat_list"] == [failed]
    wecom.do("member_resigns", userid=wecom.member)
    assert wecom.post("externalcontact/groupchat/transfer", **body)["failed_chat_list"] == []
    assert wecom.post("externalcontact/groupchat/get", chat_id=chat_id)["group_chat"]["owner"] == "zhouting"


@documented("92133", "externalcontact/groupchat/statistic")
def test_statistic(wecom: Corp, chat_id: str, yesterday: int) -> None:
    body = {"day_begin_time": yesterday, "day_end_time": yesterday, "owner_filter": {"userid_list": [wecom.member]},
            "order_by": 2, "order_asc": 0, "offset": 0, "limit": 1000}  # fmt: skip
    answer = wecom.post("externalcontact/groupchat/statistic", **body)
    sample = {"total": 2, "next_offset": 2, "items": [{"owner": "zhangsan", "data": DATA}]}
    shaped_like(answer, OK | sample, optional=("items[].data.migrate_trainee_chat_cnt",))


@documented("92133", "externalcontact/groupchat/statistic_group_by_day")
def test_statistic_group_by_day(wecom: Corp, chat_id: str, yesterday: int) -> None:
    body = {"day_begin_time": yesterday - 2 * DAY, "day_end_time": yesterday, "owner_filter": {"userid_list": [wecom.member]}}
    answer = wecom.post("externalcontact/groupchat/statistic_group_by_day", **body)
    sample = {"items": [{"stat_time": 1600272000, "data": DATA}]}
    shaped_like(answer, OK | sample, optional=("items[].data.migrate_trainee_chat_cnt",))
    assert len(answer["items"]) == 3
