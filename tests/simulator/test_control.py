"""The control plane itself: clock, reset, snapshot, looking at people, the change stream, pictures."""

import json
import threading
import time

import pytest
import requests

from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import Platform


def test_health_counts_the_sample_brand(platform):
    health = platform.control("health")
    assert health["ok"] is True
    assert health["counts"]["members"] == 26
    assert health["counts"]["departments"] == 13
    assert health["counts"]["tags"] == 11
    assert abs(health["now"] - time.time()) < 30


def test_the_clock_moves_stops_and_goes_on(platform):
    now = platform.control("clock")["now"]
    assert platform.control("clock", advance=86400)["now"] - now > 86399
    stopped = platform.control("clock", pause=True)["now"]
    time.sleep(0.05)
    assert platform.control("clock")["now"] == stopped
    assert platform.control("clock", advance=10)["now"] == stopped + 10
    assert platform.control("clock", resume=True)["paused"] is False
    assert platform.ask("clock", advance="soon").status_code == 400


def test_the_same_seed_gives_the_same_brand(platform):
    def names() -> list[str]:
        return [each["name"] for each in platform.control("customers?limit=500")["customers"]]

    first = names()
    platform.control("reset", brand="sample", seed=7)
    assert names() == first
    platform.control("reset", brand="sample", seed=8)
    assert names() != first
    platform.control("reset", brand="empty")
    assert names() == []
    assert platform.ask("reset", brand="huge").status_code == 400


def test_every_follow_up_day_occurs(platform, at_noon):
    today = (platform.control("clock")["now"] + 8 * 3600) // 86400
    days = {
        today - (follow["createtime"] + 8 * 3600) // 86400
        for customer in platform.control("customers?limit=500")["customers"] for follow in customer["follows"]
    }  # fmt: skip
    assert {1, 3, 7, 15, 30} <= days


def test_the_cast(platform):
    people = {each["userid"]: each for each in platform.control("members?limit=500")["members"]}
    assert people["lixiaomei"]["departments"] == ["上海徐家汇店"]
    assert people["chenjing"]["is_leader"] is True
    assert people["zhaolei"]["departments"] == ["华东大区"]
    assert {"hq_wangmin", "zhouting", "wufang"} <= people.keys()
    stores = [each for each in platform.control("departments")["departments"] if each["name"].endswith("店")]
    assert [each["members"] for each in stores] == [4, 3, 4, 3, 4, 3]
    assert platform.control("members?q=小美")["total"] == 1


def test_a_member_with_contacts_apps_and_menu(platform):
    guide = platform.control("members/lixiaomei")
    assert len(guide["contacts"]) == 8
    assert {"external_userid", "name", "avatar", "remark", "last"} <= guide["contacts"][0].keys()
    assert [app["agentid"] for app in guide["apps"]] == [1000002]
    customer = platform.control(f"customers/{guide['contacts'][0]['external_userid']}")
    assert customer["followers"][0]["name"] == "李小美"
    assert platform.ask("members/nobody").status_code == 404
    assert platform.ask("customers/nobody").status_code == 404
    assert platform.ask("chats/lixiaomei/nobody").status_code == 404


def test_both_write_and_the_chat_shows_it(platform):
    who = {"userid": "lixiaomei", "external_userid": platform.control("members/lixiaomei")["contacts"][0]["external_userid"]}
    platform.do("customer_sends", **who, content="在吗")
    platform.do("member_sends", **who, content="在的")
    lines = platform.control(f"chats/lixiaomei/{who['external_userid']}")["messages"][-2:]
    assert [(line["from"], line["body"]["content"], line["via"]) for line in lines] == [
        ("customer", "在吗", "client"),
        ("guide", "在的", "client"),
    ]
    platform.do("customer_deletes", **who)
    assert platform.ask("do/customer_sends", **who, content="还在吗").status_code == 409


def test_an_impossible_wish_says_why(platform):
    for action, body, status in (
        ("fly", {}, 404), ("customer_scans", {"userid": "nobody"}, 404), ("customer_scans", {"state": "none"}, 404),
        ("member_joins", {"userid": "lixiaomei", "department": 1}, 409),
        ("member_joins", {"userid": "x", "department": 999}, 404),
        ("department_deletes", {"id": 1}, 409), ("customer_sends", {"userid": 5}, 400),
        ("member_texts_app", {"userid": "lixiaomei"}, 400),
    ):  # fmt: skip
        answer = platform.ask(f"do/{action}", "POST", **body)
        assert answer.status_code == status, (action, answer.text)
        assert answer.json()["error"]


def test_a_body_that_is_not_json_is_refused(platform):
    answer = platform.http.post(f"{platform.base}/_control/do/emit", data=b"[1", timeout=60)
    assert answer.status_code == 400
    assert platform.http.post(f"{platform.base}/_control/do/emit", data=b"[1]", timeout=60).status_code == 400
    assert platform.ask("callbacks?limit=many").status_code == 400


def test_the_stream_tells_of_changes(platform):
    told: list[str] = []
    answer = requests.get(f"{platform.base}/_control/stream?userid=lixiaomei", stream=True, timeout=60)
    lines = answer.iter_lines(decode_unicode=True)
    assert next(lines) == "event: ready"

    def listen() -> None:
        told.append(next(line for line in lines if line.startswith('data: {"userid"')))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    platform.send(touser="zhouting")
    platform.send()
    listener.join(60)
    assert json.loads(told[0].removeprefix("data: "))["userid"] == "lixiaomei"
    answer.close()


def test_pictures_are_real(platform):
    for name in ("avatar_anybody.png", "qr_0123.png", "qr_member_lixiaomei.png"):
        answer = platform.http.get(f"{platform.base}/files/{name}", timeout=60)
        assert answer.content.startswith(b"\x89PNG"), name
    assert platform.http.get(f"{platform.base}/files/img_none.png", timeout=60).status_code == 404


def test_a_snapshot_survives_the_process(tmp_path):
    file, port = tmp_path / "wecom.json", free_port()
    process = start(port, "--snapshot", str(file))
    platform = Platform(port)
    msgid = platform.send()["msgid"]
    external_userid = platform.do("customer_scans", userid="lixiaomei", customer={"name": "留下的人"})["external_userid"]
    token = platform.token()
    image = platform.upload("image", "a.png", b"\x89PNG\r\n\x1a\n0123456789")["media_id"]
    platform.control("clock", advance=100)
    stream = requests.get(f"{platform.base}/_control/stream", stream=True, timeout=60)
    platform.http.close()
    began = time.monotonic()
    stop(process)
    assert time.monotonic() - began < 25, "an open stream is not waited for"
    assert file.exists()
    stream.close()
    process = start(port, "--snapshot", str(file))
    again = Platform(port)
    try:
        assert again.inbox()[0]["msgid"] == msgid
        assert again.control(f"customers/{external_userid}")["name"] == "留下的人"
        assert 99 < again.control("clock")["offset"] < 110
        args = {"access_token": token, "media_id": image}
        assert again.raw("GET", "media/get", params=args).content.startswith(b"\x89PNG")
        assert again.control("snapshot", file=str(tmp_path / "other.json"))["bytes"] > 1000
    finally:
        again.http.close()
        stop(process)


@pytest.mark.parametrize("wrong", [{"action": "melt"}, {}])
def test_a_wrong_token_action_is_refused(platform, wrong):
    assert platform.ask("tokens", "POST", **wrong).status_code == 400
