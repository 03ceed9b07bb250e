"""Tokens, tickets, refusals on the wire, frequency on the virtual clock (DOC 91039, 90664, 90312)."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.world.passes import LoginCode, Passes, Ticket, UserTicket
from tests.simulator.platform import AGENTID, APP, CONTACTS, CORPID, Platform

HINT = re.compile(
    r", hint: \[\d{25}\], from ip: 127\.0\.0\.1, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e="
)


def gettoken(platform: Platform, **args):
    return platform.raw("GET", "gettoken", params=args).json()


def test_the_same_token_until_it_expires(platform):
    first = gettoken(platform, corpid=CORPID, corpsecret=APP["secret"])
    assert first["errcode"] == 0
    assert first["expires_in"] <= 7200
    assert len(first["access_token"]) >= 64
    assert gettoken(platform, corpid=CORPID, corpsecret=APP["secret"])["access_token"] == first["access_token"]
    platform.control("clock", advance=7201)
    assert platform.raw("GET", "agent/list", params={"access_token": first["access_token"]}).json()["errcode"] == 42001
    assert gettoken(platform, corpid=CORPID, corpsecret=APP["secret"])["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({}, 41002),
        ({"corpid": CORPID}, 41004),
        ({"corpid": "ww0", "corpsecret": "x"}, 40013),
        ({"corpid": CORPID, "corpsecret": "x"}, 40001),
    ],
)
def test_gettoken_says_what_is_wrong(platform, args, code):
    assert gettoken(platform, **args)["errcode"] == code


def test_an_error_is_http_200_with_the_hint_tail(platform):
    answer = platform.raw("GET", "user/get", params={"access_token": platform.token(), "userid": "nobody"})
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert body["errcode"] == 60111
    assert body["errmsg"].startswith("userid not found, hint: [")
    assert HINT.search(body["errmsg"])
    assert body["department"] == []


@pytest.mark.parametrize(("action", "code"), [("expire", 40014), ("revoke", 40014), ("expire_as_42001", 42001)])
def test_tokens_can_be_spoiled(platform, action, code):
    token = platform.token()
    platform.control("tokens", action=action, agentid=AGENTID)
    assert platform.get("agent/list")["errcode"] == code
    assert gettoken(platform, corpid=CORPID, corpsecret=APP["secret"])["access_token"] != token


def test_missing_and_unknown_tokens(platform):
    assert platform.raw("GET", "agent/list").json()["errcode"] == 41001
    assert platform.raw("GET", "agent/list", params={"access_token": "x"}).json()["errcode"] == 40014


def test_a_token_opens_only_its_own_apps_doors(platform):
    other = CONTACTS["secret"]
    assert platform.get("user/list", secret=other, department_id=1)["errcode"] == 48009
    assert platform.get("department/simplelist", secret=other)["errcode"] == 0
    assert platform.post("user/list_id", secret=other, limit=3)["dept_user"][0].keys() == {"userid", "department"}
    assert platform.get("externalcontact/list", secret=other, userid="lixiaomei")["errcode"] == 48002
    assert platform.post("user/list_id")["errcode"] == 48002
    assert platform.send(agentid=1)["errcode"] == 40056
    assert platform.send(agentid=CONTACTS["agentid"])["errcode"] == 301002
    assert platform.post("message/send", secret=other, touser="lixiaomei")["errcode"] == 48002


def test_tickets_are_two_and_cached(platform):
    corp, app = platform.get("get_jsapi_ticket"), platform.get("ticket/get", type="agent_config")
    assert corp["ticket"] != app["ticket"]
    assert 7190 < app["expires_in"] <= 7200
    assert platform.get("ticket/get", type="agent_config")["ticket"] == app["ticket"]
    assert platform.get("ticket/get", type="nothing")["errcode"] == 91040
    invoices = platform.get("ticket/get", type="wx_card")
    assert invoices["ticket"] not in (corp["ticket"], app["ticket"])
    assert platform.get("ticket/get", type="agent_config")["ticket"] == app["ticket"]


def test_the_101st_app_ticket_in_an_hour_is_too_many(platform):
    platform.control("limits", ticket_per_hour=3)
    codes = [platform.get("ticket/get", type="agent_config")["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 45009]


def test_a_throttled_api_opens_again_when_its_minute_is_over(platform):
    platform.control("limits", paths={"agent/list": {"per_minute": 2}})
    codes = [platform.get("agent/list")["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45009]
    assert platform.get("department/simplelist")["errcode"] == 0
    platform.control("clock", advance=61)
    assert platform.get("agent/list")["errcode"] == 0


def test_an_hour_exceeded_blocks_for_the_hour(platform):
    platform.control("limits", paths={"agent/list": {"per_hour": 2}})
    assert [platform.get("agent/list")["errcode"] for _ in range(3)] == [0, 0, 45009]
    platform.control("clock", advance=61)
    assert platform.get("agent/list")["errcode"] == 45009
    platform.control("clock", advance=3600)
    assert platform.get("agent/list")["errcode"] == 0


def test_a_block_begins_with_the_call_that_was_too_much(platform):
    platform.control("limits", paths={"agent/list": {"per_minute": 2}})
    platform.token()
    platform.control("clock", pause=True)
    assert [platform.get("agent/list")["errcode"] for _ in range(2)] == [0, 0]
    codes = []
    for seconds in (59, 2, 57, 1):
        platform.control("clock", advance=seconds)
        codes.append(platform.get("agent/list")["errcode"])
    assert codes == [45009, 45009, 45009, 0]
    platform.control("clock", resume=True)


def test_guessed_codes_count_and_valid_ones_do_not(platform):
    query = {"appid": CORPID, "redirect_uri": "http://127.0.0.1:8000/", "agentid": AGENTID, "as": "lixiaomei"}
    codes = []
    for _ in range(3):
        answer = platform.http.get(f"{platform.base}/connect/oauth2/authorize", params=query, allow_redirects=False, timeout=60)
        codes.append(parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0])
    platform.control("limits", paths={"auth/getuserinfo": {"per_minute": 2}})
    guesses = [platform.get("auth/getuserinfo", code=f"x{number}")["errcode"] for number in range(3)]
    assert guesses == [40029, 40029, 45009]
    assert [platform.get("auth/getuserinfo", code=code)["errcode"] for code in codes] == [0, 0, 0]


def test_what_expired_a_day_ago_is_forgotten():
    passes = Passes()
    for number in range(3):
        passes.logins[f"c{number}"] = LoginCode(f"c{number}", "lixiaomei", 1, "snsapi_base", expires_at=1000.0 + number)
        passes.user_tickets[f"t{number}"] = UserTicket(f"t{number}", "lixiaomei", expires_at=1000.0)
    passes.tickets.append(Ticket("j", 1, 1000.0))
    passes.forget_oldest(1001.5 + 86_400)
    assert (list(passes.logins), passes.user_tickets, passes.tickets) == (["c2"], {}, [])


def test_the_31st_message_a_minute_is_dropped_without_a_word(platform):
    answers = [platform.send(text={"content": str(number)}) for number in range(32)]
    assert {answer["errcode"] for answer in answers} == {0}
    assert len(platform.inbox()) == 30
    assert [row["dropped"] for row in platform.inbox(include_dropped=1)].count(True) == 2
    platform.control("clock", advance=61)
    platform.send()
    assert len(platform.inbox()) == 31


def test_too_many_calls_at_once_are_45033(platform):
    platform.control("limits", in_flight={"agent/list": 1})
    platform.control("faults", path="agent/list", kind="latency", seconds=0.3)
    platform.token()
    with ThreadPoolExecutor(3) as pool:
        codes = sorted(answer["errcode"] for answer in pool.map(lambda _: platform.get("agent/list"), range(3)))
    assert codes == [0, 45033, 45033]
    assert platform.control("calls")["in_flight_max"]["agent/list"] == 3


def test_a_wrong_limit_is_refused_with_an_example(platform):
    answer = platform.ask("limits", per_minute="many")
    assert answer.status_code == 400
    assert "for example" in answer.json()["error"]


def test_malformed_json_and_a_get_on_a_post_api(platform):
    args = {"access_token": platform.token()}
    broken = platform.raw("POST", "message/send", params=args, data=b"{").json()
    assert broken["errcode"] != 0
    assert "Warning: wrong json format." in broken["errmsg"]
    assert platform.raw("GET", "message/send", params=args).json()["errcode"] == 40058


def test_an_unknown_path_is_loud(running):
    running.reset()
    answer = running.raw("GET", "batch/syncuser")
    assert answer.status_code == 404
    assert answer.json() == {"simulator": "unknown path", "path": "batch/syncuser"}
    assert running.control("unknown")["unknown"][0]["path"] == "batch/syncuser"
    running.control("calls", "DELETE")


def test_address_lists(platform):
    assert platform.get("getcallbackip")["ip_list"]
    assert platform.get("get_api_domain_ip")["ip_list"]
