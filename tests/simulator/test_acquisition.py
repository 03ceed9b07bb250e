"""获客助手 (DOC 97297-97299, 97375, 100130): links, quota, what a customer does with one, and temporary contact ways."""

import pytest

DAY = 86_400
LINK = {"link_name": "秋冬新品", "range": {"user_list": ["lixiaomei", "zhouting"]}}


def call(platform, name, **body):
    return platform.post(f"externalcontact/customer_acquisition/{name}", **body)


def new_link(platform, **changes):
    return call(platform, "create_link", **(LINK | changes))["link"]


def changes(receiver):
    return [event["ChangeType"] for event in receiver.events() if "ChangeType" in event]


def test_a_link_from_birth_to_death(platform, app_receiver):
    assert len(call(platform, "list_link")["link_id_list"]) == 1
    made = new_link(platform, skip_verify=False, priority_option={"priority_type": 2, "priority_userid_list": ["zhouting"]})
    assert made["url"].startswith(f"{platform.base}/ca/")
    shown = call(platform, "get", link_id=made["link_id"])
    assert shown["link"]["skip_verify"] is False
    assert shown["range"] == {"user_list": ["lixiaomei", "zhouting"], "department_list": []}
    assert shown["priority_option"] == {"priority_type": 2, "priority_userid_list": ["zhouting"]}
    assert (
        call(platform, "update_link", link_id=made["link_id"], link_name="x", range={"user_list": ["nobody"]})["errcode"] == 60111
    )
    assert call(platform, "get", link_id=made["link_id"])["link"]["link_name"] == "秋冬新品"
    assert call(platform, "update_link", link_id=made["link_id"], range={"department_list": [101]})["errcode"] == 0
    assert call(platform, "get", link_id=made["link_id"])["range"] == {"user_list": [], "department_list": [101]}
    page = call(platform, "list_link", limit=1)
    assert call(platform, "list_link", limit=1, cursor=page["next_cursor"])["link_id_list"] == [made["link_id"]]
    assert call(platform, "delete_link", link_id=made["link_id"])["errcode"] == 0
    assert call(platform, "get", link_id=made["link_id"])["errcode"] == 40058
    second = new_link(platform)
    platform.do("admin_deletes_link", link_id=second["link_id"])
    platform.settle()
    assert changes(app_receiver) == ["delete_link"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"link_name": ""}, 40063), ({"link_name": "长" * 31}, 40058), ({"range": {}}, 40063), ({"range": []}, 40058),
        ({"range": {"department_list": [999]}}, 60003), ({"skip_verify": "yes"}, 40058),
        ({"priority_option": {"priority_type": 3}}, 40058),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_link(platform, body, code):
    assert call(platform, "create_link", **(LINK | body))["errcode"] == code
    assert len(call(platform, "list_link")["link_id_list"]) == 1


def test_the_number_of_links_is_limited(platform):
    platform.control("acquisition_links", most=1)
    assert call(platform, "create_link", **LINK)["errcode"] == 41095
    assert platform.ask("acquisition_links", "POST", most="many").status_code == 400


def test_a_customer_comes_through_a_link_and_writes(platform, app_receiver):
    # One after the other: the order they arrive in is looked at
    platform.control("delivery", senders=1)
    link, begun = new_link(platform), int(platform.control("clock")["now"])
    url = f"{link['url']}?customer_channel={'ab' * 40}"
    added = platform.do("customer_requests_by_link", url=url, customer={"name": "周小姐"})
    who = {"userid": added["userid"], "external_userid": added["external_userid"]}
    assert added["state"] == "ab" * 32
    follow = platform.get("externalcontact/get", external_userid=who["external_userid"])["follow_user"][0]
    assert (follow["add_way"], follow["state"]) == (16, "ab" * 32)
    listed = call(platform, "customer", link_id=link["link_id"])["customer_list"]
    assert listed == [who | {"chat_status": 0, "state": "ab" * 32}]
    for number in range(10):
        platform.do("customer_sends", **who, content=f"第{number}句")
    assert call(platform, "customer", link_id=link["link_id"])["customer_list"][0]["chat_status"] == 1
    platform.settle()
    events = {event["ChangeType"]: event for event in app_receiver.events()}
    assert changes(app_receiver).count("message_from_customer") == 3
    assert events["open_profile"]["State"] == events["friend_request"]["State"] == "ab" * 32
    assert events["add_external_contact"]["State"] == "ab" * 32
    start = events["customer_start_chat"]
    assert (start["UserID"], start["ExternalUserID"], start["LinkId"]) == (who["userid"], who["external_userid"], link["link_id"])
    key = next(each for each in app_receiver.events() if each["ChangeType"] == "message_from_customer")["ChatKey"]
    info = call(platform, "get_chat_info", chat_key=key)
    assert info["chat_info"] == {"recv_msg_cnt": 3, "link_id": link["link_id"], "state": "ab" * 32}
    platform.control("clock", advance=1801)
    assert call(platform, "get_chat_info", chat_key=key)["errcode"] == 40058
    now = int(platform.control("clock")["now"])
    figures = call(platform, "statistic", link_id=link["link_id"], start_time=begun, end_time=now)
    assert (figures["click_link_customer_cnt"], figures["new_customer_cnt"]) == (1, 1)


def test_without_skip_verify_somebody_has_to_accept(platform):
    link = new_link(platform, skip_verify=False)
    asked = platform.do("customer_requests_by_link", link_id=link["link_id"])
    assert asked["pending"] is True
    assert call(platform, "customer", link_id=link["link_id"])["customer_list"] == []
    platform.do("member_accepts", userid=asked["userid"], external_userid=asked["external_userid"])
    assert len(call(platform, "customer", link_id=link["link_id"])["customer_list"]) == 1


def test_known_members_come_first_and_others_in_turn(platform):
    link = new_link(platform, priority_option={"priority_type": 1})
    known = platform.get("externalcontact/list", userid="wufang")["external_userid"][0]
    assert platform.do("customer_opens_link", link_id=link["link_id"], external_userid=known)["userid"] == "wufang"
    turns = [platform.do("customer_requests_by_link", link_id=link["link_id"])["userid"] for _ in range(4)]
    assert turns == ["lixiaomei", "zhouting", "lixiaomei", "zhouting"]


def test_the_quota_runs_out_and_is_bought(platform, app_receiver):
    # One after the other: the order they arrive in is looked at
    platform.control("delivery", senders=1)
    platform.control("reset", brand="empty")
    platform.do("member_joins", userid="anna", department=[1])
    link = new_link(platform, range={"user_list": ["anna"]})
    request = {"link_id": link["link_id"]}
    assert platform.ask("do/customer_requests_by_link", **request).status_code == 409
    platform.do("buys_quota", count=20, days=100)
    for _ in range(20):
        platform.do("customer_requests_by_link", **request)
    quota = platform.get("externalcontact/customer_acquisition_quota")
    assert (quota["total"], quota["balance"], quota["quota_list"]) == (20, 0, [])
    platform.settle()
    told = [each for each in changes(app_receiver) if each.startswith("balance")]
    assert told == ["balance_increased", "balance_low", "balance_exhausted"]
    assert platform.ask("do/buys_quota", count=0).status_code == 400


def test_quota_that_expires_is_announced(platform, app_receiver):
    # One after the other: the order they arrive in is looked at
    platform.control("delivery", senders=1)
    platform.control("reset", brand="empty")
    platform.control("clock", to="12:00")
    platform.do("buys_quota", count=30, days=15)
    for day in (1, 7, 4, 1, 1, 1):
        platform.control("clock", advance=day * DAY)
    platform.settle()
    events = [event for event in app_receiver.events() if event.get("ChangeType", "").startswith(("quota", "balance"))]
    assert [event["ChangeType"] for event in events] == ["balance_increased", *["quota_expire_soon"] * 5, "balance_exhausted"]
    assert events[1]["ExpireQuotaNum"] == "30"


def test_a_link_nobody_serves_any_more(platform, app_receiver):
    link = new_link(platform, range={"user_list": ["lixiaomei"]})
    platform.control("clock", advance=1)
    platform.do("member_resigns", userid="lixiaomei")
    platform.control("clock", advance=1)
    platform.settle()
    event = next(each for each in app_receiver.events() if each.get("ChangeType") == "link_unavailable")
    assert event["LinkId"] == link["link_id"]
    assert platform.ask("do/customer_requests_by_link", link_id=link["link_id"]).status_code == 409


def test_the_page_of_a_link(platform):
    link = new_link(platform)
    url = f"{link['url']}?customer_channel=poster"
    assert "李小美" in platform.http.get(url, timeout=60).text
    assert platform.http.post(url, data={"name": "路人"}, allow_redirects=False, timeout=60).status_code == 303
    brought = call(platform, "customer", link_id=link["link_id"])["customer_list"]
    assert [each["state"] for each in brought] == ["poster"]
    assert platform.http.get(f"{platform.base}/ca/nothing", timeout=60).status_code == 404
    row = platform.control("acquisition_links")["links"][-1]
    assert (row["clicks"], row["added"]) == (1, 1)


def test_a_temporary_way_makes_a_chat_that_ends(platform, app_receiver):
    body = {
        "type": 1, "scene": 2, "user": ["lixiaomei"], "is_temp": True, "expires_in": 3600, "chat_expires_in": 600,
        "conclusions": {"text": {"content": "感谢咨询"}, "link": {"title": "官网", "url": "https://example.com"}},
    }  # fmt: skip
    way = platform.post("externalcontact/add_contact_way", **body)["config_id"]
    assert platform.post("externalcontact/list_contact_way")["contact_way"] == []
    opened = platform.do("customer_scans", config_id=way)
    who = {"userid": "lixiaomei", "external_userid": opened["external_userid"]}
    assert platform.get("externalcontact/get", external_userid=who["external_userid"])["errcode"] == 84061
    platform.do("customer_sends", **who, content="在吗")
    platform.do("member_sends", **who, content="在的")
    platform.control("clock", advance=601)
    lines = platform.control(f"chats/lixiaomei/{who['external_userid']}")["messages"]
    assert [line["msgtype"] for line in lines[-3:]] == ["text", "link", "text"]
    assert platform.ask("do/customer_sends", **who, content="还在吗").status_code == 409
    assert platform.post("externalcontact/close_temp_chat", **who)["errcode"] == 84061
    other = platform.do("customer_scans", config_id=way)["external_userid"]
    assert platform.post("externalcontact/close_temp_chat", userid="lixiaomei", external_userid=other)["errcode"] == 0
    platform.control("clock", advance=3600)
    assert platform.ask("do/customer_scans", config_id=way).status_code == 409
    platform.settle()
    assert app_receiver.received == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"is_temp": True, "type": 2}, 40058), ({"is_temp": True, "expires_in": 15 * DAY}, 40058),
        ({"is_temp": True, "chat_expires_in": 0}, 40058), ({"conclusions": {"text": {"content": "长" * 1334}}}, 40058),
        ({"conclusions": {"image": {"media_id": "none"}}}, 40007), ({"conclusions": []}, 40058),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_temporary_way(platform, body, code):
    assert (
        platform.post("externalcontact/add_contact_way", **({"type": 1, "scene": 2, "user": ["wufang"]} | body))["errcode"]
        == code
    )


def test_the_window_of_listed_ways(platform):
    ways = [platform.post("externalcontact/add_contact_way", type=1, scene=2, user=["wufang"])["config_id"] for _ in range(3)]
    first = platform.post("externalcontact/list_contact_way", limit=2)
    platform.control("clock", advance=5)
    second = platform.post("externalcontact/list_contact_way", limit=2, cursor=first["next_cursor"])
    assert [each["config_id"] for each in first["contact_way"] + second["contact_way"]] == ways
    now = int(platform.control("clock")["now"])
    assert platform.post("externalcontact/list_contact_way", start_time=now, end_time=now - 1)["errcode"] == 40058
    assert platform.post("externalcontact/list_contact_way", start_time=now, end_time=now + 9)["contact_way"] == []
    wrong = platform.post("externalcontact/update_contact_way", config_id=ways[0], remark="新", user=["nobody"])
    assert wrong["errcode"] == 40003
    assert platform.post("externalcontact/get_contact_way", config_id=ways[0])["contact_way"]["remark"] == ""
