"""Customer groups: what people do in them, what apps read and are told, codes that lead in (DOC 92120, 92122, 92130, 92229)."""

import pytest

from tests.simulator.groups import group_named, groups_of, made, outsider, refused


def test_the_list_pages_and_minds_its_rules(platform):
    call = "externalcontact/groupchat/list"
    first = platform.post(call, limit=2)
    rest = platform.post(call, limit=2, cursor=first["next_cursor"])
    assert [len(first["group_chat_list"]), len(rest["group_chat_list"]), rest["next_cursor"]] == [2, 1, ""]
    assert platform.post(call, limit=1, status_filter=1, cursor=first["next_cursor"])["errcode"] == 50100
    hers = platform.post(call, limit=1000, owner_filter={"userid_list": ["LiXiaomei"]})["group_chat_list"]
    assert len(hers) == 2
    wrong = {40058: [{}, {"limit": 0}, {"limit": 1001}, {"limit": "1"}, {"limit": 1, "status_filter": 4}],
             60111: [{"limit": 1, "owner_filter": {"userid_list": ["nobody"]}}],
             81017: [{"limit": 1, "owner_filter": {"userid_list": ["lixiaomei"] * 101}}]}  # fmt: skip
    for code, bodies in wrong.items():
        assert [platform.post(call, **body)["errcode"] for body in bodies] == [code] * len(bodies)


def test_a_group_in_detail(platform):
    chat_id = group_named(platform)["chat_id"]
    group = platform.post("externalcontact/groupchat/get", chat_id=chat_id, need_name=1)["group_chat"]
    assert (group["owner"], group["admin_list"]) == ("lixiaomei", [{"userid": "chenjing"}])
    assert {each["type"] for each in group["member_list"]} == {1, 2}
    assert group["member_list"][0]["name"] == "李小美"
    assert "name" not in platform.post("externalcontact/groupchat/get", chat_id=chat_id)["group_chat"]["member_list"][0]
    asked = ["", "nonsense", "wr" + "x" * 30]
    codes = [platform.post("externalcontact/groupchat/get", chat_id=each)["errcode"] for each in asked]
    assert codes == [86001, 86001, 86003]
    opengid = group_named(platform)["opengid"]
    assert platform.post("externalcontact/opengid_to_chatid", opengid=opengid)["chat_id"] == chat_id
    assert platform.post("externalcontact/opengid_to_chatid", opengid="o0")["errcode"] == 90511


def test_an_owner_outside_the_range_hides_her_groups(platform):
    chat_id = group_named(platform)["chat_id"]
    platform.control("apps/1000002", "POST", visible_departments=[102])
    assert platform.post("externalcontact/groupchat/get", chat_id=chat_id)["errcode"] == 60011
    assert platform.post("externalcontact/groupchat/list", limit=10)["group_chat_list"] == []
    platform.control("apps/1000002", "POST", visible_departments=[1])


def test_a_group_is_made_talks_and_is_dismissed(platform, app_receiver):
    known = platform.get("externalcontact/list", userid="lixiaomei")["external_userid"]
    chat_id = made(platform, userids=["wufang"], external_userids=known[:2])
    platform.do("group_renames", chat_id=chat_id, name="新品抢先看")
    platform.do("group_notices", chat_id=chat_id, notice="周三上新")
    platform.do("group_owner_changes", chat_id=chat_id, new_owner="wufang")
    platform.do("group_says", chat_id=chat_id, external_userid=known[0], content="有红色吗")
    last = group_named(platform, "新品抢先看")["last"]
    assert (last["from"], last["body"]["content"]) == (known[0], "有红色吗")
    lines = platform.control(f"groups/{chat_id}/messages?limit=2")["messages"]
    assert [each["from_type"] for each in lines] == [0, 2]
    assert lines[1]["from_name"]
    assert lines[1]["avatar"].endswith(".png")
    platform.do("group_dismisses", chat_id=chat_id)
    assert platform.post("externalcontact/groupchat/get", chat_id=chat_id)["errcode"] == 49008
    assert chat_id not in [each["chat_id"] for each in groups_of(platform)]
    assert "dismissed" in refused(platform, "group_says", chat_id=chat_id, userid="wufang", content="在吗")
    platform.settle()
    told = [(each["ChangeType"], each.get("UpdateDetail", "")) for each in app_receiver.events()]
    changes = ["change_name", "change_notice", "change_owner"]
    assert sorted(told) == sorted([("create", ""), *(("update", each) for each in changes), ("dismiss", "")])


def test_who_comes_and_goes_is_told_with_versions(platform, app_receiver):
    group = group_named(platform)
    chat_id, guest = group["chat_id"], outsider(platform, group)
    before = platform.post("externalcontact/groupchat/get", chat_id=chat_id)["group_chat"]["member_version"]
    platform.do("group_invites", chat_id=chat_id, userid="lixiaomei", external_userids=[guest], userids=["wufang"])
    platform.settle()
    platform.do("group_removes", chat_id=chat_id, operator="chenjing", external_userid=guest)
    platform.settle()
    platform.do("group_member_leaves", chat_id=chat_id, userid="wufang")
    platform.settle()
    came, removed, left = app_receiver.received
    assert [each.text for each in came.tree.find("MemChangeList")] == ["wufang", guest]
    assert (came.fields["UpdateDetail"], came.fields["JoinScene"], came.fields["MemChangeCnt"]) == ("add_member", "0", "2")
    assert (removed.fields["UpdateDetail"], removed.fields["QuitScene"], left.fields["QuitScene"]) == ("del_member", "1", "0")
    assert came.fields["LastMemVer"] == before
    assert removed.fields["LastMemVer"] == came.fields["CurMemVer"]
    now = platform.post("externalcontact/groupchat/get", chat_id=chat_id)["group_chat"]["member_version"]
    assert now == left.fields["CurMemVer"]


def test_what_nobody_can_do_is_refused_in_a_sentence(platform):
    group = group_named(platform)
    chat_id, guest = group["chat_id"], outsider(platform, group)
    assert "chat_id is needed" in refused(platform, "group_says", userid="lixiaomei", content="x")
    assert "there is no group" in refused(platform, "group_dismisses", chat_id="wr1")
    assert "not connected" in refused(platform, "group_invites", chat_id=chat_id, userid="zhouting", external_userids=[guest])
    assert "owner cannot leave" in refused(platform, "group_member_leaves", chat_id=chat_id, userid="lixiaomei")
    assert "owner and the admins" in refused(platform, "group_removes", chat_id=chat_id, operator="zhouting", userid="chenjing")
    assert "not in the group" in refused(platform, "group_owner_changes", chat_id=chat_id, new_owner="wufang")
    platform.control("limits", group_size=group["member_count"])
    assert "more than" in refused(platform, "group_invites", chat_id=chat_id, userid="lixiaomei", external_userids=[guest])
    assert "full" in refused(platform, "customer_joins_group", chat_id=chat_id, external_userid=guest)


def test_join_ways_and_the_group_they_make_when_all_are_full(platform, app_receiver):
    group = group_named(platform)
    body = {"scene": 2, "chat_id_list": [group["chat_id"]], "state": "shop1", "remark": "门" * 40,
            "room_base_name": "销售客服群", "room_base_id": 10}  # fmt: skip
    config_id = platform.post("externalcontact/groupchat/add_join_way", **body)["config_id"]
    way = platform.post("externalcontact/groupchat/get_join_way", config_id=config_id)["join_way"]
    assert (way["remark"], way["auto_create_room"], way["mark_source"]) == ("门" * 30, 1, True)
    assert platform.http.get(way["qr_code"]).content.startswith(b"\x89PNG")
    joined = platform.do("customer_joins_group", config_id=config_id, customer={"name": "许小姐"})
    assert joined["chat_id"] == group["chat_id"]
    assert platform.do("customer_joins_group", state="shop1", external_userid=joined["external_userid"])["already"]
    people = platform.post("externalcontact/groupchat/get", chat_id=group["chat_id"], need_name=1)["group_chat"]["member_list"]
    assert (people[-1]["name"], people[-1]["join_scene"], people[-1]["state"]) == ("许小姐", 3, "shop1")
    assert "invitor" not in people[-1]
    platform.control("limits", group_size=group["member_count"] + 1)
    other = platform.do("customer_joins_group", config_id=config_id)["chat_id"]
    grown = platform.control(f"groups/{other}")
    assert (grown["name"], grown["owner"], grown["member_count"]) == ("销售客服群10", "lixiaomei", 2)
    way = platform.post("externalcontact/groupchat/get_join_way", config_id=config_id)["join_way"]
    assert (way["chat_id_list"], way["room_base_id"]) == ([group["chat_id"], other], 11)
    platform.settle()
    told = [(each["ChangeType"], each.get("JoinScene")) for each in app_receiver.events()]
    assert sorted(told, key=str) == sorted([("update", "3"), ("create", None), ("update", "3")], key=str)
    bare = {"config_id": config_id, "scene": 2, "chat_id_list": [other], "auto_create_room": 0}
    assert platform.post("externalcontact/groupchat/update_join_way", **bare)["errcode"] == 0
    assert platform.post("externalcontact/groupchat/get_join_way", config_id=config_id)["join_way"]["state"] == ""
    platform.control("limits", group_size=2)
    assert "full" in refused(platform, "customer_joins_group", config_id=config_id)
    assert platform.post("externalcontact/groupchat/del_join_way", config_id=config_id)["errcode"] == 0
    assert platform.post("externalcontact/groupchat/get_join_way", config_id=config_id)["errcode"] == 41044


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scene": None}, 41038), ({"scene": 3}, 41040), ({"chat_id_list": []}, 40063), ({"chat_id_list": ["wr1"]}, 86003),
        ({"chat_id_list": ["wr1"] * 6}, 41091), ({"state": "x" * 31}, 40058), ({"room_base_name": "长" * 41}, 40058),
        ({"chat_id_list": "wr1"}, 40058),
    ],
)  # fmt: skip
def test_a_wrong_join_way(platform, change, code):
    body = {"scene": 2, "chat_id_list": [group_named(platform)["chat_id"]]} | change
    given = {key: value for key, value in body.items() if value is not None}
    assert platform.post("externalcontact/groupchat/add_join_way", **given)["errcode"] == code


def test_the_page_behind_the_code(platform):
    way = platform.control("join_ways")["join_ways"][0]
    page = platform.http.get(way["scan_url"])
    assert "雪岭徐家汇会员群" in page.text
    gone = platform.http.post(way["scan_url"], data={"name": "<b>秦女士</b>"}, allow_redirects=False)
    external_userid = gone.headers["Location"].partition("customer=")[2].partition("&")[0]
    found = platform.control(f"groups?external_userid={external_userid}")
    assert [each["name"] for each in found["groups"]] == ["雪岭徐家汇会员群"]
    assert platform.http.get(f"{platform.base}/g/nothing").status_code == 404
