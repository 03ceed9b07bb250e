"""`python -m jobs.roads [in|out]`: the two roads with deadlines, both or one a process. Rests on PostgreSQL alone."""

import signal
import sys
import threading
from collections.abc import Collection, Sequence
from types import FrameType

from bot.road import InboxRoad
from foundation.config import Settings, settings
from foundation.log import logger, set_up_logging
from jobs import results
from outbox.models import Lane
from outbox.sender import Sender

log = logger(__name__)
CHECK_SECONDS = 0.5
END_SECONDS = 8.0


def senders(chosen: Settings) -> dict[str, Sender]:
    """Three senders: welcomes wait for nobody, interactive and task messages not for bulk."""
    workers = chosen.road_outbox_workers
    return {
        "outbox-welcome": Sender((Lane.WELCOME,), chosen.road_welcome_workers, results.handle),
        "outbox-task": Sender((Lane.INTERACTIVE, Lane.TASK), workers, results.handle),
        "outbox-bulk": Sender((Lane.BULK,), max(1, workers // 2), results.handle),
    }


class Roads:
    """The threads of the roads this process serves ("in", "out")."""

    def __init__(self, chosen: Settings, which: Collection[str], stop: threading.Event) -> None:
        self._stop = stop
        self._threads = InboxRoad(chosen.road_inbox_workers, stop).threads if "in" in which else []
        if "out" in which:
            for name, sender in senders(chosen).items():
                self._threads.append(threading.Thread(target=sender.run, args=(stop,), name=name, daemon=True))

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
    """Run until SIGTERM or SIGINT; `which` is "in", "out", or nothing for both."""
    if not set(which) <= {"in", "out"}:
        log.error("say in, out or nothing", said=list(which))
        return 2
    set_up_logging(settings())
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return 0 if Roads(settings(), which or ("in", "out"), stop).run() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
