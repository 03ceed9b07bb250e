"""Named scenarios with short options: what they do to the corp, that they can be stopped, that nothing is left behind."""

import time

import pytest

from tests.simulator.platform import APP, CORPID, Platform

SHORT = 0.02


def play(platform: Platform, name: str, **options):
    """Start and wait for the end; the run as it ended."""
    started = platform.control(f"scenarios/{name}", "POST", **({"minutes": SHORT} | options))
    assert started["state"] == "playing"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        time.sleep(0.05)
        shown = platform.control("scenarios")
        if shown["running"] is None:
            return shown["last"]
    raise AssertionError("it never ended")


def settings(platform: Platform):
    kept = platform.control("limits")
    for moving in ("usage", "use"):
        kept.pop(moving)
    return platform.control("faults"), kept, platform.control("delivery")


def test_the_list_says_what_can_be_played(platform):
    shown = platform.control("scenarios")
    assert shown["running"] is None
    names = [each["name"] for each in shown["scenarios"]]
    assert names == ["double_eleven", "token_storm", "brownout", "guide_resigns", "night_customer"]
    for each in shown["scenarios"]:
        assert each["title"]
        assert each["description"]
        assert each["steps"]
        assert each["minutes"] > 0


def test_double_eleven_brings_customers_and_is_the_same_for_a_seed(platform):
    before = settings(platform)
    first = play(platform, "double_eleven", rate=40, seed=3)
    assert first["state"] == "finished"
    assert first["done"]["customer_scans"] > 5
    assert first["done"]["customer_sends"] > 5
    assert settings(platform) == before
    people = platform.control("health")["counts"]["customers"]
    platform.reset()
    again = play(platform, "double_eleven", rate=40, seed=3)
    assert (again["done"], again["refused"]) == (first["done"], first["refused"])
    assert platform.control("health")["counts"]["customers"] == people


def test_in_double_eleven_guides_press_their_cards(platform):
    card = {
        "card_type": "button_interaction", "main_title": {"title": "跟进"}, "task_id": "t1",
        "button_list": [{"text": "完成", "key": "done"}],
    }  # fmt: skip
    platform.control("receivers/app", "PUT", url="http://127.0.0.1:9/", verify=False)
    guides = [each["userid"] for each in platform.control("members?limit=100")["members"]]
    sent = platform.send(touser="|".join(guides), msgtype="template_card", template_card=card)
    assert sent["errcode"] == 0
    assert play(platform, "double_eleven", rate=40)["done"]["member_clicks_card"] > 2
    platform.control("callbacks", "DELETE")


def test_a_token_storm_hits_callers_and_passes(platform):
    args = {"corpid": CORPID, "corpsecret": APP["secret"]}
    before = settings(platform)
    platform.control("scenarios/token_storm", "POST", minutes=SHORT * 2, seed=1)
    seen = set()
    while platform.control("scenarios")["running"]:
        token = platform.raw("GET", "gettoken", params=args).json().get("access_token", "")
        seen.add(platform.raw("GET", "user/get", params={"access_token": token, "userid": "lixiaomei"}).json()["errcode"])
    assert {40014, 42001} <= seen
    assert settings(platform) == before
    platform.reset()


def test_a_brownout_slows_breaks_and_delays_then_recovers(platform):
    before = settings(platform)
    platform.control("scenarios/brownout", "POST", minutes=0.2, rate=1)
    while (running := platform.control("status")["running"])["percent"] <= 20:
        time.sleep(0.05)
    faults = platform.control("faults")["faults"]
    assert {(each["kind"], each["by"]) for each in faults} == {(kind, "brownout") for kind in ("latency", "http", "errcode")}
    assert platform.control("delivery")["delay"][1] > 0
    assert running["title"] == "平台抖动"
    assert running["percent"] < 90
    assert platform.control("scenarios", "DELETE")["last"]["state"] == "stopped"
    assert settings(platform) == before


def test_a_guide_resigns_and_customers_move_or_refuse(platform):
    run = play(platform, "guide_resigns", rate=0.4, seed=5)
    assert run["state"] == "finished"
    assert run["done"]["member_resigns"] == 1
    moves = platform.control("transfers")["transfers"]
    leaver = {each["handover_userid"] for each in moves}
    assert len(leaver) == 1
    assert platform.control(f"members/{leaver.pop()}")["status"] == 5
    refused = [each for each in moves if each["status"] == 3]
    assert len(refused) == run["done"]["customer_refuses_transfer"] == round(0.4 * len(moves))
    assert {each["status"] for each in moves} == {1, 3}


def test_at_half_past_ten_a_customer_waits_until_the_morning(platform):
    run = play(platform, "night_customer", rate=60)
    assert run["state"] == "finished"
    assert run["done"]["customer_opens_kf"] == 1
    assert run["done"]["customer_writes_kf"] >= 2
    account = platform.control("kf/accounts")["accounts"][0]
    assert {each["status"] for each in account["servicers"]} == {0}
    assert time.strftime("%H", time.gmtime(platform.control("clock")["now"] + 8 * 3600)) == "09"


def test_one_at_a_time_and_a_reset_ends_it(platform):
    platform.control("scenarios/token_storm", "POST", minutes=5)
    refused = platform.ask("scenarios/brownout", "POST")
    assert refused.status_code == 409
    assert "凭证风暴" in refused.json()["error"]
    platform.control("reset", brand="sample")
    assert platform.control("scenarios")["running"] is None
    assert platform.control("scenarios", "DELETE")["stopped"] is False


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("black_friday", {}, "double_eleven"),
        ("brownout", {"minutes": 0}, '"minutes": 3'),
        ("brownout", {"rate": "fast"}, '"rate": 0.4'),
        ("brownout", {"seed": 1.5}, '"seed"'),
        ("brownout", {"speed": 3}, "rate is above 0"),
    ],
)
def test_wrong_wishes_are_refused_with_an_example(platform, name, options, words):
    answer = platform.ask(f"scenarios/{name}", "POST", **options)
    assert answer.status_code in (400, 404)
    assert words in answer.json()["error"]


def test_an_empty_corp_has_nobody_to_play_with(platform):
    platform.control("reset", brand="empty")
    answer = platform.ask("scenarios/guide_resigns", "POST")
    assert answer.status_code == 409
    assert '"brand": "sample"' in answer.json()["error"]
