"""在职/离职继承 (DOC 92125, 94088, 92124, 94081): a day's wait, refusal, full members, the 90-day rule, who is left over."""

import pytest

from simulator import snapshot, transferring
from simulator.brands.table import BRANDS
from simulator.settings import Settings
from simulator.world.world import World

DAY = 86_400


def customers_of(platform, userid="lixiaomei"):
    return platform.get("externalcontact/list", userid=userid)["external_userid"]


def later(platform, seconds):
    """Tokens do not live that long."""
    platform.control("clock", advance=seconds)
    platform._tokens.clear()


def hand_over(platform, *external_userids, to="zhouting", kind="", frm="lixiaomei", **more):
    body = {"handover_userid": frm, "takeover_userid": to, "external_userid": list(external_userids)}
    return platform.post(f"externalcontact/{kind}transfer_customer", **body, **more)


def results(platform, kind="", frm="lixiaomei", to="zhouting"):
    answer = platform.post(f"externalcontact/{kind}transfer_result", handover_userid=frm, takeover_userid=to)
    return {row["external_userid"]: row for row in answer["customer"]}


def changes(receiver):
    events = receiver.events()
    return [(event["ChangeType"], event["UserID"]) for event in events if event["Event"] == "change_external_contact"]


def test_a_transfer_takes_effect_after_a_day(platform, app_receiver):
    external_userid = customers_of(platform)[0]
    answer = hand_over(platform, external_userid, "wmnobody", transfer_success_msg="您好，以后由周婷为您服务")
    assert answer["customer"] == [
        {"external_userid": external_userid, "errcode": 0}, {"external_userid": "wmnobody", "errcode": 40096},
    ]  # fmt: skip
    now = platform.control("clock")["now"]
    waiting = results(platform)[external_userid]
    assert waiting["status"] == 2
    assert waiting["takeover_time"] > now
    assert hand_over(platform, external_userid)["customer"][0]["errcode"] == 40129
    assert platform.control("transfers?status=2")["transfers"][0]["takeover_name"] == "周婷"
    later(platform, DAY - 60)
    assert results(platform)[external_userid]["status"] == 2
    later(platform, 120)
    assert results(platform)[external_userid]["status"] == 1
    assert external_userid not in customers_of(platform)
    follow = platform.get("externalcontact/get", external_userid=external_userid)["follow_user"]
    assert [(each["userid"], each["add_way"], each["remark"], each["tags"]) for each in follow] == [("zhouting", 202, "", [])]
    last = platform.control(f"chats/zhouting/{external_userid}")["messages"][-1]
    assert last["body"] == {"content": "您好，以后由周婷为您服务"}
    platform.settle()
    assert sorted(changes(app_receiver)) == [("add_external_contact", "zhouting"), ("del_external_contact", "lixiaomei")]
    gone = next(event for event in app_receiver.events() if event["ChangeType"] == "del_external_contact")
    assert gone["Source"] == "DELETE_BY_TRANSFER"
    assert hand_over(platform, external_userid)["customer"][0]["errcode"] == 40100


def test_a_customer_may_refuse_or_not_wait(platform, app_receiver):
    refusing, eager = customers_of(platform)[:2]
    hand_over(platform, refusing, eager)
    assert platform.do("customer_refuses_transfer", external_userid=refusing, takeover_userid="zhouting") == {"status": 3}
    assert platform.do("customer_accepts_transfer", external_userid=eager, takeover_userid="zhouting") == {"status": 1}
    later(platform, 2 * DAY)
    rows = results(platform)
    assert (rows[refusing]["status"], rows[eager]["status"]) == (3, 1)
    assert refusing in customers_of(platform)
    platform.settle()
    failed = app_receiver.events()[0]
    assert (failed["ChangeType"], failed["FailReason"], failed["UserID"]) == ("transfer_fail", "customer_refused", "zhouting")
    assert platform.ask("do/customer_refuses_transfer", external_userid=eager, takeover_userid="zhouting").status_code == 404


def test_who_has_the_customer_already_hears_of_no_new_one(platform, app_receiver):
    external_userid = customers_of(platform)[0]
    platform.do("customer_scans", userid="zhouting", external_userid=external_userid)
    hand_over(platform, external_userid)
    later(platform, DAY + 1)
    platform.settle()
    assert [change for change, _ in changes(app_receiver)] == ["add_external_contact", "del_external_contact"]


def test_a_full_member(platform, app_receiver):
    first, second = customers_of(platform)[:2]
    room = len(customers_of(platform, "zhouting")) + 1
    platform.control("transfers", customer_limit=room)
    hand_over(platform, first, second)
    later(platform, DAY + 1)
    assert sorted(row["status"] for row in results(platform).values()) == [1, 4]
    platform.settle()
    failed = [event for event in app_receiver.events() if event["ChangeType"] == "transfer_fail"]
    assert [event["FailReason"] for event in failed] == ["customer_limit_exceed"]
    assert hand_over(platform, customers_of(platform)[0])["customer"][0]["errcode"] == 40099


def test_twice_in_ninety_days(platform):
    external_userid = customers_of(platform)[0]
    for frm, to in (("lixiaomei", "zhouting"), ("zhouting", "wufang")):
        assert hand_over(platform, external_userid, frm=frm, to=to)["customer"][0]["errcode"] == 0
        platform.do("customer_accepts_transfer", external_userid=external_userid, takeover_userid=to)
    again = {"frm": "wufang", "to": "lixiaomei"}
    assert hand_over(platform, external_userid, **again)["customer"][0]["errcode"] == 40128
    later(platform, 90 * DAY)
    assert hand_over(platform, external_userid, **again)["customer"][0]["errcode"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"handover_userid": None}, 41009), ({"takeover_userid": "nobody"}, 60111), ({"takeover_userid": "lixiaomei"}, 40130),
        ({"external_userid": []}, 41035), ({"external_userid": ["wm"] * 101}, 81017), ({"external_userid": "wm"}, 40058),
        ({"transfer_success_msg": "长" * 201}, 40058), ({"takeover_userid": "wufang"}, 40205),
        ({"takeover_userid": "chenjing"}, 40098),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_transfer(platform, changes, code):
    platform.control("transfers", not_logged_in=["wufang"], not_real_name=["chenjing"])
    body = {"handover_userid": "lixiaomei", "takeover_userid": "zhouting", "external_userid": ["wm"]} | changes
    body = {key: value for key, value in body.items() if value is not None}
    assert platform.post("externalcontact/transfer_customer", **body)["errcode"] == code


def test_a_member_resigns_and_her_customers_wait(platform, app_receiver):
    mine = customers_of(platform)
    assert hand_over(platform, mine[0], kind="resigned/")["errcode"] == 40097
    platform.do("member_resigns", userid="lixiaomei")
    platform.settle()
    app_receiver.received.clear()
    rows, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = platform.post("externalcontact/get_unassigned_list", page_size=3, cursor=cursor)
        rows += page["info"]
        assert page["is_last"] is (page["next_cursor"] == "")
        cursor, pages = page["next_cursor"], pages + 1
    assert [row["external_userid"] for row in rows] == mine
    assert {row["handover_userid"] for row in rows} == {"lixiaomei"}
    assert hand_over(platform, mine[0])["errcode"] == 60111
    answer = hand_over(platform, *mine[:3], kind="resigned/")
    assert {row["errcode"] for row in answer["customer"]} == {0}
    platform.do("customer_refuses_transfer", external_userid=mine[1], takeover_userid="zhouting")
    later(platform, DAY + 1)
    statuses = {key: row["status"] for key, row in results(platform, "resigned/").items()}
    assert statuses == {mine[0]: 1, mine[1]: 3, mine[2]: 1}
    left = platform.post("externalcontact/get_unassigned_list")["info"]
    assert [row["external_userid"] for row in left] == [mine[1], *mine[3:]]
    platform.settle()
    kinds = sorted(change for change, _ in changes(app_receiver))
    assert kinds == ["add_external_contact", "add_external_contact", "transfer_fail"]
    assert results(platform) == {}


def test_transfers_survive_a_snapshot(tmp_path):
    world = World(Settings())
    world.reset(BRANDS["sample"], 7)
    from_state = world.state
    external_userid = from_state.customers.of_member("lixiaomei")[0].external_userid
    takeover = world.member("zhouting")
    transferring.start(world, transferring.Kind.ONJOB, "lixiaomei", takeover, external_userid, "")
    transferring.member_left(world, world.member("wufang"))
    snapshot.save(world, tmp_path / "w.json")
    again = World(Settings())
    snapshot.load(again, tmp_path / "w.json")
    assert again.state.transfers == from_state.transfers
    assert again.state.statistics == from_state.statistics
    assert again.state.links == from_state.links
    again.clock.advance(DAY + 1)
    transferring.settle_transfers(again)
    assert again.state.customers.find_follow("zhouting", external_userid).add_way == 202


@pytest.mark.parametrize("wrong", [{"hours": -1}, {"colour": "red"}, {"not_real_name": "zhouting"}])
def test_wrong_rules_are_refused(platform, wrong):
    assert platform.ask("transfers", "POST", **wrong).status_code == 400
