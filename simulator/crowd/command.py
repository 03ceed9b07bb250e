"""`simulator generate`: makes a brand file from the command line, with a line of progress on a terminal."""

import argparse
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from simulator.crowd.generate import Progress, generate
from simulator.crowd.plan import PRESETS, preset
from simulator.crowd.seasons import SHANGHAI


def run(arguments: list[str]) -> None:
    """Exit with a sentence when the numbers make no brand."""
    parser = argparse.ArgumentParser("simulator generate", description="Make a brand of any size; start it with --brand FILE.")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    for name in ("stores", "guides", "customers"):
        parser.add_argument(f"--{name}", type=int, help="instead of the preset's")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the brand's today (default: today)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(arguments)
    plan = preset(given.preset, given.seed, given.as_of or datetime.now(SHANGHAI).date())
    sizes = {name: getattr(given, name) for name in ("stores", "guides", "customers") if getattr(given, name) is not None}
    plan, began = replace(plan, **sizes), time.monotonic()
    try:
        digest = generate(given.out, plan, _progress(began) if sys.stdout.isatty() else lambda done, total: None)
    except ValueError as error:
        parser.error(str(error))
    size = given.out.stat().st_size / 1e6
    took = time.monotonic() - began
    sys.stdout.write(
        f"\r{given.out}: {plan.customers:,} customers, {size:,.1f} MB in {took:.1f} s, as of {plan.as_of}, {digest}\n"
    )


def _progress(began: float) -> Progress:
    last = 0.0

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 0.2:
            last = now
            sys.stdout.write(f"\r{done:,} of {total:,} customers, {done / (now - began):,.0f} a second ")
            sys.stdout.flush()

    return show
