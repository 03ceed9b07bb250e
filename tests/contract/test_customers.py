"""Customers, remarks, corp tags, contact ways, welcome: the documented samples (DOC 92571, 92113-92118, 92994, 92228, 92137)."""

from typing import Any

from tests.contract.corp import Corp
from tests.contract.files import png
from tests.contract.samples import documented, shaped_like

OK = {"errcode": 0, "errmsg": "ok"}
PERSON = {
    "external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA",
    "name": "李四",
    "avatar": "https://p.qlogo.cn/x/0",
    "type": 1,
    "gender": 1,
}
FOLLOW = {
    "userid": "rocky", "remark": "李部长", "description": "对接采购事务", "createtime": 1525779812,
    "remark_mobiles": ["13800000001"],
    "oper_userid": "rocky", "add_way": 10,
}  # fmt: skip
TAG = {"id": "TAG_ID1", "name": "NAME1", "create_time": 1557838797, "order": 1}
GROUP = {"group_id": "TAG_GROUPID1", "group_name": "GOUP_NAME", "create_time": 1557838797, "order": 1, "tag": [TAG]}
WAY: dict[str, Any] = {
    "type": 1,
    "scene": 2,
    "style": 1,
    "remark": "渠道客户",
    "skip_verify": True,
    "state": "teststate",
    "mark_source": True,
}


def make_tag(wecom: Corp, name: str = "contract-tag") -> dict[str, Any]:
    answer = wecom.post("externalcontact/add_corp_tag", group_name="contract-group", order=1, tag=[{"name": name, "order": 1}])
    return dict(answer["tag_group"])


def make_way(wecom: Corp) -> str:
    return str(wecom.post("externalcontact/add_contact_way", **WAY, user=[wecom.member])["config_id"])


@documented("92571", "externalcontact/get_follow_user_list")
def test_who_may_have_customers(wecom: Corp) -> None:
    shaped_like(wecom.get("externalcontact/get_follow_user_list"), OK | {"follow_user": ["zhangsan", "lissi"]})


@documented("92113", "externalcontact/list")
def test_the_customers_of_a_member(wecom: Corp) -> None:
    shaped_like(
        wecom.get("externalcontact/list", userid=wecom.member), OK | {"external_userid": ["woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA"]}
    )


@documented("92114", "externalcontact/get")
def test_one_customer(wecom: Corp) -> None:
    answer = wecom.get("externalcontact/get", external_userid=wecom.customer)
    shaped_like(answer, OK | {"external_contact": PERSON, "follow_user": [FOLLOW]}, ("follow_user[].remark_mobiles[]",))


@documented("92114", "externalcontact/get", writes=True)
def test_her_tags_and_where_she_came_from(wecom: Corp) -> None:
    tag_id = make_tag(wecom)["tag"][0]["id"]
    marked = wecom.post("externalcontact/mark_tag", userid=wecom.member, external_userid=wecom.customer, add_tag=[tag_id])
    shaped_like(marked, OK)
    follows = wecom.get("externalcontact/get", external_userid=wecom.customer)["follow_user"]
    mine = next(each for each in follows if each["userid"] == wecom.member)
    sample = {"group_name": "标签分组名称", "tag_name": "标签名称", "tag_id": "etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA", "type": 1}
    shaped_like(mine["tags"], [sample])


@documented("92114", "externalcontact/get")
def test_an_id_nobody_has_is_40096(wecom: Corp) -> None:
    assert wecom.get("externalcontact/get", external_userid="wmNobodyAtAll0000000000000000000")["errcode"] == 40096


@documented("92994", "externalcontact/batch/get_by_user")
def test_many_customers_with_their_member(wecom: Corp) -> None:
    answer = wecom.post("externalcontact/batch/get_by_user", userid_list=[wecom.member], cursor="", limit=2)
    row = {"external_contact": PERSON, "follow_info": FOLLOW | {"tag_id": ["etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA"]}}
    optional = ("external_contact_list[].follow_info.tag_id[]", "external_contact_list[].follow_info.remark_mobiles[]")
    shaped_like(
        answer, OK | {"external_contact_list": [row], "next_cursor": "r9FqSqsI8fgNbHLHE5QoCP50UIg2cFQbfma3l2QsmwI"}, optional
    )


@documented("92994", "externalcontact/batch/get_by_user")
def test_a_foreign_cursor_is_refused(wecom: Corp) -> None:
    assert wecom.post("externalcontact/batch/get_by_user", userid_list=[wecom.member], cursor="nonsense", limit=2)["errcode"] != 0


@documented("92994", "externalcontact/batch/get_by_user", writes=True, people=True)
def test_members_without_a_licence_are_named(wecom: Corp) -> None:
    wecom.do("member_license_changes", userid="zhouting", licensed=False)
    answer = wecom.post("externalcontact/batch/get_by_user", userid_list=[wecom.member, "zhouting"], limit=2)
    shaped_like(answer["fail_info"], {"unlicensed_userid_list": ["lisi"]})
    assert wecom.post("externalcontact/batch/get_by_user", userid_list=["zhouting"])["errcode"] == 701008


@documented("92115", "externalcontact/remark", writes=True)
def test_a_remark(wecom: Corp) -> None:
    answer = wecom.post(
        "externalcontact/remark", userid=wecom.member, external_userid=wecom.customer, remark="备注信息", description="描述信息",
        remark_company="腾讯科技", remark_mobiles=["13800000001", "13800000002"],
    )  # fmt: skip
    shaped_like(answer, OK)


@documented("92117", "externalcontact/add_corp_tag", "externalcontact/get_corp_tag_list", "externalcontact/edit_corp_tag",
            "externalcontact/del_corp_tag", writes=True)  # fmt: skip
def test_tags_from_birth_to_end(wecom: Corp) -> None:
    made = wecom.post(
        "externalcontact/add_corp_tag", group_name="contract-group", order=1, tag=[{"name": "contract-tag", "order": 1}]
    )
    shaped_like(made, OK | {"tag_group": GROUP})
    group = made["tag_group"]
    shaped_like(wecom.post("externalcontact/get_corp_tag_list"), OK | {"tag_group": [GROUP]})
    filtered = wecom.post("externalcontact/get_corp_tag_list", group_id=[group["group_id"]])
    shaped_like(filtered, OK | {"tag_group": [GROUP | {"deleted": False, "tag": [TAG | {"deleted": False}]}]})
    shaped_like(wecom.post("externalcontact/edit_corp_tag", id=group["tag"][0]["id"], name="contract-renamed", order=2), OK)
    shaped_like(wecom.post("externalcontact/del_corp_tag", group_id=[group["group_id"]]), OK)


@documented("92118", "externalcontact/mark_tag", writes=True)
def test_marks_come_and_go(wecom: Corp) -> None:
    tag_id, who = make_tag(wecom)["tag"][0]["id"], {"userid": wecom.member, "external_userid": wecom.customer}
    shaped_like(wecom.post("externalcontact/mark_tag", **who, add_tag=[tag_id]), OK)
    shaped_like(wecom.post("externalcontact/mark_tag", **who, remove_tag=[tag_id]), OK)


@documented("92228", "externalcontact/add_contact_way", "externalcontact/get_contact_way", "externalcontact/update_contact_way",
            "externalcontact/del_contact_way", writes=True)  # fmt: skip
def test_a_contact_way_from_birth_to_end(wecom: Corp) -> None:
    made = wecom.post("externalcontact/add_contact_way", **WAY, user=[wecom.member])
    shaped_like(made, OK | {"config_id": "42b34949e138eb6e027c123cba77fAAA", "qr_code": "http://p.qpic.cn/wwhead/x/0"})
    config_id = made["config_id"]
    shown = WAY | {"config_id": "42b3", "qr_code": "http://p.qpic.cn/x", "user": ["zhangsan"], "party": [], "is_temp": False}
    shaped_like(wecom.post("externalcontact/get_contact_way", config_id=config_id), OK | {"contact_way": shown})
    changed = wecom.post(
        "externalcontact/update_contact_way", config_id=config_id, remark="渠道客户", skip_verify=True, style=1, state="new"
    )
    shaped_like(changed, OK)
    shaped_like(wecom.post("externalcontact/del_contact_way", config_id=config_id), OK)
    assert wecom.post("externalcontact/get_contact_way", config_id=config_id)["errcode"] == 41044


@documented("92228", "externalcontact/list_contact_way", writes=True)
def test_the_list_of_contact_ways(wecom: Corp) -> None:
    config_id = make_way(wecom)
    answer = wecom.post("externalcontact/list_contact_way", limit=1000)
    shaped_like(answer, OK | {"contact_way": [{"config_id": "534b63270045c9ABiKEE814ef56d91c62f"}]})
    wecom.post("externalcontact/del_contact_way", config_id=config_id)


@documented("92137", "externalcontact/send_welcome_msg", writes=True, people=True)
def test_a_welcome_in_the_first_twenty_seconds(wecom: Corp) -> None:
    code = wecom.do("customer_scans", userid=wecom.member, customer={"name": "周小姐"})["welcome_code"]
    picture = wecom.upload("media/upload", "a.png", png(), type="image")["media_id"]
    attachments = [
        {"msgtype": "image", "image": {"media_id": picture}},
        {
            "msgtype": "link",
            "link": {
                "title": "消息标题",
                "picurl": "https://www.example.com/a.png",
                "desc": "消息描述",
                "url": "https://www.example.com",
            },
        },
        {
            "msgtype": "miniprogram",
            "miniprogram": {"title": "消息标题", "pic_media_id": picture, "appid": "wx8bd80126147dfAAA", "page": "/path"},
        },
    ]
    answer = wecom.post("externalcontact/send_welcome_msg", welcome_code=code, text={"content": "你好"}, attachments=attachments)
    shaped_like(answer, OK)


@documented("92137", "externalcontact/send_welcome_msg")
def test_a_welcome_code_nobody_gave_is_41050(wecom: Corp) -> None:
    assert wecom.post("externalcontact/send_welcome_msg", welcome_code="nonsense", text={"content": "x"})["errcode"] == 41050
