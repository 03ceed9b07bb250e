"""Groups and those who own them: welcomes, other owners, figures, what is kept (DOC 92127, 92133, 92366, 95703)."""

from pathlib import Path

import pytest
from wechatpy.work import WeChatClient

from simulator import group_changes, group_chatting, snapshot
from simulator.brands import sample
from simulator.settings import Settings
from simulator.world.groups import CUSTOMER, MEMBER, GroupPerson
from simulator.world.world import World
from tests.simulator.groups import group_named, groups_of, made
from tests.simulator.platform import APP, CORPID

DAY = 86400


def test_a_welcome_by_template_or_by_hand(platform):
    call = "externalcontact/group_welcome_template/"
    link = {"title": "会员手册", "url": "http://a.cn/x"}
    wrong = platform.post(call + "add", text={"content": "x"}, image={"media_id": "none"}, link=link)
    assert wrong["errcode"] == 40007
    body = {"text": {"content": "欢迎%NICKNAME%"}, "link": link, "file": {"media_id": "ignored"}}
    template_id = platform.post(call + "add", **body)["template_id"]
    assert platform.post(call + "get", template_id=template_id) == {
        "errcode": 0, "errmsg": "ok", "text": body["text"], "link": link,
    }  # fmt: skip
    chat_id = group_named(platform)["chat_id"]
    guest = platform.do("customer_joins_group", chat_id=chat_id, customer={"name": "许小姐"})["external_userid"]
    shown = platform.control("members/lixiaomei/group_welcomes")
    assert shown["waiting"] == [{"chat_id": chat_id, "external_userid": guest}]
    sent = platform.do("group_welcome_sends", chat_id=chat_id, userid="lixiaomei", template_id=template_id)
    assert sent["greeted"] == [guest]
    assert platform.control("members/lixiaomei/group_welcomes")["waiting"] == []
    platform.do("group_welcome_applies", chat_id=chat_id, userid="lixiaomei", template_id=template_id)
    platform.do("customer_joins_group", chat_id=chat_id, customer={"name": "秦女士"})
    lines = platform.control(f"groups/{chat_id}/messages?limit=2")["messages"]
    assert [(each["msgtype"], each["via"], each["from"]) for each in lines] == [
        ("text", "welcome", "lixiaomei"), ("link", "welcome", "lixiaomei"),
    ]  # fmt: skip
    assert lines[0]["body"] == {"content": "欢迎秦女士"}
    assert platform.post(call + "edit", template_id=template_id, text={"content": "你好"})["errcode"] == 0
    assert platform.post(call + "get", template_id=template_id)["text"] == {"content": "你好"}
    assert platform.post(call + "del", template_id=template_id)["errcode"] == 0
    codes = [platform.post(call + "add")["errcode"], platform.post(call + "get", template_id=template_id)["errcode"]]
    assert codes == [40063, 41058]
    many = [platform.post(call + "add", text={"content": "x"}, notify=0)["errcode"] for _ in range(101)]
    assert many == [0] * 100 + [41055]


def test_groups_change_hands_in_service(platform, app_receiver):
    call, chat_id = "externalcontact/groupchat/onjob_transfer", group_named(platform)["chat_id"]
    assert platform.post(call, chat_id_list=[chat_id, "wrnone"], new_owner="wufang")["failed_chat_list"] == [
        {"chat_id": "wrnone", "errcode": 90501, "errmsg": "chat is not external group chat"}
    ]
    shown = platform.control(f"groups/{chat_id}")
    assert shown["owner"] == "wufang"
    assert next(each for each in shown["members"] if each["is_owner"])["id"] == "wufang"
    same = platform.post(call, chat_id_list=[chat_id], new_owner="wufang")
    back = platform.post(call, chat_id_list=[chat_id], new_owner="lixiaomei")
    third = platform.post(call, chat_id_list=[chat_id], new_owner="wufang")
    rows = [[row["errcode"] for row in each["failed_chat_list"]] for each in (same, back, third)]
    assert rows == [[90504], [], [40128]]
    platform.control("clock", advance=91 * DAY)
    platform._tokens.clear()
    assert platform.post(call, chat_id_list=[chat_id], new_owner="wufang")["failed_chat_list"] == []
    bad = [{"chat_id_list": [], "new_owner": "wufang"}, {"chat_id_list": ["a"] * 101, "new_owner": "wufang"},
           {"chat_id_list": [chat_id], "new_owner": "nobody"}]  # fmt: skip
    assert [platform.post(call, **body)["errcode"] for body in bad] == [40063, 81017, 60111]
    platform.settle()
    assert app_receiver.received == []


def test_a_resigned_owners_groups_find_an_heir(platform, app_receiver):
    call, mine = "externalcontact/groupchat/transfer", [each["chat_id"] for each in groups_of(platform)]
    early = platform.post(call, chat_id_list=mine, new_owner="wufang")["failed_chat_list"]
    assert [each["errcode"] for each in early] == [90500] * 2
    assert early[0]["errmsg"] == "the owner of this chat is not resigned"
    platform.do("member_resigns", userid="lixiaomei")
    listed = "externalcontact/groupchat/list"
    waiting = platform.post(listed, limit=10, status_filter=1, owner_filter={"userid_list": ["lixiaomei"]})
    assert {each["status"] for each in waiting["group_chat_list"]} == {1}
    assert len(platform.post(listed, limit=10)["group_chat_list"]) == 1
    onjob = platform.post("externalcontact/groupchat/onjob_transfer", chat_id_list=mine[:1], new_owner="wufang")
    assert onjob["failed_chat_list"][0]["errcode"] == 90502
    platform.control("limits", group_inherit_seconds=3600)
    assert platform.post(call, chat_id_list=mine, new_owner="wufang")["failed_chat_list"] == []
    again = platform.post(call, chat_id_list=mine, new_owner="wufang")["failed_chat_list"]
    assert [each["errcode"] for each in again] == [90507] * 2
    platform.control("clock", advance=3601)
    hers = platform.post(listed, limit=10, status_filter=3, owner_filter={"userid_list": ["wufang"]})["group_chat_list"]
    assert {each["chat_id"] for each in hers} == set(mine)
    inside = [each["id"] for each in platform.control(f"groups/{mine[0]}")["members"] if each["type"] == 1]
    assert "wufang" in inside
    assert "lixiaomei" not in inside
    done = platform.post(call, chat_id_list=mine[:1], new_owner="chenjing")["failed_chat_list"]
    assert done[0]["errcode"] == 90508
    platform.settle()
    assert [each["ChangeType"] for each in app_receiver.events() if each["Event"] == "change_external_chat"] == []


def test_figures_come_from_what_happened(platform, at_noon):
    now = int(platform.control("clock")["now"])
    chat_id = made(platform, userids=["wufang"])
    guest = platform.do("customer_joins_group", chat_id=chat_id)["external_userid"]
    for content in ("一", "二"):
        platform.do("group_says", chat_id=chat_id, external_userid=guest, content=content)
    call, mine = "externalcontact/groupchat/statistic", {"owner_filter": {"userid_list": ["lixiaomei"]}}
    assert platform.post(call, day_begin_time=now, **mine)["errcode"] == 40058
    platform.control("clock", advance=DAY)
    platform._tokens.clear()
    today = platform.post(call, day_begin_time=now, **mine)
    assert (today["total"], today["next_offset"], today["items"][0]["owner"]) == (1, 1, "lixiaomei")
    totals = sum(each["member_count"] for each in groups_of(platform) if each["owner"] == "lixiaomei")
    assert today["items"][0]["data"] == {
        "new_chat_cnt": 1, "chat_total": 3, "chat_has_msg": 1, "new_member_cnt": 3, "member_total": totals,
        "member_has_msg": 1, "msg_total": 2, "migrate_trainee_chat_cnt": 0,
    }  # fmt: skip
    days = platform.post(f"{call}_group_by_day", day_begin_time=now - DAY, day_end_time=now, **mine)["items"]
    assert [each["data"]["chat_total"] for each in days] == [2, 3]
    assert days[1]["stat_time"] - days[0]["stat_time"] == DAY
    everyone = platform.post(call, day_begin_time=now, order_by=2, limit=1)
    assert (everyone["total"], everyone["next_offset"], everyone["items"][0]["owner"]) == (2, 1, "lixiaomei")
    wrong = [{}, {"day_begin_time": now - 181 * DAY}, {"day_begin_time": now - 40 * DAY, "day_end_time": now},
             {"day_begin_time": now, "order_by": 5}, {"day_begin_time": now, "limit": 1001}]  # fmt: skip
    assert [platform.post(call, **body)["errcode"] for body in wrong] == [40063, 40058, 40058, 40058, 40058]


def test_wechatpy_reads_groups(platform, at_noon):
    class Client(WeChatClient):
        API_BASE_URL = f"{platform.base}/cgi-bin/"

        def fetch_access_token(self):
            args = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{self.API_BASE_URL}gettoken", params=args)

    groups = Client(CORPID, APP["secret"], timeout=60, auto_retry=False).external_contact_group_chat
    listed = groups.list_all(limit=1)
    assert len(listed) == 3
    assert groups.get(listed[0]["chat_id"])["group_chat"]["owner"] == "lixiaomei"
    yesterday = int(platform.control("clock")["now"]) - DAY
    assert groups.statistic(yesterday, owner_userid_list=["lixiaomei"])["items"][0]["data"]["msg_total"] == 12


@pytest.fixture
def world():
    made = World(Settings())
    made.reset(sample.fill, 7)
    yield made
    made.close()


def test_groups_survive_a_snapshot(world, tmp_path: Path):
    group = next(iter(world.state.groups.by_id.values()))
    group_changes.inherit(world, group, world.member("wufang"))
    group.handed.append(world.seconds)
    file = tmp_path / "world.json"
    snapshot.save(world, file)
    before = world.state.groups
    snapshot.load(world, file)
    assert world.state.groups == before
    assert world.state.groups is not before
    assert world.state.groups.find_opengid(group.opengid).owner == "wufang"
    assert [each.chat_id for each in world.state.groups.of_member("wufang")]


def test_a_busy_group_keeps_its_last_thousand_lines(world):
    group = next(iter(world.state.groups.by_id.values()))
    for number in range(1200):
        group_chatting.say(world, group.chat_id, "lixiaomei", MEMBER, "text", {"content": str(number)})
    lines = world.state.groups.lines_of(group.chat_id)
    assert 900 <= len(lines) <= 1000
    assert lines[-1].body == {"content": "1199"}


def test_three_hundred_groups_a_day_and_person(noon, world):
    groups = world.state.groups
    for _ in range(300):
        groups.note_handed("lixiaomei", world.now)
    assert groups.count_handed("LiXiaomei", world.now) == 300
    assert groups.count_handed("lixiaomei", world.now + DAY) == 0


def test_totals_go_with_the_group(noon, world):
    groups, now = world.state.groups, world.now
    group, _ = group_changes.make(world, "lixiaomei", "群", [GroupPerson("wmx", CUSTOMER, world.seconds)])
    before = groups.days.figures(["wufang"], 0, int(now))
    group_changes.give(world, group, world.member("wufang"))
    after = groups.days.figures(["wufang"], 0, int(now))
    assert (after["chat_total"] - before["chat_total"], after["member_total"] - before["member_total"]) == (1, 3)
    assert groups.days.figures(["lixiaomei"], 0, int(now))["chat_total"] == 2
