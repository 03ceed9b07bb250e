"""script/serve: the product for a real corp. Settings come from the environment or from .env."""

import argparse
import os
import sys
from pathlib import Path

from supervisor.stack import ROOT, Stack, check_port, is_up, read_env_file


def main() -> int:
    """Run until Ctrl-C; exit code 1 when something could not start."""
    parser = argparse.ArgumentParser(prog="script/serve", description="运行导购台（连接真实企业微信）")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1", help="监听地址；放在 Nginx 之后时保持默认")
    chosen = parser.parse_args()
    env = {**read_env_file(ROOT / ".env"), **os.environ}
    stack = Stack(Path(env.get("VAR_DIR", ROOT / "var")), env)

    def work() -> int:
        stack.hold_lock()
        check_port(chosen.host, chosen.port)
        stack.start_servers()
        stack.run("supervisor.check_settings")
        stack.add_product(chosen.host, chosen.port)
        address = f"http://{chosen.host}:{chosen.port}"
        stack.wait_for("网站", lambda: is_up(f"{address}/healthz"))
        print(f"导购台已启动：{address}   日志：{stack.var / 'log'}   Ctrl-C 停止", flush=True)
        return stack.watch()

    return stack.guard(work)


if __name__ == "__main__":
    sys.exit(main())
