"""联系客户统计, 客户规则组 with their tags, ids and the walk over everybody served (DOC 92132, 94883, 94882, 99434)."""

import pytest

from simulator.world.statistics import Statistics

DAY = 86_400
RANGE = [{"type": 1, "userid": "lixiaomei"}, {"type": 2, "partyid": 11}]


def figures(platform, **body):
    now = int(platform.control("clock")["now"])
    return platform.post("externalcontact/get_user_behavior_data", **({"start_time": now, "end_time": now} | body))


def strategy(platform, name, **body):
    return platform.post(f"externalcontact/customer_strategy/{name}", **body)


def test_a_days_figures_are_what_happened(platform, at_noon):
    platform.control("clock", pause=True)
    before = figures(platform, userid=["zhouting"])["behavior_data"][0]
    people = [platform.do("customer_scans", userid="zhouting")["external_userid"] for _ in range(3)]
    for each in people[:2]:
        platform.do("customer_sends", userid="zhouting", external_userid=each, content="在吗")
    platform.control("clock", advance=120)
    platform.do("member_sends", userid="zhouting", external_userid=people[0], content="在的")
    platform.do("member_sends", userid="zhouting", external_userid=people[0], content="请说")
    platform.do("member_sends", userid="zhouting", external_userid=people[2], content="您好")
    platform.do("customer_deletes", userid="zhouting", external_userid=people[1])
    asked = platform.do("member_adds_customer", userid="zhouting", customer={"name": "老友"})
    platform.do("member_adds_customer", userid="zhouting", accepted=False)
    row = figures(platform, userid=["zhouting"])["behavior_data"][0]
    platform.control("clock", resume=True)
    rise = {
        key: row[key] - before[key]
        for key in ("chat_cnt", "message_cnt", "negative_feedback_cnt", "new_apply_cnt", "new_contact_cnt")
    }
    assert rise == {"chat_cnt": 2, "message_cnt": 3, "negative_feedback_cnt": 1, "new_apply_cnt": 2, "new_contact_cnt": 4}
    assert (row["reply_percentage"], row["avg_reply_time"]) == (50.0, 2)
    follow = platform.get("externalcontact/get", external_userid=asked["external_userid"])["follow_user"][0]
    assert (follow["add_way"], follow["oper_userid"]) == (2, "zhouting")
    quiet = figures(platform, userid=["hq_wangmin"])["behavior_data"][0]
    assert "reply_percentage" not in quiet
    assert figures(platform, partyid=[101])["behavior_data"][0]["new_apply_cnt"] == 2


def test_yesterday_is_another_day_and_old_days_go(platform, at_noon):
    now = int(platform.control("clock")["now"])
    assert len(figures(platform, userid=["lixiaomei"], start_time=now - 29 * DAY)["behavior_data"]) == 30
    book = Statistics()
    book.wrote("a", "wm1", "customer", 0.0)
    book.wrote("a", "wm1", "guide", 3600.0)
    book.wrote("a", "wm1", "guide", 400.0 * DAY)
    assert len(book.days) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 40063), ({"userid": ["nobody"]}, 60111), ({"userid": ["x"] * 101}, 81017), ({"partyid": [999]}, 60003),
        ({"userid": ["lixiaomei"], "start_time": 1}, 40058), ({"userid": ["lixiaomei"], "end_time": 1}, 40058),
        ({"userid": "lixiaomei"}, 40058), ({"userid": ["lixiaomei"], "start_time": None}, 40063),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_window(platform, body, code):
    assert figures(platform, **body)["errcode"] == code


def test_a_window_is_at_most_thirty_days(platform):
    now = int(platform.control("clock")["now"])
    assert figures(platform, userid=["lixiaomei"], start_time=now - 30 * DAY)["errcode"] == 40058


def test_strategies_stand_in_each_other(platform):
    made = strategy(
        platform, "create", strategy_name="华东", admin_list=["zhaolei"], privilege={"share_customer": True}, range=RANGE
    )
    child = strategy(
        platform, "create", strategy_name="徐家汇", parent_id=made["strategy_id"], range=[{"type": 2, "partyid": 101}]
    )
    shown = strategy(platform, "get", strategy_id=child["strategy_id"])["strategy"]
    assert shown["parent_id"] == made["strategy_id"]
    assert shown["privilege"]["share_customer"] is True
    assert shown["privilege"]["contact_me"] is True
    assert shown["privilege"]["send_group_msg"] is False
    outside = strategy(platform, "create", strategy_name="x", parent_id=made["strategy_id"], range=[{"type": 2, "partyid": 105}])
    assert outside["errcode"] == 40058
    edited = {"strategy_id": made["strategy_id"], "range_add": [{"type": 1, "userid": "wufang"}], "range_del": [RANGE[0]]}
    assert strategy(platform, "edit", **edited, strategy_name="华东区")["errcode"] == 0
    nodes = strategy(platform, "get_range", strategy_id=made["strategy_id"])["range"]
    assert nodes == [{"type": 1, "userid": "wufang"}, {"type": 2, "partyid": 11}]
    page = strategy(platform, "list", limit=1)
    assert page["strategy"] == [{"strategy_id": made["strategy_id"]}]
    assert strategy(platform, "get_range", strategy_id=made["strategy_id"], cursor=page["next_cursor"])["errcode"] == 50100
    assert strategy(platform, "del", strategy_id=made["strategy_id"])["errcode"] == 0
    assert strategy(platform, "list")["strategy"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"strategy_name": ""}, 40063), ({"range": []}, 40063), ({"range": [{"type": 3}]}, 40058),
        ({"range": [{"type": 1, "userid": "nobody"}]}, 60030), ({"range": [{"type": 2, "partyid": 999}]}, 60030),
        ({"admin_list": ["x"] * 21}, 40032), ({"privilege": {"share_customer": 1}}, 40058), ({"parent_id": 77}, 40058),
        ({"range": [{"type": 1, "userid": "wufang"}] * 101}, 81017),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_strategy(platform, body, code):
    assert strategy(platform, "create", **({"strategy_name": "x", "range": RANGE} | body))["errcode"] == code
    assert strategy(platform, "list")["strategy"] == []


def test_strategy_tags(platform):
    made = strategy(platform, "create", strategy_name="华东", range=RANGE)["strategy_id"]
    group = platform.post(
        "externalcontact/add_strategy_tag",
        strategy_id=made,
        group_name="消费属性",
        tag=[{"name": "爱长款"}, {"name": "大额客户"}],
    )["tag_group"]
    tag = group["tag"][0]
    assert (group["strategy_id"], tag["id"][:2], group["group_id"][:2]) == (made, "st", "st")
    external_userid = platform.get("externalcontact/list", userid="lixiaomei")["external_userid"][0]
    who = {"userid": "lixiaomei", "external_userid": external_userid}
    assert platform.post("externalcontact/mark_tag", **who, add_tag=[tag["id"]])["errcode"] == 0
    tags = platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]["tags"]
    assert [(each["tag_name"], each["type"]) for each in tags if each["tag_id"] == tag["id"]] == [("爱长款", 3)]
    corp = platform.post("externalcontact/get_corp_tag_list")["tag_group"]
    assert group["group_id"] not in [each["group_id"] for each in corp]
    assert platform.post("externalcontact/edit_corp_tag", id=tag["id"], name="x")["errcode"] == 40068
    assert platform.post("externalcontact/edit_strategy_tag", id=tag["id"], name="爱轻薄款")["errcode"] == 0
    listed = platform.post("externalcontact/get_strategy_tag_list", strategy_id=made)["tag_group"]
    assert {each["name"] for each in listed[0]["tag"]} == {"爱轻薄款", "大额客户"}
    assert platform.post("externalcontact/del_strategy_tag", tag_id=[tag["id"]])["errcode"] == 0
    assert tag["id"] not in platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]["tags"]
    child = strategy(platform, "create", strategy_name="店", parent_id=made, range=RANGE[:1])["strategy_id"]
    refused = platform.post("externalcontact/add_strategy_tag", strategy_id=child, group_name="x", tag=[{"name": "y"}])
    assert refused["errcode"] == 40058


def test_openids_lead_back(platform):
    openid = platform.post("user/convert_to_openid", userid="lixiaomei")["openid"]
    assert platform.post("user/convert_to_userid", openid=openid)["userid"] == "lixiaomei"
    assert platform.post("user/convert_to_userid", openid="o-unknown")["errcode"] == 40073
    external_userid = platform.get("externalcontact/list", userid="lixiaomei")["external_userid"][0]
    assert platform.post("externalcontact/convert_to_openid", external_userid=external_userid)["openid"].startswith("o")
    assert platform.post("externalcontact/convert_to_openid", external_userid="wmnobody")["errcode"] == 40096
    assert platform.post("user/convert_to_openid", userid="nobody")["errcode"] == 60111


def test_a_walk_over_everybody_served(platform):
    rows, cursor, last, pages = [], "", "", 0
    while pages == 0 or cursor:
        page = platform.post("externalcontact/contact_list", limit=40, cursor=cursor)
        assert len(page["info_list"]) <= 40
        rows += page["info_list"]
        cursor, pages = page["next_cursor"], pages + 1
        last = cursor or last
    customers = [row for row in rows if row["is_customer"]]
    assert len(customers) == platform.control("health")["counts"]["follows"]
    assert all("name" not in row and row["external_userid"] for row in customers)
    one = platform.post("externalcontact/contact_list", limit=1)["info_list"][0]
    same = next(row for row in customers if row["external_userid"] == one["external_userid"])
    assert same["tmp_openid"] != one["tmp_openid"]
    assert platform.post("externalcontact/contact_list", cursor="nonsense")["errcode"] == 50100
    platform.control("clock", advance=4 * 3600)
    platform._tokens.clear()
    assert platform.post("externalcontact/contact_list", cursor=last)["errcode"] == 50100


def test_a_stranger_in_a_group_has_a_masked_name(platform):
    chat_id = platform.control("groups?limit=1")["groups"][0]["chat_id"]
    platform.do("customer_joins_group", chat_id=chat_id, customer={"name": "张无忌"})
    rows = platform.post("externalcontact/contact_list")["info_list"]
    stranger = next(row for row in rows if row.get("chat_id") == chat_id and row["name"] == "张*")
    assert stranger["is_customer"] is False
    assert "external_userid" not in stranger
