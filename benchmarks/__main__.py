"""script/bench: every figure has an id; `--json` writes the list."""

import argparse
import sys
from pathlib import Path

from benchmarks import (
    callbacks,
    content_search,
    customer_list,
    first_paint,
    first_sync,
    imports,
    large_brand,
    outbox_drain,
    posters,
    publishing,
    radar,
    segments,
    sidebar_page,
    simulator_speed,
    tags,
    tiers,
    welcomes,
)
from benchmarks.figures import FULL, QUICK, Case, Figure, WrongAnswer, show, write

CASES: dict[str, Case] = {
    "spine.callback": callbacks.run,
    "spine.welcome": welcomes.run,
    "spine.publish": publishing.run,
    "spine.outbox": outbox_drain.run,
    "spine.sidebar": sidebar_page.run,
    "radar.redirect": radar.run,
    "content.search": content_search.search,
    "content.suggest": content_search.suggestions,
    "segments": segments.run,
    "customers": customer_list.run,
    "sidebar.first_paint": first_paint.run,
    "poster": posters.run,
    "tiers": tiers.run,
    "imports": imports.run,
    "tags": tags.run,
    "simulator.message_send": simulator_speed.messages,
    "simulator.callbacks_out": simulator_speed.callbacks,
    "simulator.large_brand": large_brand.brand,
    "simulator.first_sync": first_sync.sync,
}


def main() -> int:
    """Exit code 1 when a goal was not met or an answer was wrong."""
    parser = argparse.ArgumentParser(prog="script/bench")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes, for CI (default)")
    size.add_argument("--full", action="store_true", help="the sizes claims are made with")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("ids", nargs="*", metavar="ID", help="a figure's id or its beginning; none: all")
    chosen = parser.parse_args()
    figures: list[Figure] = []
    for name, case in CASES.items():
        if chosen.ids and not any(name.startswith(wanted) or wanted.startswith(name) for wanted in chosen.ids):
            continue
        print(f"… {name}", flush=True)
        try:
            figures += case(FULL if chosen.full else QUICK)
        except WrongAnswer as wrong:
            figures.append(Figure(name, None, "", "right answers", False, note=str(wrong)))
    show(figures)
    if chosen.json:
        write(figures, chosen.json)
    return 0 if figures and all(one.met for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
