"""Nonsense at every address of the control plane: a 4xx with a sentence (and an example where a body is wrong), never a 500."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from simulator.actions.request import ImpossibleError, Wish
from simulator.actions.table import ACTIONS
from simulator.app import create_app
from simulator.brands.table import BRANDS
from simulator.settings import Settings
from simulator.world.world import World
from tests.simulator.wrong_bodies import WRONG, Asked, Json, body_for, places, with_wrong

RULES = sorted(
    {(rule.rule, method) for rule in create_app(World(Settings())).url_map.iter_rules() for method in rule.methods or ()
     if rule.rule.startswith("/_control") and method not in ("HEAD", "OPTIONS")}
)  # fmt: skip
NONSENSE = ("nobody", "%00", "9" * 400, "长" * 80, "..", "-1", "a b")
BODIES = (b"[", b"[1]", b'"x"', b"5", b"null", b"\xff\xfe", b"[" * 100_000)
# What these do ends or replaces the world, or holds the line open: their own tests ask them.
APART = {"/_control/stream", "/_control/snapshot", "/_control/reset"}
# The body is a file, whatever is in it.
RAW = {"/_control/files"}
EXAMPLE = re.compile(r"for example|say \{|look[s]? like|such as|one of")


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    world = World(Settings())
    world.reset(BRANDS["sample"], 7)
    yield world
    world.close()


@pytest.fixture(scope="module")
def door(made) -> FlaskClient:
    return create_app(made).test_client()


def check(answer: Any, where: object) -> None:
    """Either it worked, or it says in a sentence why not."""
    assert answer.status_code < 500, (where, answer.status_code, answer.data[:300])
    if answer.status_code >= 400:
        body = answer.get_json(silent=True)
        assert isinstance(body, dict), (where, answer.data[:200])
        assert len(body["error"].split()) > 2, (where, body)
        if answer.status_code == 400:
            assert EXAMPLE.search(body["error"]) or "{" in body["error"], (where, body)


def filled(rule: str, value: str) -> str:
    return re.sub(r"<[^>]+>", value, rule)


@pytest.mark.parametrize(("rule", "method"), [each for each in RULES if each[0] not in APART])
def test_nonsense_in_address_and_query(door, rule, method):
    # A number is needed where the address says int; elsewhere anything can stand.
    for value in NONSENSE if "<" in rule else ("",):
        check(door.open(filled(rule, value), method=method), (rule, value))
    for value in ("x", "-5", "9" * 400, "٣", ""):
        names = ("limit", "since_id", "agentid", "userid", "external_userid", "status", "open_kfid", "q", "errcode")
        check(door.open(filled(rule, "lixiaomei"), method=method, query_string=dict.fromkeys(names, value)), (rule, value))


@pytest.mark.parametrize(
    ("rule", "method"), [each for each in RULES if each[1] in ("POST", "PUT") and each[0] not in APART | RAW]
)
def test_bodies_that_are_no_objects_or_hold_nonsense(door, rule, method):
    for content in BODIES:
        answer = door.open(filled(rule, "1"), method=method, data=content)
        check(answer, (rule, content[:10]))
        assert answer.status_code >= 400, (rule, content[:10])
    for body in ({}, {"a": 5}, {"advance": float("nan")}, {"advance": float("inf")}, {"path": [], "kind": {}}, {"url": 5}):
        check(door.open(filled(rule, "1"), method=method, data=json.dumps(body)), (rule, body))


@pytest.mark.parametrize("deed", ACTIONS)
def test_deeds_with_wrong_values(made, deed):
    """Each key a deed reads, and what is inside, replaced by things that are not meant."""

    def act(body: Asked) -> None:
        status, why = _outcome(made, deed, body)
        assert status in (0, 400, 404, 409), (deed, body)
        assert not status or len(why.split()) > 2, (deed, body, why)
        assert status != 400 or EXAMPLE.search(why) or "{" in why, (deed, body, why)

    with made.lock:
        good = body_for(act, _valid_values(made))
        for where in places(good):
            for wrong in WRONG:
                act(Asked(with_wrong(good, where, wrong)))


def _outcome(world: World, deed: str, body: Asked) -> tuple[int, str]:
    """(0, "") when it was done, otherwise status and sentence of the refusal; anything else is a crash."""
    try:
        ACTIONS[deed](Wish(world, body))
    except ImpossibleError as error:
        return error.status, str(error)
    return 0, ""


def _valid_values(world: World) -> Json:
    follow = world.state.customers.of_member("lixiaomei")[0]
    return {
        "userid": "lixiaomei", "external_userid": follow.external_userid, "content": "你好", "msgtype": "text", "key": "k",
        "selected": {"q": ["a"]}, "department": [101], "id": 101, "name": "名", "customer": {"name": "周", "gender": 1},
        "fields": {"Event": "x"}, "body": {"content": "x"}, "attachments": [{"msgtype": "image"}], "targets": ["x"],
        "chat_id": next(iter(world.state.groups.by_id)), "open_kfid": next(iter(world.state.kf.accounts)), "agentid": 1000002,
        "userids": ["zhouting"], "external_userids": [follow.external_userid], "event": "inactive_alert", "tagid": 1,
        "info": {"ThirdNo": "1"}, "add_users": ["wufang"], "to": "chenjing", "new_owner": "chenjing", "operator": "lixiaomei",
    }  # fmt: skip


@pytest.mark.parametrize(
    "key",
    [
        "advance", "pause", "to", "per_minute", "paths", "in_flight", "duplicate", "delay", "retry_delays", "seconds", "share",
        "times",
    ],
)  # fmt: skip
def test_settings_with_wrong_values(door, key):
    for address in ("clock", "limits", "delivery", "faults", "callbacks/wait"):
        for wrong in [each for each in WRONG if each not in (5, 0, 1.5, True)]:
            body = {"path": "agent/list", "kind": "latency", key: wrong} if address == "faults" else {key: wrong}
            check(door.post(f"/_control/{address}", data=json.dumps(body)), (address, key, wrong))


def test_what_would_end_or_keep_the_world(door):
    for body in ({"brand": "huge"}, {"brand": []}, {"seed": "x"}, {"brand": "empty", "seed": [1]}):
        check(door.post("/_control/reset", data=json.dumps(body)), body)
    for file in ("/no/such/folder/w.json", "/", "\0", 5, ["x"]):
        answer = door.post("/_control/snapshot", data=json.dumps({"file": file}))
        assert answer.status_code == 400, file
        check(answer, file)
    for file in ("/etc/passwd", "../pyproject.toml", "\0", 5):
        check(door.post("/_control/snapshot/load", data=json.dumps({"file": file})), file)
        assert (
            "not elsewhere" in door.post("/_control/snapshot/load", data=json.dumps({"file": "/etc/passwd"})).get_json()["error"]
        )


def test_what_is_not_there_and_what_is_not_taken(door):
    assert "no such address" in door.get("/_control/nowhere").get_json()["error"]
    assert "takes GET" in door.post("/_control/health").get_json()["error"]
