"""企业群发 from plan to result, the limits of it, and members' own (DOC 92135, 93338, 97610, 97611)."""

import json

import pytest

from simulator.snapshot import decode
from simulator.world.state import State
from tests.simulator.test_customers import PNG

SEND = "externalcontact/add_msg_template"
TASKS, RESULTS = "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result"
LIXIAOMEI = "lixiaomei"


@pytest.fixture
def customers(platform):
    return platform.get("externalcontact/list", userid=LIXIAOMEI)["external_userid"]


def plan(platform, **changes):
    return platform.post(SEND, **({"sender": LIXIAOMEI, "text": {"content": "周末到店有礼"}} | changes))


def results(platform, msgid, userid=LIXIAOMEI, **more):
    return platform.post(RESULTS, msgid=msgid, userid=userid, **more)["send_list"]


def dispatched(platform, **changes):
    answer = plan(platform, **changes)
    assert answer["errcode"] == 0, answer
    platform.control("clock", advance=3)
    return answer["msgid"]


def chat(platform, customer, userid=LIXIAOMEI):
    return platform.control(f"chats/{userid}/{customer}")["messages"]


def test_the_whole_sequence(platform, customers, app_receiver):
    """3.12.4: too early, waiting, reminded, confirmed with every result, stopped; and no callback for any of it."""
    platform.control("clock", "POST", pause=True)
    stranger = platform.get("externalcontact/list", userid="zhouting")["external_userid"][0]
    body = {"external_userid": [*customers[:3], stranger, "wmnobody"]}
    link = {"msgtype": "link", "link": {"title": "新品", "url": "https://shop.example/new"}}
    made = plan(platform, **body, attachments=[link])
    assert made["msgid"].startswith("msg")
    assert made["fail_list"] == [stranger, "wmnobody"]
    msgid = made["msgid"]
    assert [platform.post(path, msgid=msgid, userid=LIXIAOMEI)["errcode"] for path in (TASKS, RESULTS)] == [41063, 41063]
    platform.control("clock", advance=3)
    assert platform.post(TASKS, msgid=msgid)["task_list"] == [{"userid": LIXIAOMEI, "status": 0}]
    assert {row["status"] for row in results(platform, msgid)} == {0}
    reminded = [platform.post("externalcontact/remind_groupmsg_send", msgid=msgid)["errcode"] for _ in range(4)]
    assert reminded == [0, 0, 0, 41094]
    before = len(chat(platform, customers[0]))
    platform.settle()
    app_receiver.received.clear()
    platform.do("customer_deletes", userid=LIXIAOMEI, external_userid=customers[1])
    platform.settle()
    app_receiver.received.clear()
    platform.control("limits", group_sends_per_day=1)
    platform.do("member_sends_own_group_send", userid=LIXIAOMEI, external_userids=[customers[2]], text="早上好")
    shown = platform.control(f"members/{LIXIAOMEI}/group_sends")["group_sends"]
    assert [(each["status"], each["reminders"], each["target_count"]) for each in shown] == [(2, 0, 1), (0, 3, 3)]
    assert platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=msgid) == {"sent": 1, "failed": 2}
    rows = results(platform, msgid)
    assert [(row["external_userid"], row["status"]) for row in rows] == list(zip(customers[:3], (1, 2, 3), strict=True))
    assert ["send_time" in row for row in rows] == [True, False, False]
    assert platform.post(TASKS, msgid=msgid)["task_list"][0]["status"] == 2
    new = chat(platform, customers[0])[before:]
    assert [(each["msgtype"], each["via"], each["from"]) for each in new] == [
        ("text", "group_send", "guide"), ("link", "group_send", "guide"),
    ]  # fmt: skip
    assert platform.ask("do/member_confirms_group_send", "POST", userid=LIXIAOMEI, msgid=msgid).status_code == 409
    platform.settle()
    assert app_receiver.received == []


def test_a_stopped_send_is_no_longer_hers(platform, customers):
    msgid = dispatched(platform)
    assert platform.post("externalcontact/cancel_groupmsg_send", msgid=msgid)["errcode"] == 0
    assert platform.post("externalcontact/cancel_groupmsg_send", msgid=msgid)["errcode"] == 41093
    assert platform.post("externalcontact/remind_groupmsg_send", msgid=msgid)["errcode"] == 41093
    assert platform.ask("do/member_confirms_group_send", "POST", userid=LIXIAOMEI, msgid=msgid).status_code == 409
    assert {row["status"] for row in results(platform, msgid)} == {0}
    assert platform.control(f"members/{LIXIAOMEI}/group_sends")["group_sends"][0]["status"] == -1


def test_who_gets_a_shared_customer(platform, customers):
    """Whoever talked with her last."""
    shared = customers[0]
    platform.do("customer_scans", userid="zhouting", external_userid=shared)
    assert platform.post(SEND, external_userid=[shared], text={"content": "a"})["errcode"] == 0
    assert platform.control("members/zhouting/group_sends")["group_sends"][0]["target_count"] == 1
    platform.do("customer_sends", userid=LIXIAOMEI, external_userid=shared, content="在吗")
    platform.post(SEND, external_userid=[shared], text={"content": "b"})
    assert platform.control(f"members/{LIXIAOMEI}/group_sends")["group_sends"][0]["text"] == "b"
    assert len(platform.control("members/zhouting/group_sends")["group_sends"]) == 1


def test_tags_choose_customers(platform, customers):
    """OR inside a list, AND between lists; with and without a sender."""
    made = platform.post("externalcontact/add_corp_tag", group_name="群发", tag=[{"name": each} for each in "甲乙丙"])
    one, two, three = (each["id"] for each in sorted(made["tag_group"]["tag"], key=lambda each: "甲乙丙".index(each["name"])))
    for customer, tags in zip(customers, ([one, three], [two, three], [one]), strict=False):
        platform.post("externalcontact/mark_tag", userid=LIXIAOMEI, external_userid=customer, add_tag=tags)
    tag_filter = {"group_list": [{"tag_list": [one, two]}, {"tag_list": [three]}]}
    for changes in ({}, {"sender": ""}):
        msgid = dispatched(platform, tag_filter=tag_filter, **changes)
        assert [row["external_userid"] for row in results(platform, msgid)] == customers[:2]
        assert [each["userid"] for each in platform.post(TASKS, msgid=msgid)["task_list"]] == [LIXIAOMEI]
    nobody = {"group_list": [{"tag_list": [two]}, {"tag_list": [one]}]}
    assert plan(platform, tag_filter=nobody)["errcode"] == 41048
    assert plan(platform, sender="", tag_filter=nobody)["errcode"] == 41048
    assert plan(platform, tag_filter={"group_list": [{"tag_list": ["etnope"]}]})["errcode"] == 40068


def test_she_chooses_only_where_she_may(platform, customers):
    fixed, free = dispatched(platform), dispatched(platform, allow_select=True)
    picked = {"userid": LIXIAOMEI, "targets": customers[:2]}
    assert platform.ask("do/member_confirms_group_send", "POST", msgid=fixed, **picked).status_code == 409
    assert platform.do("member_confirms_group_send", msgid=free, **picked) == {"sent": 2, "failed": 0}
    assert [row["status"] for row in results(platform, free)].count(0) == len(customers) - 2


def test_groups_are_listed_once_sent_to(platform):
    groups = platform.control(f"groups?userid={LIXIAOMEI}")["groups"]
    owned = [each["chat_id"] for each in groups if each["owner"] == LIXIAOMEI]
    assert plan(platform, chat_type="group", sender="")["errcode"] == 41009
    assert plan(platform, chat_type="group", chat_id_list=["wrnope"])["errcode"] == 41048
    msgid = dispatched(platform, chat_type="group", chat_id_list=[*owned, "wrnope"])
    assert results(platform, msgid) == []
    platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=msgid)
    assert [(row["chat_id"], row["status"]) for row in results(platform, msgid)] == [(each, 1) for each in owned]
    said = platform.control(f"groups/{owned[0]}/messages")["messages"][-1]
    assert (said["via"], said["from"], said["body"]) == ("group_send", LIXIAOMEI, {"content": "周末到店有礼"})
    free = dispatched(platform, chat_type="group")
    platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=free, targets=owned[:1])
    assert [row["chat_id"] for row in results(platform, free)] == owned[:1]


def test_the_month_has_as_many_as_days(platform, at_noon, customers):
    platform.control("limits", group_sends_per_month=2)
    one = {"external_userid": customers[:1]}
    for _ in range(2):
        platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=plan(platform, **one)["msgid"])
    assert plan(platform, **one)["errcode"] == 41048
    both = dispatched(platform, external_userid=customers[:2])
    assert platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=both) == {"sent": 1, "failed": 1}
    platform.control("clock", advance=32 * 86400)
    platform._tokens.clear()
    assert plan(platform, **one)["errcode"] == 0


def test_her_own_reaches_a_customer_once_a_day(platform, at_noon, customers):
    own = {"userid": LIXIAOMEI, "external_userids": customers[:2], "text": "早安"}
    first = platform.do("member_sends_own_group_send", **own)
    assert (first["sent"], first["failed"]) == (2, 0)
    assert platform.do("member_sends_own_group_send", **own)["failed"] == 2
    now = int(platform.control("clock")["now"])
    listed = platform.post("externalcontact/get_groupmsg_list_v2", start_time=now - 60, end_time=now + 60, filter_type=1)
    assert [(each["creator"], each["create_type"]) for each in listed["group_msg_list"]] == [(LIXIAOMEI, 1)] * 2
    assert platform.post("externalcontact/cancel_groupmsg_send", msgid=first["msgid"])["errcode"] == 41047


def test_records_page_and_guard_their_cursor(platform, customers):
    for _ in range(3):
        plan(platform)
    platform.control("clock", advance=3)
    now = int(platform.control("clock")["now"])
    span = {"start_time": now - 3600, "end_time": now + 60}
    first = platform.post("externalcontact/get_groupmsg_list_v2", **span, limit=2)
    assert len(first["group_msg_list"]) == 2
    assert "creator" not in first["group_msg_list"][0]
    rest = platform.post("externalcontact/get_groupmsg_list_v2", **span, limit=2, cursor=first["next_cursor"])
    assert (len(rest["group_msg_list"]), rest["next_cursor"]) == (1, "")
    foreign = platform.post(TASKS, msgid=rest["group_msg_list"][0]["msgid"], cursor=first["next_cursor"])
    assert foreign["errcode"] == 50100
    msgid = rest["group_msg_list"][0]["msgid"]
    assert len(results(platform, msgid, limit=3)) == 3
    assert len(results(platform, msgid, limit=5000)) == len(customers)
    too_long = {"start_time": now - 40 * 86400, "end_time": now}
    assert platform.post("externalcontact/get_groupmsg_list_v2", **too_long)["errcode"] == 40058
    assert platform.post(TASKS)["errcode"] == 41046
    assert platform.post(TASKS, msgid="msgnope")["errcode"] == 41047


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"sender": "nobody"}, 60111),
        ({"sender": "hq_wangmin"}, 41048),
        ({"sender": ""}, 40063),
        ({"sender": "", "external_userid": ["wmnobody"]}, 40096),
        ({"text": {"content": "长" * 1334}}, 45002),
        ({"text": {}}, 40063),
        ({"text": "x"}, 40058),
        ({"chat_type": "all"}, 40058),
        ({"attachments": [{"msgtype": "link", "link": {"title": "t", "url": "http://a.cn"}}] * 10}, 41064),
        ({"attachments": [{"msgtype": "voice", "voice": {}}]}, 41065),
        ({"attachments": [{"msgtype": "image", "image": {"media_id": "gone"}}]}, 40007),
        ({"external_userid": "wm1"}, 40058),
    ],
)
def test_refusals(platform, changes, errcode):
    assert plan(platform, **changes)["errcode"] == errcode
    assert platform.control(f"members/{LIXIAOMEI}/group_sends")["group_sends"] == []


def test_a_snapshot_brings_everything_back(platform, customers, tmp_path):
    media_id = platform.upload("image", "look.png", PNG)["media_id"]
    msgid = dispatched(platform, attachments=[{"msgtype": "image", "image": {"media_id": media_id}}])
    platform.do("member_confirms_group_send", userid=LIXIAOMEI, msgid=msgid)
    before = platform.control(f"members/{LIXIAOMEI}/group_sends")
    from_disk = reloaded(platform, tmp_path / "world.json")
    send = from_disk.group_sends.find(msgid)
    assert send.tasks[LIXIAOMEI].targets == customers
    assert [each.msgid for each in from_disk.group_sends.of_member(LIXIAOMEI)] == [msgid]
    assert before["group_sends"][0]["attachments"][0]["url"].endswith(media_id)


def reloaded(platform, file):
    """The state as a snapshot brings it back."""
    platform.control("snapshot", file=str(file))
    return decode(State, json.loads(file.read_text("utf-8"))["state"])
