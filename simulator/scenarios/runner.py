"""Plays one scenario at a time on a thread of its own; a stop takes effect after the step that runs, then it cleans up."""

import logging
import random
import threading
import time
from typing import Any

from simulator.actions.request import ImpossibleError
from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage
from simulator.world.world import World

log = logging.getLogger(__name__)


class Playing:
    """One run. `state` is playing, finished, stopped or broken."""

    def __init__(self, world: World, scenario: Scenario, options: Options) -> None:
        self._world = world
        self._scenario = scenario
        self._options = options
        self._steps: list[Step] = scenario.plan(options, random.Random(options.seed))
        self._stage = Stage(world, scenario.name, random.Random(options.seed + 1))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name=f"scenario {scenario.name}", daemon=True)
        self._number, self._title, self.state = 0, self._steps[0].title, "playing"
        self._began, self._began_at, self._took = time.monotonic(), world.now, 0.0

    def start(self) -> None:
        self._world.faults.seed(self._options.seed)
        self._thread.start()

    def stop(self) -> None:
        """End it and wait, ten seconds at most, until it has cleaned up. Never hold the world's lock: its step may need that."""
        self._stop.set()
        self._thread.join(10)

    def as_json(self) -> dict[str, Any]:
        took = self._took or time.monotonic() - self._began
        stage, options = self._stage, self._options
        return {
            "name": self._scenario.name, "title": self._scenario.title, "state": self.state, "step": self._title,
            "number": self._number, "of": len(self._steps), "started_at": self._began_at, "elapsed": round(took, 1),
            "seconds": options.seconds, "percent": round(100 * min(1.0, took / options.seconds)),
            "options": {"rate": options.rate, "minutes": options.minutes, "seed": options.seed},
            "done": dict(stage.done), "refused": dict(stage.refused), "last_refusal": stage.last_refusal,
        }  # fmt: skip

    def _play(self) -> None:
        state = "broken"
        try:
            state = "finished" if self._run_through() else "stopped"
        except Exception:  # whatever it was: a run that is never over would keep every other from beginning
            log.exception("%s broke at %s", self._scenario.name, self._title)
        try:
            self._stage.clean_up()
        except Exception:
            log.exception("%s could not clean up", self._scenario.name)
            state = "broken"
        self._took = time.monotonic() - self._began
        self.state = state

    def _run_through(self) -> bool:
        for number, step in enumerate(self._steps, 1):
            if self._waits_in_vain(step.at):
                return False
            self._number, self._title = number, step.title
            step.act(self._stage)
        return not self._waits_in_vain(self._options.seconds)

    def _waits_in_vain(self, at: float) -> bool:
        """True when the run was ended before `at` seconds after its start."""
        return self._stop.wait(max(0.0, self._began + at - time.monotonic())) or self._world.closing.is_set()


class Scenarios:
    """The run that plays and the one before it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._run: Playing | None = None
        world.endings.append(self.stop)

    def start(self, scenario: Scenario, wanted: dict[str, Any]) -> dict[str, Any]:
        """Begin; ImpossibleError when another one plays, the options are wrong or the corp has nobody for it."""
        options = scenario.options(wanted, self._world.settings.seed)
        with self._lock:
            if self._run is not None and self._run.state == "playing":
                title = self._run.as_json()["title"]
                raise ImpossibleError(f"{title} is playing: DELETE /_control/scenarios stops it")
            if scenario.needs_people and not Stage(self._world, scenario.name, random.Random(options.seed)).guides():
                raise ImpossibleError('nobody here serves customers; first POST /_control/reset {"brand": "sample"}')
            self._run = Playing(self._world, scenario, options)
            self._run.start()
            return self._run.as_json()

    def stop(self) -> bool:
        """Stop what plays; False when nothing did."""
        with self._lock:
            if self._run is None or self._run.state != "playing":
                return False
            self._run.stop()
            return True

    def running(self) -> dict[str, Any] | None:
        run = self._run
        return run.as_json() if run is not None and run.state == "playing" else None

    def last(self) -> dict[str, Any] | None:
        """The newest run that has ended, with what it did."""
        run = self._run
        return run.as_json() if run is not None and run.state != "playing" else None
