"""Documented samples of 联系客户统计, 客户规则组, openids, served contacts (DOC 92132, 94882, 94883, 93274, 99434)."""

import time

from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

OK = {"errcode": 0, "errmsg": "ok"}
TAG = {"id": "TAG_ID1", "name": "NAME1", "create_time": 1557838797, "order": 1}
GROUP = {"group_id": "GROUP_ID", "group_name": "GOURP_NAME", "create_time": 1557838797, "order": 1, "strategy_id": 1}
PRIVILEGES = (
    "view_customer_list", "view_customer_data", "view_room_list", "contact_me", "join_room", "share_customer",
    "oper_resign_customer", "oper_resign_group", "send_customer_msg", "edit_welcome_msg", "view_behavior_data",
    "view_room_data", "send_group_msg", "room_deduplication", "rapid_reply", "onjob_customer_transfer",
    "edit_anti_spam_rule", "export_customer_list", "export_customer_data", "export_customer_group_list",
    "manage_customer_tag",
)  # fmt: skip


@documented("92132", "externalcontact/get_user_behavior_data")
def test_get_user_behavior_data(wecom: Corp) -> None:
    now = int(time.time())
    body = {"userid": [wecom.member], "start_time": now - 6 * 86400, "end_time": now - 86400}
    row = {
        "stat_time": 1536508800, "chat_cnt": 100, "message_cnt": 80, "reply_percentage": 60.25, "avg_reply_time": 1,
        "negative_feedback_cnt": 0, "new_apply_cnt": 6, "new_contact_cnt": 5,
    }  # fmt: skip
    only_with_chats = ("behavior_data[].reply_percentage", "behavior_data[].avg_reply_time")
    answer = wecom.post("externalcontact/get_user_behavior_data", **body)
    shaped_like(answer, OK | {"behavior_data": [row]}, optional=only_with_chats)
    assert wecom.post("externalcontact/get_user_behavior_data", start_time=now, end_time=now)["errcode"] != 0


def new_strategy(wecom: Corp) -> int:
    answer = wecom.post(
        "externalcontact/customer_strategy/create", parent_id=0, strategy_name="NAME", admin_list=[wecom.member],
        privilege=dict.fromkeys(PRIVILEGES, True), range=[{"type": 1, "userid": wecom.member}, {"type": 2, "partyid": 101}],
    )  # fmt: skip
    shaped_like(answer, OK | {"strategy_id": 1})
    return int(answer["strategy_id"])


@documented("94883", "externalcontact/customer_strategy/list")
def test_list_strategies(wecom: Corp) -> None:
    answer = wecom.post("externalcontact/customer_strategy/list", cursor="", limit=1000)
    sample = OK | {"strategy": [{"strategy_id": 1}], "next_cursor": "NEXT_CURSOR"}
    shaped_like(answer, sample, optional=("strategy[]", "next_cursor"))


@documented(
    "94883", "externalcontact/customer_strategy/create", "externalcontact/customer_strategy/get",
    "externalcontact/customer_strategy/get_range", "externalcontact/customer_strategy/edit",
    "externalcontact/customer_strategy/del", writes=True, people=True,
)  # fmt: skip
def test_a_strategy(wecom: Corp) -> None:
    strategy_id = new_strategy(wecom)
    shown = {
        "strategy_id": 1, "parent_id": 0, "strategy_name": "NAME", "create_time": 1557838797, "admin_list": ["zhangsan"],
        "privilege": dict.fromkeys(PRIVILEGES, True),
    }  # fmt: skip
    shaped_like(wecom.post("externalcontact/customer_strategy/get", strategy_id=strategy_id), OK | {"strategy": shown})
    nodes = wecom.post("externalcontact/customer_strategy/get_range", strategy_id=strategy_id, cursor="", limit=1000)
    shaped_like(nodes, OK | {"range": [{"type": 1, "userid": "zhangsan"}], "next_cursor": "NEXT_CURSOR"})
    assert nodes["range"][1] == {"type": 2, "partyid": 101}
    change = {"strategy_name": "NAME2", "admin_list": [wecom.member], "range_add": [{"type": 2, "partyid": 102}]}
    for name, body in (("edit", change | {"range_del": [{"type": 2, "partyid": 101}]}), ("del", {})):
        answer = wecom.post(f"externalcontact/customer_strategy/{name}", strategy_id=strategy_id, **body)
        assert answer["errcode"] == 0, answer


@documented(
    "94882", "externalcontact/get_strategy_tag_list", "externalcontact/add_strategy_tag",
    "externalcontact/edit_strategy_tag", "externalcontact/del_strategy_tag", writes=True, people=True,
)  # fmt: skip
def test_strategy_tags(wecom: Corp) -> None:
    strategy_id = new_strategy(wecom)
    made = wecom.post(
        "externalcontact/add_strategy_tag", strategy_id=strategy_id, group_name="GROUP_NAME", order=1,
        tag=[{"name": "NAME1", "order": 1}, {"name": "NAME2", "order": 2}],
    )  # fmt: skip
    shaped_like(made, OK | {"tag_group": {key: GROUP[key] for key in GROUP if key != "strategy_id"} | {"tag": [TAG]}})
    tag_id, group_id = made["tag_group"]["tag"][0]["id"], made["tag_group"]["group_id"]
    listed = wecom.post("externalcontact/get_strategy_tag_list", strategy_id=strategy_id, tag_id=[], group_id=[group_id])
    shaped_like(listed, OK | {"tag_group": [GROUP | {"tag": [TAG]}]})
    assert wecom.post("externalcontact/edit_strategy_tag", id=tag_id, name="NEW", order=3)["errcode"] == 0
    wecom.post("externalcontact/mark_tag", userid=wecom.member, external_userid=wecom.customer, add_tag=[tag_id])
    follow = wecom.get("externalcontact/get", external_userid=wecom.customer)["follow_user"][0]
    mine = next(tag for tag in follow["tags"] if tag.get("tag_id") == tag_id)
    shaped_like(mine, {"group_name": "标签分组名称", "tag_name": "标签名称", "tag_id": "stAJ", "type": 3})
    assert mine["type"] == 3
    assert wecom.post("externalcontact/del_strategy_tag", tag_id=[tag_id], group_id=[group_id])["errcode"] == 0


@documented("99434", "externalcontact/contact_list")
def test_contact_list(wecom: Corp) -> None:
    answer = wecom.post("externalcontact/contact_list", cursor="", limit=1000)
    row = {"is_customer": True, "tmp_openid": "TMP", "follow_userid": "zhangsan", "add_time": 1567389832}
    shaped_like(answer, OK | {"info_list": [row], "next_cursor": "CURSOR"}, optional=("info_list[]",))
    for each in answer["info_list"]:
        assert ("external_userid" in each) is each["is_customer"]
        assert ("name" in each) is not each["is_customer"]


@documented("93274", "user/convert_to_openid", "user/convert_to_userid", writes=True, people=True)
def test_openids(wecom: Corp) -> None:
    answer = wecom.post("user/convert_to_openid", userid=wecom.member)
    shaped_like(answer, OK | {"openid": "oDOGms-6yCnGrRovBj2yHij5JL6E"})
    back = wecom.post("user/convert_to_userid", openid=answer["openid"])
    shaped_like(back, OK | {"userid": "zhangsan"})
    assert back["userid"] == wecom.member


@documented("92228", "externalcontact/close_temp_chat", writes=True, people=True)
def test_close_temp_chat(wecom: Corp) -> None:
    way = wecom.post("externalcontact/add_contact_way", type=1, scene=2, user=[wecom.member], is_temp=True)["config_id"]
    external_userid = wecom.do("customer_scans", config_id=way)["external_userid"]
    body = {"userid": wecom.member, "external_userid": external_userid}
    assert wecom.post("externalcontact/close_temp_chat", **body)["errcode"] == 0
