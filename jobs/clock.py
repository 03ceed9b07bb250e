"""`python -m jobs.clock`: ticks, in exactly one leading process. The others stand by and take over when its lock goes."""

import threading
import time

import psycopg
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from foundation import wake
from foundation.clock import SHANGHAI
from foundation.config import settings
from foundation.health import CLOCK_LEADER
from foundation.leader import Leadership
from foundation.log import logger, set_up_logging
from jobs import schedule
from jobs.broker import make_broker
from jobs.stopping import stop_on_signals

log = logger(__name__)
STAND_BY_SECONDS = 2.0
CHECK_SECONDS = 1.0
JUMP_SECONDS = 5.0


def clock_jumped(wall: float, steady: float) -> bool:
    """Whether the wall clock moved differently from the steady one. APScheduler plans by the wall clock: set back an hour,
    it would be silent for an hour."""
    return abs(wall - steady) > JUMP_SECONDS


class Clock:
    """Leads or stands by until stopped."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._leadership = Leadership(CLOCK_LEADER)
        self._ticks = schedule.Ticks(make_broker(), self._leadership.still_held)

    def run(self) -> None:
        """Until stopped. A database that is away is waited for."""
        while not self._stop.is_set():
            try:
                if self._leadership.take():
                    self._lead()
            except psycopg.Error as error:
                log.warning("clock waits for the database", problem=repr(error))
            self._stop.wait(STAND_BY_SECONDS)

    def _lead(self) -> None:
        log.info("clock leads")
        listening = threading.Event()
        listener = threading.Thread(target=wake.listen, args=("jobs", self._ticks.at_once, listening), daemon=True)
        listener.start()
        try:
            while not self._stop.is_set() and self._tick_until_jump():
                log.warning("the wall clock jumped, ticks are planned anew")
        finally:
            listening.set()
            self._leadership.give_up()
            listener.join(CHECK_SECONDS)
            log.info("clock leads no longer")

    def _tick_until_jump(self) -> bool:
        """Tick while the lock is held; True when the wall clock jumped, False when leading is over."""
        scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={name: ThreadPoolExecutor(8) for name in schedule.EXECUTORS},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._ticks.add_to(scheduler)
        scheduler.start()
        wall, steady = time.time(), time.monotonic()
        try:
            while not self._stop.wait(CHECK_SECONDS):
                if not self._leadership.check():
                    return False
                if clock_jumped(time.time() - wall, time.monotonic() - steady):
                    return True
            return False
        finally:
            scheduler.shutdown(wait=False)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    set_up_logging(settings())
    Clock(stop_on_signals()).run()


if __name__ == "__main__":
    main()
