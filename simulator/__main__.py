"""Starts the simulator: `python -m simulator --port 8100`; `python -m simulator generate` makes a large brand for it."""

import argparse
import os
import sys
from pathlib import Path

from simulator.brands.table import NAMES, find_brand
from simulator.crowd import command
from simulator.server import Server
from simulator.settings import Settings, load_config


def parse(arguments: list[str]) -> Settings:
    parser = argparse.ArgumentParser("simulator", description="A WeCom (企业微信) to run against, on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--brand", default="sample", help=f"{', '.join(NAMES)}, or a file made by: simulator generate --out FILE")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--snapshot", type=Path, help="load this file if it exists; save it on SIGTERM")
    parser.add_argument("--product-url", default="http://127.0.0.1:8000", help="where the product listens")
    parser.add_argument("--public-url", default="", help="how the product names itself, when that differs")
    parser.add_argument("--config", type=Path, help="JSON in the shape of simulator/defaults.json")
    parser.add_argument("--threads", type=int, default=96)
    given = parser.parse_args(arguments)
    try:
        find_brand(given.brand, given.seed)
    except ValueError as error:
        parser.error(str(error))
    return Settings(
        given.host, given.port, given.brand, given.seed, given.snapshot, given.product_url, given.public_url,
        given.threads, load_config(given.config),
    )  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["generate"]:
        command.run(sys.argv[2:])
        return
    settings = parse(sys.argv[1:])
    sys.stdout.write(f"WeCom simulator: {settings.base_url} (pid {os.getpid()})\n")
    sys.stdout.flush()
    # gunicorn reads the command line and GUNICORN_CMD_ARGS too; ours is not for it.
    sys.argv = sys.argv[:1]
    Server(settings).run()


if __name__ == "__main__":
    main()
