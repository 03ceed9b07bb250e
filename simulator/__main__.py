"""Starts the simulator: `python -m simulator --port 8100`; `python -m simulator generate` makes a large brand for it."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from simulator import starting
from simulator.brands.table import NAMES
from simulator.crowd import command
from simulator.server import Server
from simulator.settings import THREADS, Settings, load_config

EPILOG = """\
another command: %(prog)s generate --preset small|medium|bosideng --out FILE   makes a brand of any size (generate --help)
read simulator/README.md; the address it listens on says what it can do: curl 127.0.0.1:8100/_control/"""


class Parser(argparse.ArgumentParser):
    """A mistake is one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parse(arguments: list[str]) -> Settings:
    """Settings whose values are all possible; anything else ends the process with a sentence and exit code 2."""
    parser = Parser(
        "simulator", description="A WeCom (企业微信) to run against, on this machine.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="where it listens (default: %(default)s)")
    add("--port", type=int, default=8100, help="(default: %(default)s)")
    add("--brand", help=f"{', '.join(NAMES)}, or a file made by: simulator generate --out FILE (default: sample)")
    add("--seed", type=int, default=7, help="the same seed gives the same brand (default: %(default)s)")
    add("--snapshot", type=Path, metavar="FILE", help="load this file if it exists (it wins over --brand); save it at the end")
    add("--without-receivers", action="store_true", help="leave the snapshot's callback addresses out")
    add("--product-url", default="http://127.0.0.1:8000", help="where the product listens (default: %(default)s)")
    add("--public-url", default="", help="how the product names itself, when that differs")
    add("--config", type=Path, metavar="FILE", help="JSON in the shape of simulator/defaults.json (default: that file)")
    add("--allow-host", action="append", default=[], metavar="NAME",
        help="a name or address it may be called by besides localhost and --host; can be given several times")  # fmt: skip
    add("--threads", type=int, default=THREADS, help="calls served at once (default: %(default)s)")
    given = parser.parse_args(arguments)
    try:
        settings = Settings(
            given.host, given.port, given.brand or "sample", given.seed, given.snapshot, given.product_url,
            given.public_url, given.threads, load_config(given.config), given.without_receivers, tuple(given.allow_host),
        )  # fmt: skip
        starting.check(settings)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if given.brand and given.snapshot and given.snapshot.exists():
        sys.stdout.write(f"The snapshot {given.snapshot} is loaded; --brand {given.brand} is for when there is none.\n")
    return settings


def main() -> None:
    if sys.argv[1:2] == ["generate"]:
        command.run(sys.argv[2:])
        return
    settings = parse(sys.argv[1:])
    # gunicorn reads the command line and GUNICORN_CMD_ARGS too; ours is not for it.
    sys.argv = sys.argv[:1]
    Server(settings).run()


if __name__ == "__main__":
    main()
