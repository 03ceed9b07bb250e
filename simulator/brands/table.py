"""The brands a simulator can start with, by name."""

import random
from collections.abc import Callable

from simulator.brands import empty, sample
from simulator.world.state import State

Fill = Callable[[State, random.Random, float, str], None]
BRANDS: dict[str, Fill] = {"empty": empty.fill, "sample": sample.fill}
