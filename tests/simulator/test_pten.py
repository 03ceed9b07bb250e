"""A third public SDK, pten 0.4.22: messages, contact writes, tickets, and callbacks opened by Tencent's own sample code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.platform import AGENTID, APP, CONTACTS, CORPID, Json, Platform, Receiver

ROOT = Path(__file__).parents[2]
SDK = ROOT / "var" / "strangers" / "pten"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def found(platform: Platform, app_receiver: Receiver, tmp_path: Path) -> Json:
    """What the SDK got for each of its calls."""
    assert (SDK / "pten").is_dir(), "run script/setup --dev, which puts the SDKs of the tests into var/strangers"
    platform.do("member_texts_app", userid="lixiaomei", content="榜单 🧥")
    platform.settle()
    callback = app_receiver.received[-1]
    (tmp_path / "poster.png").write_bytes(PNG)
    body = f"<xml><ToUserName>{CORPID}</ToUserName><Encrypt>{callback.encrypted}</Encrypt></xml>"
    given = {
        "base": platform.base, "corpid": CORPID, "secret": APP["secret"], "agentid": AGENTID, "picture": "poster.png",
        "contacts_secret": CONTACTS["secret"],
        "envelope": {"token": APP["token"], "aes_key": APP["aes_key"], "corpid": CORPID, "args": callback.args, "body": body},
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("drive_pten.py")],
        input=json.dumps(given), cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(SDK)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(json.loads(run.stdout.splitlines()[-1])) | {"sent": callback.xml}


def test_it_gets_along(found: Json, platform: Platform) -> None:
    assert all(answer["errcode"] == 0 for answer in found["messages"].values())
    kinds = [row["msgtype"] for row in platform.inbox()]
    assert kinds == ["text", "markdown", "news", "textcard", "template_card"]
    # It names the uploaded part `file`, the platform's page says `media` (DOC 90253).
    assert found["upload"] == 44001
    contacts = found["contacts"]
    assert contacts["department"]["errmsg"] == "created"
    # It sends `null` where a JSON object is documented (DOC 96067).
    assert contacts["ids"] == 40058
    assert {"id": 900, "parentid": 11, "order": contacts["simple"]["department_id"][-1]["order"]} in contacts["simple"][
        "department_id"
    ]
    assert contacts["gone"]["errcode"] == contacts["closed"]["errcode"] == 0
    tickets = found["tickets"]
    assert tickets["corp"] != tickets["app"]
    assert tickets["user"]["name"] == "李小美"
    assert found["envelope"] == {"code": 0, "plain": found["sent"]}
