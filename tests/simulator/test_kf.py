"""微信客服 accounts, servicers, sessions and sync_msg (DOC 94638-94670, 97712)."""

import pytest

from tests.simulator.kf_counter import Counter

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def counter(platform):
    return Counter(platform)


def test_accounts_from_birth_to_death(platform):
    media_id = platform.upload("image", "a.png", PNG)["media_id"]
    assert platform.post("kf/account/add", name="长" * 17, media_id=media_id)["errcode"] == 95006
    assert platform.post("kf/account/add", name="售后")["errcode"] == 41006
    open_kfid = platform.post("kf/account/add", name="售后", media_id=media_id)["open_kfid"]
    assert (open_kfid[:2], len(open_kfid)) == ("wk", 32)
    assert platform.post("kf/account/update", open_kfid=open_kfid, name="售后客服")["errcode"] == 0
    rows = platform.post("kf/account/list", offset=1)["account_list"]
    assert [(each["name"], each["manage_privilege"]) for each in rows] == [("售后客服", True)]
    assert platform.http.get(rows[0]["avatar"], timeout=60).content == PNG
    assert platform.post("kf/account/list", limit=101)["errcode"] == 40058
    assert platform.post("kf/account/del", open_kfid=open_kfid)["errcode"] == 0
    assert platform.post("kf/account/del", open_kfid=open_kfid)["errcode"] == 95004
    platform.control("kf/options", max_accounts=1)
    assert platform.post("kf/account/add", name="一", media_id=media_id)["errcode"] == 95005


def test_who_may_call(platform, counter):
    account = {"open_kfid": counter.open_kfid}
    assert platform.post("kf/sync_msg", open_kfid="")["errcode"] == 95000
    assert platform.post("kf/sync_msg", open_kfid="wk" + "x" * 30)["errcode"] == 95004
    platform.control("apps/1000002", visible_departments=[102])
    assert platform.post("kf/sync_msg", **account)["errcode"] == 60030
    platform.control("apps/1000002", visible_departments=[1])
    platform.do("kf_account_is_assigned", **account, assigned=False)
    assert platform.post("kf/sync_msg", **account)["errcode"] == 48007
    assert platform.post("kf/account/list")["account_list"][0]["manage_privilege"] is False
    platform.control("apps/1000002", kf=False)
    assert platform.post("kf/account/list")["errcode"] == 48002


def test_servicers_are_members_and_departments(platform, counter):
    account = {"open_kfid": counter.open_kfid}
    added = platform.post(
        "kf/servicer/add", **account, userid_list=["lixiaomei", "wufang", "nobody"], department_id_list=[102, 999]
    )
    assert [(each["errcode"], each["errmsg"]) for each in added["result_list"]] == [
        (0, "ignored"), (0, "success"), (60111, "userid not found"), (0, "success"), (60003, "department not found"),
    ]  # fmt: skip
    counter.does("servicer_changes_status", status=2, stop_type=1)
    assert platform.get("kf/servicer/list", **account)["servicer_list"] == [
        {"userid": "lixiaomei", "status": 1, "stop_type": 1}, {"userid": "chenjing", "status": 0},
        {"userid": "wufang", "status": 0}, {"department_id": 102},
    ]  # fmt: skip
    removed = platform.post("kf/servicer/del", **account, userid_list=["wufang", "zhouting"], department_id_list=[102])
    assert [each["errmsg"] for each in removed["result_list"]] == ["success", "ignored", "success"]
    assert platform.post("kf/servicer/add", **account)["errcode"] == 40058
    assert platform.post("kf/servicer/add", **account, userid_list=["x"] * 101)["errcode"] == 40058
    platform.control("kf/options", max_servicers=2)
    assert platform.post("kf/servicer/add", **account, userid_list=["wufang"])["errcode"] == 95020


def test_the_link_brings_scene_and_parameter_as_they_were(platform, counter):
    url = platform.post("kf/add_contact_way", open_kfid=counter.open_kfid, scene="shop1")["url"]
    assert url == platform.post("kf/add_contact_way", open_kfid=counter.open_kfid, scene="shop1")["url"]
    assert platform.post("kf/add_contact_way", open_kfid=counter.open_kfid, scene="门店")["errcode"] == 40058
    counter.sync()
    assert "雪岭官方客服" in platform.http.get(url, timeout=60).text
    entered = platform.http.post(f"{url}&scene_param=a%3D1", data={"name": "路人"}, allow_redirects=False, timeout=60)
    assert entered.headers["Location"].startswith(f"/?kf={counter.open_kfid}&external_userid=wm")
    event = counter.events()[0]
    assert (event["scene"], event["scene_param"], event["event_type"]) == ("shop1", "a%3D1", "enter_session")
    platform.control("kf/options", scene_param_decoded=True)
    platform.do("customer_opens_kf", url=f"{url}&scene_param=a%3D1", external_userid=counter.external_userid)
    assert counter.events()[0]["scene_param"] == "a=1"
    tampered = platform.do("customer_opens_kf", url=url + "x", external_userid=counter.external_userid)
    assert (tampered["event_id"], counter.sync()) == (0, [])
    assert platform.http.get(f"{platform.base}/kf/kfcnothing", timeout=60).status_code == 404


def test_callbacks_have_no_sender_and_a_token_for_ten_minutes(platform, counter, app_receiver):
    counter.asks()
    platform.settle()
    event = app_receiver.events()[-1]
    assert (event["Event"], event["OpenKfId"], "FromUserName" in event) == ("kf_msg_or_event", counter.open_kfid, False)
    token = event["Token"]
    assert [row["msgtype"] for row in counter.sync(token=token)] == ["event", "text"]
    other = platform.post("kf/account/add", name="别的", media_id=platform.upload("image", "a.png", PNG)["media_id"])
    body = {"open_kfid": counter.open_kfid, "token": token}
    assert platform.post("kf/sync_msg", open_kfid=other["open_kfid"], token=token)["errcode"] == 95007
    assert platform.post("kf/sync_msg", open_kfid=other["open_kfid"], cursor=counter.cursor)["errcode"] == 50100
    counter.wait(601)
    assert platform.post("kf/sync_msg", **body)["errcode"] == 95007
    platform.control("kf/options", syncs_without_token=2)
    del body["token"]
    assert [platform.post("kf/sync_msg", **body)["errcode"] for _ in range(3)][-1] == 45009
    platform.do("kf_account_is_assigned", open_kfid=counter.open_kfid, assigned=False)
    platform.do("kf_account_is_assigned", open_kfid=counter.open_kfid)
    counter.platform.settle()
    auth = app_receiver.events()[-2:]
    assert {each["Event"] for each in auth} == {"kf_account_auth_change"}
    assert {each.get("AuthDelOpenKfId") or each.get("AuthAddOpenKfId") for each in auth} == {counter.open_kfid}


def test_sync_pages_and_forgets_after_three_days(platform, counter):
    counter.sync()
    said = [counter.asks(str(number))["msgid"] for number in range(5)]
    body = {"open_kfid": counter.open_kfid, "cursor": counter.cursor, "limit": 2}
    first = platform.post("kf/sync_msg", **body)
    assert ([row["msgid"] for row in first["msg_list"]], first["has_more"]) == (said[:2], 1)
    rest = platform.post("kf/sync_msg", **(body | {"cursor": first["next_cursor"], "limit": 3}))
    assert ([row["msgid"] for row in rest["msg_list"]], rest["has_more"]) == (said[2:], 0)
    assert rest["msg_list"][0].keys() == {
        "msgid", "open_kfid", "external_userid", "send_time", "origin", "msgtype", "text",
    }  # fmt: skip
    again = platform.post("kf/sync_msg", **(body | {"cursor": rest["next_cursor"]}))
    assert (again["msg_list"], again["has_more"], again["next_cursor"]) == ([], 0, rest["next_cursor"])
    platform.control("kf/options", empty_pages=True)
    empty = platform.post("kf/sync_msg", **body)
    assert (empty["msg_list"], empty["has_more"]) == ([], 1)
    assert len(platform.post("kf/sync_msg", **(body | {"cursor": empty["next_cursor"]}))["msg_list"]) == 2
    assert platform.post("kf/sync_msg", **(body | {"limit": 0}))["errcode"] == 40058
    assert platform.post("kf/sync_msg", **(body | {"cursor": "made-up"}))["errcode"] == 50100
    counter.wait(3 * 86400)
    assert platform.post("kf/sync_msg", open_kfid=counter.open_kfid)["msg_list"] == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [((), {1, 2, 3, 4}), ((1,), {2, 3, 4}), ((2,), {3, 4}), ((3,), {3, 4})],
    ids=["untreated", "assistant", "pool", "human"],
)
def test_where_a_session_may_go_from_where(platform, counter, path, allowed):
    reached = set()
    for target in range(5):
        counter.asks()
        for step in path:
            counter.trans(step, "chenjing")
        answer = counter.trans(target, "lixiaomei")
        reached |= {target} if answer["errcode"] == 0 else set()
        assert answer["errcode"] in (0, 95016)
        assert bool(answer.get("msg_code")) is (answer["errcode"] == 0 and target in {2, 3, 4} - ({3} & set(path)))
        platform.control("kf/options", reset=True)
        counter.trans(4)
    assert reached == allowed


def test_the_documents_are_silent_here_so_there_are_switches(platform, counter):
    platform.control("kf/options", end_from_any=False)
    counter.asks()
    assert counter.trans(4)["errcode"] == 95016
    counter.trans(3, "lixiaomei")
    assert counter.trans(4)["errcode"] == 0
    assert counter.trans(3, "lixiaomei")["errcode"] == 95013
    platform.control("kf/options", over_errcode=95016)
    assert counter.trans(3, "lixiaomei")["errcode"] == 95016
    platform.control("kf/options", straight_to_servicer=True)
    counter.asks()
    assert counter.state() == 3
    assert counter.send()["errcode"] == 95018
    assert platform.ask("kf/options", over_errcode=1).status_code == 400
    assert platform.ask("kf/options", colour="red").status_code == 400


def test_only_a_servicer_on_duty_can_be_named(platform, counter):
    counter.asks()
    assert counter.trans(3)["errcode"] == 41009
    assert counter.trans(3, "wufang")["errcode"] == 95014
    counter.does("servicer_changes_status", status=2)
    assert counter.trans(3, "lixiaomei")["errcode"] == 95019
    counter.does("servicer_changes_status", status=1)
    assert counter.trans(3, "lixiaomei")["errcode"] == 0
    got = platform.post("kf/service_state/get", **counter.who)
    assert (got["service_state"], got["servicer_userid"]) == (3, "lixiaomei")
    assert counter.trans(7)["errcode"] == 40058
    counter.wait(48 * 3600)
    assert counter.state() == 4


def test_what_servicers_do_comes_as_events(platform, counter):
    counter.asks()
    counter.trans(2)
    pool = platform.control("kf/sessions?userid=chenjing")["sessions"]
    assert [each["state"] for each in pool if each["external_userid"] == counter.external_userid] == [2]
    counter.sync()
    counter.does("servicer_takes_kf")
    counter.does("servicer_answers_kf", content="我来帮您")
    counter.does("servicer_hands_kf_over", to="chenjing")
    answer = platform.ask("do/servicer_answers_kf", userid="lixiaomei", **counter.who, content="还有一句")
    assert answer.status_code == 409
    assert "chenjing serves this session" in answer.json()["error"]
    counter.does("servicer_ends_kf", userid="chenjing")
    counter.does("servicer_reopens_kf", userid="chenjing", content="补充一句")
    rows = counter.sync()
    changes = [row["event"] for row in rows if row["msgtype"] == "event"]
    assert [each["change_type"] for each in changes] == [1, 2, 3, 4]
    assert [bool(each.get("msg_code")) for each in changes] == [True, False, True, False]
    assert (changes[1]["old_servicer_userid"], changes[1]["new_servicer_userid"]) == ("lixiaomei", "chenjing")
    spoken = [(row["origin"], row["servicer_userid"]) for row in rows if row["msgtype"] == "text"]
    assert spoken == [(5, "lixiaomei"), (5, "chenjing")]
    assert counter.state() == 3
    assert platform.ask("do/servicer_answers_kf", userid="wufang", **counter.who, content="x").status_code == 409


def test_recalls_refusals_and_the_duty_switch(platform, counter):
    msgid = counter.asks()["msgid"]
    counter.trans(3, "lixiaomei")
    answer = counter.does("servicer_answers_kf", content="写错了")["msgid"]
    counter.sync()
    platform.do("customer_recalls_kf", **counter.who, msgid=msgid)
    counter.does("servicer_recalls_kf", msgid=answer)
    counter.does("servicer_refuses_customer")
    assert platform.ask("do/customer_writes_kf", **counter.who, content="喂").status_code == 409
    counter.does("servicer_refuses_customer", refuses=False)
    counter.does("servicer_changes_status", status=2, stop_type=1)
    events = counter.events()
    assert [each["event_type"] for each in events] == [
        "user_recall_msg", "servicer_recall_msg", "reject_customer_msg_switch_change",
        "reject_customer_msg_switch_change", "servicer_status_change",
    ]  # fmt: skip
    assert (events[0]["recall_msgid"], events[1]["servicer_userid"], events[2]["reject_switch"]) == (msgid, "lixiaomei", 1)
    assert (events[4]["status"], events[4]["stop_type"]) == (2, 1)
    assert [line["recalled"] for line in counter.chat() if line["msgid"] in (msgid, answer)] == [True, True]
    counter.wait(121)
    late = counter.asks()["msgid"]
    counter.wait(121)
    assert platform.ask("do/customer_recalls_kf", **counter.who, msgid=late).status_code == 409


@pytest.mark.parametrize("msgtype", ["image", "voice"])
def test_a_customers_file_can_be_fetched(platform, counter, msgtype):
    counter.sync()
    platform.do("customer_writes_kf", **counter.who, msgtype=msgtype, body={})
    row = counter.sync()[0]
    content = platform.raw("GET", "media/get", params={"access_token": platform.token(), **row[msgtype]}).content
    assert content.startswith(b"\x89PNG" if msgtype == "image" else b"#!AMR")


def test_other_things_customers_send(platform, counter):
    counter.sync()
    place = {"latitude": 31.2, "longitude": 121.4, "name": "徐家汇", "address": "上海"}
    platform.do("customer_writes_kf", **counter.who, msgtype="location", body=place)
    platform.do("customer_writes_kf", **counter.who, msgtype="note")
    located, noted = counter.sync()
    assert (located["location"], "note" in noted) == (place, False)
    refused = platform.ask("do/customer_writes_kf", **counter.who, msgtype="link", body={})
    assert (refused.status_code, '"title"' in refused.json()["error"]) == (400, True)
