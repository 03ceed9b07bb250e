"""The brands a simulator can start with: by name, or a file made by `simulator generate`."""

import functools
import random
from collections.abc import Callable
from pathlib import Path

from simulator.brands import empty, sample
from simulator.crowd import layout
from simulator.crowd.fill import fill_file, fill_preset
from simulator.crowd.plan import PRESETS
from simulator.world.state import State

Fill = Callable[[State, random.Random, float, str], None]
BRANDS: dict[str, Fill] = {"empty": empty.fill, "sample": sample.fill}
NAMES = (*BRANDS, *PRESETS)


def find_brand(wanted: str, seed: int) -> Fill:
    """What fills a state with this brand; ValueError says what a brand may be."""
    if wanted in BRANDS:
        return BRANDS[wanted]
    if wanted in PRESETS:
        return functools.partial(fill_preset, wanted, seed)
    file = Path(wanted)
    if not file.is_file():
        raise ValueError(f"brand is one of {', '.join(NAMES)}, or a file made by: script/simulator generate --out FILE")
    layout.read(file)
    return functools.partial(fill_file, file)
