"""`python -m jobs.roads`: the two roads with deadlines, in and out. Rests on PostgreSQL alone; ends cleanly on SIGTERM."""

import signal
import sys
import threading
from types import FrameType

from outbox.sender import Sender

from bot.road import InboxRoad
from foundation.config import Settings, settings
from foundation.log import logger, set_up_logging
from jobs import results
from outbox.models import Lane

log = logger(__name__)
CHECK_SECONDS = 0.5
END_SECONDS = 8.0


class Roads:
    """Inbox workers and three senders: welcomes wait for nobody, interactive and task messages not for bulk."""

    def __init__(self, chosen: Settings, stop: threading.Event) -> None:
        self._stop = stop
        self._inbox = InboxRoad(chosen.road_inbox_workers, stop)
        senders = {
            "outbox-welcome": Sender((Lane.WELCOME,), chosen.road_welcome_workers, results.handle),
            "outbox-task": Sender((Lane.INTERACTIVE, Lane.TASK), chosen.road_outbox_workers, results.handle),
            "outbox-bulk": Sender((Lane.BULK,), max(1, chosen.road_outbox_workers // 2), results.handle),
        }
        self._senders = [
            threading.Thread(target=sender.run, args=(stop,), name=name, daemon=True) for name, sender in senders.items()
        ]

    def run(self) -> bool:
        """Until stopped; False when a thread died, which the supervisor answers with a new process."""
        self._inbox.start()
        for thread in self._senders:
            thread.start()
        log.info("roads are open")
        fine = self._watch()
        self._stop.set()
        self._inbox.join(END_SECONDS)
        for thread in self._senders:
            thread.join(END_SECONDS)
        log.info("roads are closed")
        return fine

    def _watch(self) -> bool:
        while not self._stop.wait(CHECK_SECONDS):
            if not self._inbox.alive() or not all(thread.is_alive() for thread in self._senders):
                log.error("a road thread died")
                return False
        return True


def main() -> int:
    """Run until SIGTERM or SIGINT."""
    set_up_logging(settings())
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return 0 if Roads(settings(), stop).run() else 1


if __name__ == "__main__":
    sys.exit(main())
