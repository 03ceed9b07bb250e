"""`python -m jobs.roads [welcome] [in] [out]`: the roads with deadlines, all or some in a process. On PostgreSQL alone.

welcome: greets and sends welcomes, and shares its process with nothing when nothing else is said. in: works events. out: sends.
"""

import sys
import threading
from collections.abc import Sequence

from bot.road import InboxRoad, WelcomeRoad
from foundation.config import Settings, settings
from foundation.log import logger, set_up_logging
from jobs import results
from jobs.stopping import stop_on_signals
from outbox.models import Lane
from outbox.sender import Sender

log = logger(__name__)
ROADS = ("welcome", "in", "out")
CHECK_SECONDS = 0.5
END_SECONDS = 8.0


def threads_of(road: str, chosen: Settings, stop: threading.Event) -> list[threading.Thread]:
    """The threads of one road; interactive and task messages do not wait for bulk."""
    if road == "in":
        return InboxRoad(chosen.road_inbox_workers, stop).threads
    if road == "welcome":
        return [*WelcomeRoad(stop).threads, _sending((Lane.WELCOME,), chosen.road_welcome_workers, stop)]
    workers = chosen.road_outbox_workers
    return [_sending((Lane.INTERACTIVE, Lane.TASK), workers, stop), _sending((Lane.BULK,), max(1, workers // 2), stop)]


def _sending(lanes: Sequence[Lane], workers: int, stop: threading.Event) -> threading.Thread:
    sender = Sender(lanes, workers, results.handle)
    return threading.Thread(target=sender.run, args=(stop,), name=f"outbox-{lanes[0]}", daemon=True)


class Roads:
    """The threads of the roads this process serves."""

    def __init__(self, chosen: Settings, which: Sequence[str], stop: threading.Event) -> None:
        self._stop = stop
        self._threads = [thread for road in which for thread in threads_of(road, chosen, stop)]

    def run(self) -> bool:
        """Until stopped; False when a thread died, which the supervisor answers with a new process."""
        for thread in self._threads:
            thread.start()
        log.info("roads are open")
        fine = self._watch()
        self._stop.set()
        for thread in self._threads:
            thread.join(END_SECONDS)
        log.info("roads are closed")
        return fine

    def _watch(self) -> bool:
        while not self._stop.wait(CHECK_SECONDS):
            dead = [thread.name for thread in self._threads if not thread.is_alive()]
            if dead:
                log.error("a road thread died", threads=dead)
                return False
        return True


def main(which: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT; `which` names roads, none means all."""
    if not set(which) <= set(ROADS):
        log.error("say welcome, in, out or nothing", said=list(which))
        return 2
    set_up_logging(settings())
    return 0 if Roads(settings(), which or ROADS, stop_on_signals()).run() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
