"""The hands of a scenario: people's deeds, faults, limits and disturbances, all counted and all taken back at the end."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from simulator import settling, token_trouble
from simulator.actions.request import ImpossibleError, Wish
from simulator.actions.table import ACTIONS
from simulator.world.customers import Follow, Relation
from simulator.world.people import Member
from simulator.world.world import World


class Stage:
    """One run's dealings with the world. `rng` is the run's own; every method takes the world's lock by itself."""

    def __init__(self, world: World, name: str, rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.last_refusal = ""
        self.notes: dict[str, Any] = {}
        self._name = name
        self._faults: list[int] = []
        self._limits: dict[str, Any] = {}
        self._delivery: dict[str, Any] = {}
        self._last_acts: list[Callable[[Stage], None]] = []

    def do(self, deed: str, **body: Any) -> dict[str, Any] | None:
        """Somebody acts; None when it was impossible, which is counted and no trouble."""
        with self.world.lock:
            try:
                result = ACTIONS[deed](Wish(self.world, body))
            except ImpossibleError as error:
                self.refused[deed] += 1
                self.last_refusal = f"{deed}: {error}"
                return None
            self.done[deed] += 1
            return result

    def fault(self, **wanted: Any) -> None:
        with self.world.lock:
            self._faults.append(self.world.faults.add(wanted, by=self._name).id)

    def no_faults(self) -> None:
        """Take back this run's faults; other people's stay."""
        with self.world.lock:
            for each in self._faults:
                self.world.faults.remove(each)
            self._faults.clear()

    def limit(self, **wanted: int) -> None:
        with self.world.lock:
            before = self.world.limits.settings()
            self._limits = {key: before[key] for key in wanted} | self._limits
            self.world.limits.change(wanted)

    def deliver(self, **wanted: Any) -> None:
        with self.world.lock:
            before = self.world.delivery.options.as_json()
            self._delivery = {key: _plain(before[key]) for key in wanted} | self._delivery
            self.world.delivery.options.change(wanted)
            self.world.delivery.wake()

    def spoil_tokens(self, action: str) -> None:
        with self.world.lock:
            self.done[f"tokens {action}"] += token_trouble.spoil(self.world, action)

    def advance(self, seconds: float) -> None:
        """Move the virtual clock on; what falls due happens at once."""
        with self.world.lock:
            self.world.clock.advance(seconds)
            settling.settle(self.world)

    def finally_do(self, act: "Callable[[Stage], None]") -> None:
        """Done at the end however the run ends, the last one first; after one that fails, those before it are left undone."""
        self._last_acts.append(act)

    def clean_up(self) -> None:
        """What `finally_do` asked for, then this run's faults, limits and disturbances as they were before it, whoever
        changed them meanwhile; the clock, tokens and what people did stay."""
        try:
            while self._last_acts:
                self._last_acts.pop()(self)
        finally:
            self._take_back()

    def _take_back(self) -> None:
        self.no_faults()
        with self.world.lock:
            self.world.limits.change(self._limits)
            self.world.delivery.options.change(self._delivery)
            self.world.delivery.wake()

    def guides(self) -> list[Member]:
        """Active members who may have customers and are no headquarters people, in a fixed order."""
        with self.world.lock:
            people = self.world.state.people
            leaves = {each.id for each in people.departments.values() if not people.children(each.id)}
            found = [
                each for each in people.members.values()
                if each.status == 1 and each.customer_contact and leaves.intersection(each.departments)
            ]  # fmt: skip
        return sorted(found, key=lambda member: member.userid)

    def friends(self, userid: str) -> list[Follow]:
        """Customers she and who can write to each other."""
        with self.world.lock:
            return [each for each in self.world.state.customers.of_member(userid) if each.relation is Relation.MUTUAL]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
