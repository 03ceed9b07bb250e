"""The contacts written with the secret of 通讯录同步 (DOC 90195-90199, 90205-90207, 90210-90216, 95402, 95895)."""

import json

import pytest

from simulator.snapshot import decode, encode
from simulator.world.appchats import AppChat, AppChatMessage, AppChats
from simulator.world.people import Department, Member, MemberTag
from simulator.world.state import State
from tests.simulator.platform import CONTACTS, CORPID

SECRET = CONTACTS["secret"]
NEW = {"userid": "NewOne", "name": "新人", "department": [101], "mobile": "+86 13900000001"}


def post(platform, path, **body):
    return platform.post(path, SECRET, **body)


def get(platform, path, **args):
    return platform.get(path, SECRET, **args)


def test_a_department_from_birth_to_end(platform):
    made = post(platform, "department/create", name="南京新街口店", parentid=11, order=5, name_en="NJ")
    assert (made["errmsg"], made["id"]) == ("created", 107)
    assert post(platform, "department/update", id=107, name="南京德基店", parentid=12)["errmsg"] == "updated"
    shown = platform.get("department/get", id=107)["department"]
    assert (shown["name"], shown["parentid"], shown["order"], shown["name_en"]) == ("南京德基店", 12, 5, "NJ")
    assert get(platform, "department/delete", id=107)["errmsg"] == "deleted"
    assert get(platform, "department/delete", id=107)["errcode"] == 60003
    assert platform.post("department/create", name="x", parentid=1)["errcode"] == 48002


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("create", {"parentid": 1}, 60001), ("create", {"name": "长" * 65, "parentid": 1}, 60001),
        ("create", {"name": "a:b", "parentid": 1}, 60009), ("create", {"name": "x"}, 60004),
        ("create", {"name": "x", "parentid": 999}, 60004), ("create", {"name": "华东大区", "parentid": 1}, 60008),
        ("create", {"name": "x", "parentid": 1, "id": 101}, 60008), ("create", {"name": "x", "parentid": 1, "id": 1}, 60123),
        ("create", {"name": "x", "parentid": 1, "order": -1}, 40058), ("update", {"id": 999}, 60003),
        ("update", {"id": 1, "parentid": 2}, 60007), ("update", {"id": 10, "parentid": 101}, 60010),
        ("update", {"id": 102, "name": "上海徐家汇店"}, 60008),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_department(platform, path, body, code):
    assert post(platform, f"department/{path}", **body)["errcode"] == code


def test_what_stops_a_department_from_going(platform):
    assert [get(platform, "department/delete", id=each)["errcode"] for each in (1, 10, 101)] == [60007, 60006, 60005]


def test_fifteen_levels_and_no_more(platform):
    parent, codes = 101, []
    for level in range(12):
        answer = post(platform, "department/create", name=f"第{level}层", parentid=parent)
        codes.append(answer["errcode"])
        parent = answer.get("id", parent)
    assert codes == [0] * 11 + [81002]


def test_a_member_from_birth_to_end(platform, app_receiver, contacts_receiver):
    assert post(platform, "user/create", **NEW, email="new@example.com", is_leader_in_dept=[1])["errmsg"] == "created"
    shown = platform.get("user/get", userid="newone")
    assert (shown["name"], shown["department"], shown["status"], shown["is_leader_in_dept"]) == ("新人", [101], 4, [1])
    assert "NewOne" in platform.get("department/get", id=101)["department"]["department_leader"]
    change = {"position": "店长", "department": [102, 103], "order": [3, 4], "main_department": 103}
    assert post(platform, "user/update", userid="newone", **change)["errmsg"] == "updated"
    shown = platform.get("user/get", userid="NewOne")
    assert (shown["department"], shown["order"], shown["main_department"]) == ([102, 103], [3, 4], 103)
    platform.do("member_activates", userid="newone")
    assert get(platform, "user/delete", userid="newone")["errmsg"] == "deleted"
    assert platform.get("user/get", userid="newone")["errcode"] == 60111
    platform.settle()
    assert [each["Event"] for each in app_receiver.events()] == ["subscribe", "unsubscribe"]
    # What the API changes is not called back to the contacts app.
    assert contacts_receiver.received == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"userid": ""}, 41009), ({"userid": "_x"}, 40003), ({"userid": "LiXiaoMei"}, 60102), ({"name": None}, 60112),
        ({"name": "长" * 65}, 60112), ({"department": None}, 60127), ({"department": [999]}, 60123), ({"mobile": None}, 60129),
        ({"mobile": "abc"}, 60103), ({"mobile": "13800000000"}, 60104), ({"email": "x"}, 60105),
        ({"email": "lixiaomei@example.com"}, 60106), ({"is_leader_in_dept": [1, 0]}, 60132), ({"order": [1, 2]}, 40058),
        ({"direct_leader": ["nobody"]}, 60111), ({"enable": 2}, 40058), ({"gender": "3"}, 40058),
        ({"avatar_mediaid": "x"}, 40007),
        ({"main_department": 102}, 60123), ({"department": [101] * 101}, 60110),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_member(platform, changes, code):
    assert post(platform, "user/create", **(NEW | changes))["errcode"] == code
    assert platform.get("user/get", userid="NewOne")["errcode"] == 60111


def test_an_active_member_keeps_her_number_and_can_be_disabled(platform):
    assert post(platform, "user/update", userid="wufang", mobile="13911111111", enable=0)["errcode"] == 0
    assert platform.get("user/get", userid="wufang")["status"] == 2
    assert platform.post("user/getuserid", mobile="13911111111")["errcode"] == 60146
    assert post(platform, "user/update", userid="wufang", enable=1)["errcode"] == 0
    assert post(platform, "user/update", userid="nobody")["errcode"] == 60111


def test_many_go_at_once_or_none(platform):
    assert post(platform, "user/batchdelete", useridlist=["wufang", "nobody"])["errcode"] == 40031
    assert platform.get("user/get", userid="wufang")["errcode"] == 0
    assert post(platform, "user/batchdelete", useridlist=["wufang", "zhouting"])["errmsg"] == "deleted"
    assert post(platform, "user/batchdelete", useridlist=[])["errcode"] == 40063
    assert post(platform, "user/batchdelete", useridlist=["x"] * 201)["errcode"] == 40032
    assert platform.get("user/get", userid="wufang")["errcode"] == 60111


def test_the_account_limit(platform):
    platform.control("limits", account_limit=27)
    assert post(platform, "user/create", **NEW)["errcode"] == 0
    assert post(platform, "user/create", **(NEW | {"userid": "second", "mobile": "13900000002"}))["errcode"] == 45024


def test_found_by_number_and_address(platform):
    assert platform.post("user/getuserid", mobile="+86 138-0000-0000")["userid"] == "hq_wangmin"
    assert platform.post("user/get_userid_by_email", email="ChenJing@example.com", email_type=2)["userid"] == "chenjing"
    assert platform.post("user/get_userid_by_email", email="chenjing@xueling.example.com")["userid"] == "chenjing"
    assert platform.post("user/get_userid_by_email", email="a@b.cn")["errcode"] == 60148
    assert platform.post("user/get_userid_by_email", email="a@b.cn", email_type=2)["errcode"] == 60147
    assert platform.post("user/getuserid", mobile="123")["errcode"] == 60103


def test_too_many_wrong_numbers_close_the_call_for_the_day(platform, at_noon):
    codes = [platform.post("user/getuserid", mobile=f"1390000{number:04d}")["errcode"] for number in range(7)]
    assert codes == [60146] * 6 + [45009]
    assert platform.post("user/getuserid", mobile="13800000000")["errcode"] == 45009
    platform.control("clock", advance=86400)
    platform._tokens.clear()
    assert platform.post("user/getuserid", mobile="13800000000")["errcode"] == 0


def test_tags_belong_to_who_made_them(platform, contacts_receiver):
    tagid = platform.post("tag/create", tagname="培训师")["tagid"]
    assert platform.post("tag/create", tagname="培训师")["errcode"] == 40071
    assert post(platform, "tag/update", tagid=tagid, tagname="x")["errcode"] == 81011
    assert platform.post("tag/update", tagid=tagid, tagname="讲师")["errmsg"] == "updated"
    added = platform.post("tag/addtagusers", tagid=tagid, userlist=["lixiaomei", "nobody"], partylist=[102, 999])
    assert (added["errmsg"], added["invalidlist"], added["invalidparty"]) == ("ok", "nobody", [999])
    shown = platform.get("tag/get", tagid=tagid)
    assert (shown["userlist"], shown["partylist"]) == ([{"userid": "lixiaomei", "name": "李小美"}], [102])
    assert platform.post("tag/addtagusers", tagid=tagid, userlist=["nobody"])["errcode"] == 40070
    assert platform.post("tag/deltagusers", tagid=tagid, userlist=["nobody"])["errcode"] == 40031
    sent = platform.send(touser="", totag=str(tagid))
    assert sent["errcode"] == 0
    assert len(platform.inbox("lixiaomei")) == 1
    assert platform.post("tag/deltagusers", tagid=tagid, userlist=["lixiaomei"], partylist=[102])["errmsg"] == "deleted"
    assert platform.get("tag/delete", tagid=tagid)["errmsg"] == "deleted"
    assert platform.get("tag/get", tagid=tagid)["errcode"] == 40068
    platform.do("tag_members_change", tagid=1, add_users=["lixiaomei"], del_parties=[101])
    platform.settle()
    event = contacts_receiver.events()[-1]
    assert (event["ChangeType"], event["TagId"], event["AddUserItems"], event["DelPartyItems"]) == (
        "update_tag",
        "1",
        "lixiaomei",
        "101",
    )


def test_a_snapshot_keeps_members_chats_and_tags():
    from_json = _round_trip()
    assert from_json.people.members["a"].chosen_main == 1
    assert from_json.appchats.by_id["c"].messages[0].missed == ["a"]
    assert from_json.people.tags[3].maker == 7


def _round_trip() -> State:
    state = State(
        CORPID, "x", appchats=AppChats({"c": AppChat("c", "n", "a", ["a"], 7, [AppChatMessage(1, 2.0, "text", {}, ["a"])])})
    )
    state.people.add_department(Department(1, "x", 0))
    state.people.add(Member("a", "a", [1], chosen_main=1, extattr={"attrs": [1]}))
    state.people.tags[3] = MemberTag(3, "t", maker=7)
    found: State = decode(State, json.loads(json.dumps(encode(State, state))))
    return found
