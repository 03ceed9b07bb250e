"""Departments, members and member tags: the documented answers (DOC 90196-90215, 95350, 95351, 96067, 95402, 95895)."""

from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

DEPARTMENT = {"id": 2, "name": "广州研发中心", "name_en": "RDGZ", "department_leader": ["zhangsan"], "parentid": 1, "order": 10}
MEMBER = {
    "userid": "zhangsan", "name": "张三", "department": [1, 2], "order": [1, 2], "position": "后台工程师",
    "is_leader_in_dept": [1, 0], "direct_leader": ["lisi"], "telephone": "020-123456", "alias": "jackzhang", "main_department": 1,
    "extattr": {"attrs": [{"type": 0, "name": "文本名称", "text": {"value": "文本"}}]}, "status": 1,
    "external_position": "产品经理", "external_profile": {"external_corp_name": "企业简称", "external_attr": [{"type": 0}]},
}  # fmt: skip
# A member has no leader, no further fields and no outward profile unless somebody wrote one.
EMPTY = ("direct_leader[]", "extattr.attrs[]", "external_profile.external_attr[]")
OK = {"errcode": 0, "errmsg": "ok"}


def at(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{each}" for each in EMPTY)


@documented("90208", "department/list")
def test_department_list(wecom: Corp) -> None:
    shaped_like(wecom.get("department/list"), OK | {"department": [DEPARTMENT]}, ("department[].department_leader[]",))


@documented("95350", "department/simplelist")
def test_department_simplelist(wecom: Corp) -> None:
    shaped_like(wecom.get("department/simplelist"), OK | {"department_id": [{"id": 2, "parentid": 1, "order": 10}]})


@documented("95351", "department/get")
def test_department_get(wecom: Corp) -> None:
    answer = wecom.get("department/get", id=wecom.get("user/get", userid=wecom.member)["department"][0])
    shaped_like(answer, OK | {"department": DEPARTMENT}, ("department.department_leader[]",))


@documented("90196", "user/get")
def test_user_get(wecom: Corp) -> None:
    shaped_like(wecom.get("user/get", userid=wecom.member), OK | MEMBER, at(""))


@documented("90196", "user/get")
def test_somebody_nobody_knows_is_60111(wecom: Corp) -> None:
    assert wecom.get("user/get", userid="nobody_at_all_1")["errcode"] == 60111


@documented("90200", "user/simplelist")
def test_user_simplelist(wecom: Corp) -> None:
    department = wecom.get("user/get", userid=wecom.member)["department"][0]
    answer = wecom.get("user/simplelist", department_id=department)
    shaped_like(answer, OK | {"userlist": [{"userid": "zhangsan", "name": "张三", "department": [1, 2]}]})


@documented("90201", "user/list")
def test_user_list(wecom: Corp) -> None:
    department = wecom.get("user/get", userid=wecom.member)["department"][0]
    shaped_like(wecom.get("user/list", department_id=department), OK | {"userlist": [MEMBER]}, at("userlist[]."))


@documented("96067", "user/list_id", people=True)
def test_user_list_id(wecom: Corp) -> None:
    """With the secret of 通讯录同步, which the real corp of these tests need not give."""
    answer = wecom.post("user/list_id", wecom.contacts_secret, cursor="", limit=2)
    shaped_like(answer, OK | {"next_cursor": "aaaaaaaaa", "dept_user": [{"userid": "zhangsan", "department": 1}]})


@documented("95402", "user/getuserid", people=True)
def test_getuserid(wecom: Corp) -> None:
    shaped_like(wecom.post("user/getuserid", mobile="13800000000"), OK | {"userid": "zhangsan"})


@documented("95895", "user/get_userid_by_email", people=True)
def test_get_userid_by_email(wecom: Corp) -> None:
    answer = wecom.post("user/get_userid_by_email", email="lixiaomei@example.com", email_type=2)
    shaped_like(answer, OK | {"userid": "zhangsan"})


@documented("90205", "department/create", "department/update", "department/delete", writes=True, people=True)
def test_a_department_is_made_changed_and_deleted(wecom: Corp) -> None:
    made = wecom.post(
        "department/create", wecom.contacts_secret, name="广州研发中心", name_en="RDGZ", parentid=1, order=1, id=200
    )
    shaped_like(made, {"errcode": 0, "errmsg": "created", "id": 2})
    changed = wecom.post(
        "department/update", wecom.contacts_secret, id=200, name="广州研发中心二", name_en="RDGZ", parentid=1, order=1
    )
    shaped_like(changed, {"errcode": 0, "errmsg": "updated"})
    shaped_like(wecom.get("department/delete", wecom.contacts_secret, id=200), {"errcode": 0, "errmsg": "deleted"})
    assert [made["errmsg"], changed["errmsg"]] == ["created", "updated"]


@documented("90195", "user/create", "user/update", "user/delete", "user/batchdelete", writes=True, people=True)
def test_a_member_is_made_changed_and_deleted(wecom: Corp) -> None:
    body = {
        "userid": "zhangsan", "name": "张三", "alias": "jackzhang", "mobile": "+86 13900000000", "department": [1, 2],
        "order": [10, 40], "position": "产品经理", "gender": "1", "email": "zhangsan@qq.com", "biz_mail": "zhangsan@tencent.com",
        "is_leader_in_dept": [1, 0], "direct_leader": [wecom.member], "enable": 1, "telephone": "020-123456",
        "address": "广州市海珠区新港中路", "main_department": 1, "to_invite": True, "external_position": "高级产品经理",
        "extattr": {"attrs": [{"type": 0, "name": "文本名称", "text": {"value": "文本"}}]},
        "external_profile": {"external_corp_name": "简称", "external_attr": [{"type": 0, "name": "n", "text": {"value": "v"}}]},
    }  # fmt: skip
    assert wecom.post("user/create", wecom.contacts_secret, **body)["errmsg"] == "created"
    shaped_like(wecom.get("user/get", userid="zhangsan"), OK | MEMBER)
    assert (
        wecom.post("user/update", wecom.contacts_secret, userid="zhangsan", name="李四", department=[1], order=[10])["errmsg"]
        == "updated"
    )
    assert wecom.get("user/delete", wecom.contacts_secret, userid="zhangsan")["errmsg"] == "deleted"
    assert wecom.post("user/batchdelete", wecom.contacts_secret, useridlist=["wufang"])["errmsg"] == "deleted"


@documented("90210", "tag/create", "tag/update", "tag/delete", "tag/get", "tag/list", writes=True)
def test_a_tag_is_made_renamed_listed_and_deleted(wecom: Corp) -> None:
    made = wecom.post("tag/create", tagname="contract-ui")
    shaped_like(made, {"errcode": 0, "errmsg": "created", "tagid": 12})
    assert wecom.post("tag/update", tagid=made["tagid"], tagname="contract-design")["errmsg"] == "updated"
    shaped_like(wecom.get("tag/list"), OK | {"taglist": [{"tagid": 1, "tagname": "a"}]})
    shaped_like(wecom.get("tag/get", tagid=made["tagid"]), OK | {"tagname": "乒乓球协会", "userlist": [], "partylist": []})
    assert wecom.get("tag/delete", tagid=made["tagid"])["errmsg"] == "deleted"


@documented("90214", "tag/addtagusers", "tag/deltagusers", writes=True)
def test_tag_members(wecom: Corp) -> None:
    tagid = wecom.post("tag/create", tagname="contract-members")["tagid"]
    added = wecom.post("tag/addtagusers", tagid=tagid, userlist=[wecom.member, "nobody_at_all_1"], partylist=[99999999])
    shaped_like(added, OK | {"invalidlist": "usr1|usr2|usr", "invalidparty": [2, 4]})
    shown = wecom.get("tag/get", tagid=tagid)
    shaped_like(
        shown, OK | {"tagname": "a", "userlist": [{"userid": "zhangsan", "name": "李四"}], "partylist": [2]}, ("partylist[]",)
    )
    gone = wecom.post("tag/deltagusers", tagid=tagid, userlist=[wecom.member])
    shaped_like(gone, {"errcode": 0, "errmsg": "deleted"})
    assert gone["errmsg"] == "deleted"
    wecom.get("tag/delete", tagid=tagid)
