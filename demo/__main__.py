"""script/demo: the product, the simulator and a sample brand on one machine; --once walks the whole road by itself."""

import argparse
import json
import os
import secrets
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

from foundation import clock
from supervisor.places import server_folder
from supervisor.stack import ROOT, Stack, check_port, is_up

HOST = "127.0.0.1"
VAR = ROOT / "var" / "demo"
MORNING_AFTER, BOARD_AFTER = 120, 180


def demo_settings(port: int, simulator_port: int, var: Path) -> dict[str, str]:
    """The environment of the demo: the simulator's corp, its addresses, and a secret made once."""
    corp = json.loads((ROOT / "simulator" / "defaults.json").read_text())
    app, contacts = (next(one for one in corp["apps"] if one["kind"] == kind) for kind in ("app", "contacts"))
    secret = var / "secret"
    if not secret.exists():
        secret.write_text(secrets.token_hex(32))
        secret.chmod(0o600)
    simulator = f"http://{HOST}:{simulator_port}"
    return {
        "SECRET_KEY": secret.read_text(),
        "PUBLIC_BASE_URL": f"http://{HOST}:{port}",
        "JSSDK_ORIGINS": f"http://*.webview.localhost:{simulator_port}",
        "DATA_DIR": str(var / "data"),
        "BRAND_NAME": corp["corp_name"],
        "HQ_USERIDS": "hq_wangmin,hq_lijie,hq_zhangwei",
        # Today's cards go out while a visitor still watches: the morning list soon, the leaderboard a minute later.
        "MORNING_CARD_AT": soon(MORNING_AFTER),
        "LEADERBOARD_CARD_AT": soon(BOARD_AFTER),
        "WECOM_API_BASE_URL": simulator,
        "WECOM_OAUTH_BASE_URL": simulator,
        "WECOM_LOGIN_BASE_URL": simulator,
        "WECOM_CORP_ID": corp["corpid"],
        "WECOM_AGENT_ID": str(app["agentid"]),
        "WECOM_APP_SECRET": app["secret"],
        "WECOM_APP_TOKEN": app["token"],
        "WECOM_APP_AES_KEY": app["aes_key"],
        "WECOM_CONTACTS_TOKEN": contacts["token"],
        "WECOM_CONTACTS_AES_KEY": contacts["aes_key"],
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
    }


def start(stack: Stack, port: int, simulator_port: int, *seeding: str) -> None:
    """Bring everything up and fill the sample brand; `seeding` is told to demo.seed."""
    product, simulator = f"http://{HOST}:{port}", f"http://{HOST}:{simulator_port}"
    stack.hold_lock()
    check_port(HOST, port)
    check_port(HOST, simulator_port)
    print("启动数据库与 Redis …", flush=True)
    stack.start_servers()
    print("启动企业微信模拟器与导购台 …", flush=True)
    stack.add(
        "simulator",
        "simulator",
        "--host",
        HOST,
        "--port",
        str(simulator_port),
        "--brand",
        "sample",
        "--product-url",
        product,
        "--snapshot",
        str(stack.var / "simulator.json"),
    )
    stack.add_product(HOST, port)
    stack.wait_for("模拟器", lambda: is_up(f"{simulator}/_control/health"))
    stack.wait_for("导购台", lambda: is_up(f"{product}/readyz"))
    print("准备示例品牌 …", flush=True)
    stack.run("demo.seed", simulator, product, *seeding)


def soon(seconds: int) -> str:
    """The first full minute, in Shanghai, that is at least `seconds` from now, as a setting wants it: tomorrow's after midnight.

    Never sooner: a card whose minute passes before the brand is filled would not come until the next day.
    """
    later = clock.now() + timedelta(seconds=seconds + 59)
    return later.astimezone(clock.SHANGHAI).strftime("%H:%M")


def forget(var: Path) -> None:
    """A walk begins with an empty database; the folder of an earlier walk goes, wherever its servers' files had to stand."""
    for folder in (server_folder(var), var):
        shutil.rmtree(folder, ignore_errors=True)


WELCOME = """
导购台演示已就绪（{seconds:.0f} 秒）

  企业微信模拟器（导购的企业微信 + 顾客的微信）  {simulator}/
  总部控制台（选 王敏 hq_wangmin 登录）          {product}/hq/

  试试看：在模拟器右侧让一位顾客扫码添加 李小美，看左侧欢迎语；打开侧边栏打标签、发话术、发海报；
  再到控制台新建一个任务并下发，导购会收到卡片。

  日志 {logs}    Ctrl-C 停止全部（数据保留在 {var}）
"""


def main() -> int:
    """Exit code 0 after Ctrl-C or a walk without a wrong step."""
    parser = argparse.ArgumentParser(prog="script/demo", description="运行导购台演示")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--simulator-port", type=int, default=8100)
    parser.add_argument("--once", action="store_true", help="自动走一遍全流程并打印每一步用时，出错即退出")
    parser.add_argument("--pictures", metavar="DIR", default="", help="与 --once 一起：走完后把页面截图存到这里")
    chosen = parser.parse_args()
    began = time.monotonic()
    var = VAR / "once" if chosen.once else VAR
    if chosen.once:
        forget(var)
    var.mkdir(parents=True, exist_ok=True)
    # The demo always brings its own corp: settings of a real one in this shell must not leak into it.
    stack = Stack(var, {**os.environ, **demo_settings(chosen.port, chosen.simulator_port, var)})

    def work() -> int:
        # A walk sends a poster, at night too: its brand has no quiet hours.
        start(stack, chosen.port, chosen.simulator_port, *(["--any-hour"] if chosen.once else []))
        product, simulator = f"http://{HOST}:{chosen.port}", f"http://{HOST}:{chosen.simulator_port}"
        took = time.monotonic() - began
        print(WELCOME.format(seconds=took, simulator=simulator, product=product, logs=var / "log", var=var), flush=True)
        if chosen.once:
            return stack.show("demo.walk", simulator, product, chosen.pictures)
        return stack.watch()

    return stack.guard(work)


if __name__ == "__main__":
    sys.exit(main())
