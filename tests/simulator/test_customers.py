"""Customers, tags, contact ways, welcome: what apps read and write (DOC 92113-92118, 92137, 92228, 92571, 92994)."""

import pytest

LINK = {"msgtype": "link", "link": {"title": "t", "url": "http://a.cn"}}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def first_customer(platform, userid="lixiaomei"):
    return platform.get("externalcontact/list", userid=userid)["external_userid"][0]


def scan(platform, **body):
    return platform.do("customer_scans", **({"userid": "lixiaomei"} | body))


def test_who_follows_customers(platform):
    users = platform.get("externalcontact/get_follow_user_list")["follow_user"]
    assert len(users) == 26
    assert "lixiaomei" in users


def test_a_member_without_customers_is_84061(platform):
    assert platform.get("externalcontact/list", userid="hq_wangmin")["errcode"] == 84061
    assert platform.get("externalcontact/list", userid="nobody")["errcode"] == 60111


def test_the_whole_customer(platform):
    external_userid = first_customer(platform)
    answer = platform.get("externalcontact/get", external_userid=external_userid)
    contact, follow = answer["external_contact"], answer["follow_user"][0]
    assert contact["external_userid"] == external_userid
    assert contact["type"] == 1
    assert external_userid.startswith("wm")
    assert len(external_userid) == 32
    assert {"userid", "remark", "description", "createtime", "tags", "remark_mobiles", "oper_userid", "add_way"} <= follow.keys()
    assert platform.get("externalcontact/get", external_userid="wmnobody")["errcode"] == 40096


def test_the_batch_pages_clamps_and_guards_its_cursor(platform):
    body = {"userid_list": ["lixiaomei", "zhouting"], "limit": 5}
    rows, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = platform.post("externalcontact/batch/get_by_user", **body, cursor=cursor)
        rows += page["external_contact_list"]
        cursor, pages = page["next_cursor"], pages + 1
    counted = sum(len(platform.get("externalcontact/list", userid=each)["external_userid"]) for each in body["userid_list"])
    assert len(rows) == counted
    assert "tag_id" in rows[0]["follow_info"]
    first = platform.post("externalcontact/batch/get_by_user", **body)
    foreign = platform.post("externalcontact/batch/get_by_user", userid_list=["wufang"], cursor=first["next_cursor"])
    assert foreign["errcode"] == 50100
    assert (
        len(platform.post("externalcontact/batch/get_by_user", userid_list=["lixiaomei"], limit=5000)["external_contact_list"])
        == 8
    )


def test_remark_changes_only_what_is_given_and_calls_nobody(platform, app_receiver):
    external_userid = first_customer(platform)
    who = {"userid": "lixiaomei", "external_userid": external_userid}
    assert platform.post("externalcontact/remark", **who)["errcode"] == 40063
    assert platform.post("externalcontact/remark", **who, remark="老客", remark_mobiles=["13800000001"])["errcode"] == 0
    assert platform.post("externalcontact/remark", **who, description="爱长款")["errcode"] == 0
    follow = platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]
    assert (follow["remark"], follow["description"], follow["remark_mobiles"]) == ("老客", "爱长款", ["13800000001"])
    platform.post("externalcontact/remark", **who, remark_mobiles=[""])
    assert platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]["remark_mobiles"] == []
    assert platform.post("externalcontact/remark", **who, remark="长" * 21)["errcode"] == 40058
    assert (
        platform.post("externalcontact/remark", userid="zhouting", external_userid=external_userid, remark="x")["errcode"]
        == 84061
    )
    platform.settle()
    assert app_receiver.received == []


def test_tags_from_birth_to_death(platform, app_receiver):
    made = platform.post(
        "externalcontact/add_corp_tag", group_name="渠道", tag=[{"name": "门店码", "order": 5}, {"name": "小程序"}]
    )
    group, tag = made["tag_group"], made["tag_group"]["tag"][0]
    assert (group["group_name"], tag["name"], tag["id"][:2]) == ("渠道", "门店码", "et")
    again = platform.post("externalcontact/add_corp_tag", group_name="渠道", tag=[{"name": "门店码"}])
    assert again["errcode"] == 40071
    more = platform.post("externalcontact/add_corp_tag", group_id=group["group_id"], tag=[{"name": "朋友圈"}])
    assert [each["name"] for each in more["tag_group"]["tag"]] == ["朋友圈"]
    external_userid = first_customer(platform)
    who = {"userid": "lixiaomei", "external_userid": external_userid}
    assert platform.post("externalcontact/mark_tag", **who, add_tag=[tag["id"]])["errcode"] == 0
    tags = platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]["tags"]
    assert {"group_name": "渠道", "tag_name": "门店码", "tag_id": tag["id"], "type": 1} in tags
    assert platform.post("externalcontact/mark_tag", **who, add_tag=["et-nope"])["errcode"] == 40068
    assert platform.post("externalcontact/edit_corp_tag", id=tag["id"], name="门店活码")["errcode"] == 0
    only = platform.post("externalcontact/get_corp_tag_list", tag_id=[tag["id"]])["tag_group"]
    assert [each["name"] for each in only[0]["tag"]] == ["门店活码"]
    assert platform.post("externalcontact/del_corp_tag", group_id=[group["group_id"]])["errcode"] == 0
    tags = platform.get("externalcontact/get", external_userid=external_userid)["follow_user"][0]["tags"]
    assert "渠道" not in [each["group_name"] for each in tags]
    platform.settle()
    assert app_receiver.received == []


def test_the_admins_tags_are_not_ours_to_edit(platform):
    groups = platform.post("externalcontact/get_corp_tag_list")["tag_group"]
    assert [group["group_name"] for group in groups] == ["消费属性", "行为偏好"]
    admins = groups[0]["tag"][0]["id"]
    assert platform.post("externalcontact/edit_corp_tag", id=admins, name="x")["errcode"] == 81011
    assert platform.post("externalcontact/del_corp_tag", tag_id=[admins])["errcode"] == 81011


def test_a_group_goes_with_its_last_tag(platform):
    made = platform.post("externalcontact/add_corp_tag", group_name="一个", tag=[{"name": "独"}])["tag_group"]
    assert platform.post("externalcontact/del_corp_tag", tag_id=[made["tag"][0]["id"]])["errcode"] == 0
    assert platform.post("externalcontact/get_corp_tag_list", group_id=[made["group_id"]])["tag_group"] == []


def test_contact_ways(platform):
    body = {
        "type": 1,
        "scene": 2,
        "style": 1,
        "remark": "渠道客户",
        "skip_verify": True,
        "state": "teststate",
        "user": ["lixiaomei"],
    }
    made = platform.post("externalcontact/add_contact_way", **body)
    picture = platform.http.get(made["qr_code"], timeout=60)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    way = platform.post("externalcontact/get_contact_way", config_id=made["config_id"])["contact_way"]
    assert {key: way[key] for key in body} == body
    platform.post("externalcontact/update_contact_way", config_id=made["config_id"], state="new")
    assert platform.post("externalcontact/get_contact_way", config_id=made["config_id"])["contact_way"]["state"] == "new"
    listed = platform.post("externalcontact/list_contact_way", limit=10)
    assert listed["contact_way"] == [{"config_id": made["config_id"]}]
    assert platform.post("externalcontact/del_contact_way", config_id=made["config_id"])["errcode"] == 0
    assert platform.post("externalcontact/get_contact_way", config_id=made["config_id"])["errcode"] == 41044


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": None}, 41037),
        ({"type": 9}, 41039),
        ({"scene": None}, 41038),
        ({"scene": 3}, 41040),
        ({"style": 7}, 41042),
        ({"state": "s" * 31}, 40058),
        ({"user": ["nobody"]}, 40003),
        ({"user": ["lixiaomei", "zhouting"]}, 40058),
    ],
)
def test_what_is_wrong_with_a_contact_way(platform, changes, code):
    body = {"type": 1, "scene": 2, "user": ["lixiaomei"]} | changes
    body = {key: value for key, value in body.items() if value is not None}
    assert platform.post("externalcontact/add_contact_way", **body)["errcode"] == code


def test_a_scan_and_a_welcome(platform, app_receiver):
    platform.post("externalcontact/add_contact_way", type=1, scene=2, user=["lixiaomei"], state="store_0123")
    added = scan(platform, state="store_0123", userid="lixiaomei", customer={"name": "周小姐", "gender": 2})
    platform.settle()
    event = app_receiver.events()[-1]
    assert event["Event"] == "change_external_contact"
    assert event["ChangeType"] == "add_external_contact"
    assert (event["FromUserName"], event["UserID"], event["State"]) == ("sys", "lixiaomei", "store_0123")
    assert event["WelcomeCode"] == added["welcome_code"]
    assert "AgentID" not in event
    image = platform.upload("image", "a.png", PNG)["media_id"]
    body = {
        "welcome_code": event["WelcomeCode"], "text": {"content": "欢迎光临"},
        "attachments": [{"msgtype": "image", "image": {"media_id": image}}],
    }  # fmt: skip
    assert platform.post("externalcontact/send_welcome_msg", **body) == {"errcode": 0, "errmsg": "ok"}
    assert platform.post("externalcontact/send_welcome_msg", **body)["errcode"] == 41051
    chat = platform.control(f"chats/lixiaomei/{event['ExternalUserID']}")["messages"]
    assert [(line["from"], line["msgtype"], line["via"]) for line in chat[1:]] == [
        ("guide", "text", "welcome"), ("guide", "image", "welcome"),
    ]  # fmt: skip
    follow = platform.get("externalcontact/get", external_userid=event["ExternalUserID"])["follow_user"][0]
    assert (follow["state"], follow["add_way"], follow["oper_userid"]) == ("store_0123", 1, event["ExternalUserID"])


def test_a_welcome_after_twenty_seconds_is_too_late(platform):
    code = scan(platform)["welcome_code"]
    platform.control("clock", advance=21)
    answer = platform.post("externalcontact/send_welcome_msg", welcome_code=code, text={"content": "迟了"})
    assert answer["errcode"] == 41050


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"welcome_code": ""}, 41049),
        ({"welcome_code": "made-up", "text": {"content": "x"}}, 41050),
        ({}, 40063),
        ({"text": {"content": "长" * 1334}}, 45002),
        ({"attachments": [LINK] * 10}, 41064),
        ({"attachments": [{"msgtype": "voice", "voice": {}}]}, 41065),
        ({"attachments": [{"msgtype": "image", "image": {"media_id": "x"}}]}, 40007),
        ({"attachments": [{"msgtype": "image", "image": {"pic_url": "http://elsewhere.example/a.png"}}]}, 40094),
    ],
)
def test_what_is_wrong_with_a_welcome(platform, body, code):
    body = {"welcome_code": scan(platform)["welcome_code"]} | body
    assert platform.post("externalcontact/send_welcome_msg", **body)["errcode"] == code


def test_a_malformed_attachment_is_a_success_with_a_warning(platform):
    body = {
        "welcome_code": scan(platform)["welcome_code"],
        "text": {"content": "x"},
        "attachments": [{"msgtype": "link", "link": []}],
    }
    assert platform.post("externalcontact/send_welcome_msg", **body) == {
        "errcode": 0,
        "errmsg": "ok. Warning: wrong json format. ",
    }


def test_the_two_kinds_of_goodbye(platform, app_receiver):
    kept, lost = (scan(platform)["external_userid"] for _ in range(2))
    platform.do("customer_deletes", external_userid=kept, userid="lixiaomei")
    assert platform.get("externalcontact/get", external_userid=kept)["errcode"] == 0
    platform.do("member_deletes_customer", external_userid=lost, userid="lixiaomei")
    assert platform.get("externalcontact/get", external_userid=lost)["errcode"] == 84061
    platform.settle()
    changes = [event["ChangeType"] for event in app_receiver.events()]
    assert sorted(changes[2:]) == ["del_external_contact", "del_follow_user"]


def test_a_half_added_customer_is_84061_until_accepted(platform, app_receiver):
    added = scan(platform, half=True)
    external_userid = added["external_userid"]
    assert platform.get("externalcontact/get", external_userid=external_userid)["errcode"] == 84061
    assert (
        platform.post("externalcontact/send_welcome_msg", welcome_code=added["welcome_code"], text={"content": "hi"})["errcode"]
        == 0
    )
    platform.do("member_accepts", userid="lixiaomei", external_userid=external_userid)
    assert platform.get("externalcontact/get", external_userid=external_userid)["errcode"] == 0
    platform.settle()
    events = {event["ChangeType"]: event for event in app_receiver.events()}
    assert "WelcomeCode" in events["add_half_external_contact"]
    assert "WelcomeCode" not in events["add_external_contact"]


def test_without_skip_verify_the_guide_has_to_accept(platform, app_receiver):
    way = platform.post("externalcontact/add_contact_way", type=1, scene=2, user=["lixiaomei"], skip_verify=False)
    added = scan(platform, config_id=way["config_id"])
    assert added["pending"] is True
    assert added["welcome_code"] == ""
    accepted = platform.do("member_accepts", userid="lixiaomei", external_userid=added["external_userid"])
    platform.settle()
    assert app_receiver.events()[0]["WelcomeCode"] == accepted["welcome_code"]
    assert len(app_receiver.received) == 1


def test_scanning_twice_adds_once(platform, app_receiver):
    external_userid = scan(platform)["external_userid"]
    assert scan(platform, external_userid=external_userid)["already"] is True
    platform.settle()
    assert len(app_receiver.received) == 1


def test_several_members_take_turns(platform):
    way = platform.post("externalcontact/add_contact_way", type=2, scene=2, user=["lixiaomei"], party=[102])
    served = {platform.do("customer_scans", config_id=way["config_id"])["userid"] for _ in range(4)}
    assert len(served) == 4


def test_the_scan_page_adds_by_hand(platform, app_receiver):
    way = platform.post("externalcontact/add_contact_way", type=1, scene=2, user=["lixiaomei"], state="s1")
    page = f"{platform.base}/c/{way['config_id']}"
    assert "李小美" in platform.http.get(page, timeout=60).text
    assert platform.http.post(page, data={"name": "路人"}, allow_redirects=False, timeout=60).status_code == 303
    platform.settle()
    assert app_receiver.events()[-1]["State"] == "s1"
    assert platform.http.get(f"{platform.base}/c/nothing", timeout=60).status_code == 404


def test_an_app_without_customer_rights_is_48002_and_a_small_range_hides(platform):
    platform.control("apps/1000002", customer_contact=False)
    assert platform.get("externalcontact/list", userid="lixiaomei")["errcode"] == 48002
    platform.control("apps/1000002", customer_contact=True, visible_departments=[102])
    assert platform.get("externalcontact/list", userid="lixiaomei")["errcode"] == 60011
    assert platform.get("user/get", userid="lixiaomei")["errcode"] == 60111
    assert platform.send()["errcode"] == 81013
    assert {row["id"] for row in platform.get("department/list")["department"]} == {102}
    platform.control("apps/1000002", trusted_ips=["10.0.0.1"])
    assert platform.get("agent/list")["errcode"] == 60020
    assert platform.ask("apps/1000002", colour="red").status_code == 400
