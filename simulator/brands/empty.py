"""The brand with nobody in it: the root department that every corp has."""

import random

from simulator.world.state import State


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Nothing to add: a new state has its root department already."""
