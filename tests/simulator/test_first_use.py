"""What somebody meets who starts the simulator for the first time: mistakes on the command line, the way back, what is listed."""

import ast
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.actions.keys import KEYS
from simulator.actions.table import ACTIONS
from simulator.corp_config import check
from simulator.crowd.old_files import forget_old
from simulator.settings import load_config
from tests.simulator.conftest import free_port, start, stop
from tests.simulator.platform import Platform

ROOT = Path(__file__).parents[2]
APP = {"agentid": 1, "name": "a", "secret": "s"}


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", "--port", str(free_port()), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port", "70000"), "1 to 65535"),
        (("--threads", "0"), "--threads"),
        (("--config", "/none.json"), "cannot be read"),
        (("--config", "README.md"), "no JSON"),
        (("--snapshot", "/no/such/folder/w.json"), "no folder"),
        (("--snapshot", "README.md"), "not a snapshot"),
        (("--brand", "README.md"), "not a brand file"),
        (("--brand", "huge"), "brand is one of"),
    ],
)
def test_a_mistake_is_one_sentence_and_no_traceback(options, words):
    found = run(*options)
    assert found.returncode == 2
    assert words in found.stderr
    assert found.stderr.count("\n") == 1
    assert found.stdout == ""


def test_a_port_in_use_is_said_and_no_address_printed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = run("--port", str(port))
    assert (found.returncode, found.stdout) == (2, "")
    assert f"port {port} is in use" in found.stderr


def test_a_damaged_brand_file_is_said(tmp_path):
    file = tmp_path / "short.brand"
    file.write_bytes(b"WECOMB01\x10\x00\x00\x00{}")
    assert "damaged" in run("--brand", str(file)).stderr


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ([], "JSON object"),
        ({"name": "x"}, "no key name"),
        ({"apps": {}}, "apps is a list"),
        ({"apps": [APP | {"agentid": "1"}]}, "apps[0].agentid is a whole number"),
        ({"apps": [{"agentid": 1, "name": "a"}]}, "apps[0].secret is missing"),
        ({"apps": [APP | {"visible_users": [1]}]}, "apps[0].visible_users is a list, each a text"),
        ({"apps": [APP | {"aes_key": "short"}]}, "apps[0].aes_key has 43"),
        ({"apps": [APP | {"sekret": "x"}]}, "no key sekret"),
        ({"apps": [APP, APP | {"secret": "t"}]}, "two apps have the agentid 1"),
        ({"apps": [APP | {"kind": "contacts"}]}, "at least one"),
    ],
)
def test_a_wrong_configuration_names_its_key(config, words):
    given = load_config() | config if isinstance(config, dict) else config
    with pytest.raises(ValueError, match=re.escape(words)):
        check(given)


def test_several_apps_have_a_receiver_each_and_a_snapshot_leads_back_home(tmp_path):
    config, saved = tmp_path / "corp.json", tmp_path / "w.json"
    config.write_text(json.dumps({"apps": [APP, APP | {"agentid": 2, "secret": "t"}]}), "utf-8")
    port = free_port()
    process = start(port, "--brand", "empty", "--config", str(config), "--snapshot", str(saved))
    platform = Platform(port)
    try:
        receivers = platform.control("receivers")["receivers"]
        assert [(each["name"], each["agentid"]) for each in receivers] == [("app", 1), ("app2", 2)]
        platform.control("receivers/app2", "PUT", url="http://127.0.0.1:9/", token="t", aes_key="a" * 43, verify=False)
        platform.do("member_joins", userid="one")
        platform.control("snapshot", "POST")
        platform.control("reset", brand="sample")
        assert platform.control("reset", "POST")["brand"] == "empty"
        assert platform.control("health")["counts"]["members"] == 0
        platform.control("snapshot/load", file=str(saved))
        assert platform.control("members/one")["departments"] == ["雪岭羽绒"]
        assert platform.control("receivers")["receivers"][1]["url"] == "http://127.0.0.1:9/"
        platform.control("snapshot/load", file=str(saved), without_receivers=True)
        assert {each["url"] for each in platform.control("receivers")["receivers"]} == {""}
        assert platform.ask("snapshot/load", file=str(config)).status_code == 400
        assert "there is no snapshot" in platform.ask("snapshot/load", file="var/none.json").json()["error"]
        assert platform.control("reset", "POST")["brand"] == "empty"
    finally:
        platform.http.close()
        stop(process)


def test_a_reset_without_a_brand_starts_over_and_unknown_keys_are_refused(platform):
    platform.control("reset", brand="empty")
    assert platform.control("reset", "POST") | {"counts": 0} == {"ok": True, "brand": "sample", "seed": 7, "counts": 0}
    assert platform.control("health")["home"] == {"brand": "sample", "seed": 7}
    assert platform.ask("reset", bramd="empty").status_code == 400


def test_the_clock_goes_back_to_real_time(platform):
    platform.control("clock", advance=86400, pause=True)
    assert abs(platform.control("clock", to="real", resume=True)["offset"]) < 1
    assert platform.control("clock", advance=-3600)["offset"] < -3500


def test_tokens_with_a_list_are_refused(platform):
    for wrong in (["expire"], {}, 5):
        assert platform.ask("tokens", action=wrong).status_code == 400
    assert platform.ask("tokens", action="expire", appid=1).status_code == 400


def test_scenarios_take_a_share_where_it_is_one(platform):
    for name, rate in (("brownout", 40), ("guide_resigns", 1.2), ("night_customer", 61), ("token_storm", 61)):
        assert "up to" in platform.ask(f"scenarios/{name}", rate=rate).json()["error"]
    assert {each["name"]: each["rate_most"] for each in platform.control("scenarios")["scenarios"]}["brownout"] == 1


def test_unknown_keys_of_a_deed_are_refused_and_change_nothing(platform):
    answer = platform.ask("do/member_joins", userid="x", departmnet=101)
    assert answer.status_code == 400
    assert "no key departmnet; its keys are userid" in answer.json()["error"]
    assert platform.ask("members/x").status_code == 404


def test_every_key_a_deed_reads_is_told():
    asked = r'wish\.(?:text|number|texts|mapping|member|body\.get)\("(\w+)"'
    read = re.compile(asked + r'|_(?:number|departments)\(wish, "(\w+)"|"(\w+)" in wish\.body')
    sources = [*(ROOT / "simulator/actions").glob("*.py"), ROOT / "simulator/kf_received.py"]
    keys = {"".join(found) for file in sources for found in read.findall(file.read_text("utf-8"))}
    assert keys <= set(re.findall(r"\w+", " ".join(KEYS.values())))
    assert set(KEYS) == set(ACTIONS)


def test_addresses_and_deeds_are_listed(platform):
    addresses = {each["address"]: each for each in platform.control("")["addresses"]}
    assert {"", "health", "do", "do/<action>", "snapshot/load"} <= set(addresses)
    assert addresses["receivers/<name>"]["methods"] == ["DELETE", "PUT"]
    assert platform.control("do")["deeds"]["member_resigns"] == "userid"


def test_who_left_keeps_her_name(platform):
    chat_id = platform.do("group_creates", userid="lixiaomei", name="老友", userids=["wufang"])["chat_id"]
    external_userid = platform.control("members/lixiaomei")["contacts"][0]["external_userid"]
    platform.do("group_says", chat_id=chat_id, userid="wufang", content="我先走了")
    for userid in ("wufang", "lixiaomei"):
        platform.do("member_resigns", userid=userid)
    group = platform.control(f"groups/{chat_id}")
    assert group["owner_name"] == "李小美"
    names = {each["from_name"] for each in platform.control(f"groups/{chat_id}/messages")["messages"]}
    assert "吴芳" in names
    assert platform.control(f"customers/{external_userid}")["followers"][0]["name"] == "李小美"
    gone = platform.control("members/lixiaomei")
    assert (gone["name"], gone["status"], gone["apps"]) == ("李小美", 5, [])


def test_names_genders_and_faces_fit(platform):
    told = platform.do("customer_scans", userid="lixiaomei", customer={"name": "周小姐"})["external_userid"]
    assert platform.control(f"customers/{told}")["gender"] == 2
    man = platform.do("customer_scans", userid="lixiaomei", customer={"gender": 1})["external_userid"]
    woman = platform.do("customer_scans", userid="lixiaomei", customer={"gender": 2})["external_userid"]
    assert platform.control(f"customers/{man}")["name"] != platform.control(f"customers/{woman}")["name"]
    people = {each["userid"]: each for each in platform.control("members?limit=99")["members"]}
    assert people["zhaolei"]["avatar"].endswith("avatar_zhaolei.png")


def test_old_daily_brand_files_go_unless_a_snapshot_names_them(tmp_path):
    names = ["small-7-2025-01-01.brand", "small-7-2025-01-02.brand", "small-7-2025-01-03.brand", "mine.brand"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "w.json").write_text('{"brand_file": "/x/small-7-2025-01-02.brand"}', "utf-8")
    gone = forget_old(tmp_path, keep=tmp_path / names[2])
    assert [each.name for each in gone] == names[:1]


def test_the_simulator_needs_only_what_its_own_list_installs():
    lines = (ROOT / "requirements-simulator.txt").read_text("utf-8").split()
    assert set(lines) <= set((ROOT / "requirements.txt").read_text("utf-8").split())
    given = {line.partition("==")[0].lower() for line in lines} | {"simulator", "_typeshed"}
    given |= {"PIL"} if "pillow" in given else set()
    outside = {name for file in (ROOT / "simulator").rglob("*.py") for name in _imported(file)}
    assert outside - given - sys.stdlib_module_names == set()


def _imported(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    plain = {alias.name.partition(".")[0] for each in nodes if isinstance(each, ast.Import) for alias in each.names}
    return plain | {str(each.module).partition(".")[0] for each in nodes if isinstance(each, ast.ImportFrom)}
