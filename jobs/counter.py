"""`python -m jobs.counter`: keeps customer_facts true and answers how many a rule holds for, from memory, in one process."""

import threading
import time

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from foundation import wake
from foundation.config import settings
from foundation.db import transaction
from foundation.leader import Leadership
from foundation.log import logger, set_up_logging
from jobs.counter_door import Door
from jobs.stopping import stop_on_signals
from org.models import Staff
from segments import facts
from segments.answering import Answers
from segments.fetching import fetch_next, fetch_some, learn_all
from segments.models import CustomerFacts

log = logger(__name__)
STAND_BY_SECONDS = 1.0
POLL_SECONDS = 0.2
CHUNK = 50_000


class Counter:
    """Leads or stands by until stopped. Only the leader refreshes facts, so it has seen every change."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._leadership = Leadership(facts.COUNTER_LEADER)
        self.answers = Answers()
        self._staff_moved = threading.Event()
        self._doubtful: set[int] = set()
        self._loaded_to = 0

    def run(self) -> None:
        """Until stopped. A database that is away is waited for; after it everything is read again."""
        while not self._stop.is_set():
            try:
                if self._leadership.take():
                    self._lead()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("counter waits for the database", problem=repr(error))
            self._stop.wait(STAND_BY_SECONDS)

    def _lead(self) -> None:
        listening = threading.Event()
        heard = threading.Thread(target=wake.listen, args=("segments", lambda _: self._staff_moved.set(), listening), daemon=True)
        heard.start()
        try:
            with Door(self.answers.reply):
                self._load()
                while not self._stop.is_set() and self._leadership.check():
                    if not self.step():
                        self._stop.wait(POLL_SECONDS)
        finally:
            self.answers.ready = False
            listening.set()
            self._leadership.give_up()
            log.info("counter leads no longer")

    def _load(self) -> None:
        """Read all facts, in chunks; what changes meanwhile is worked out between them, so PostgreSQL is never behind."""
        began = time.monotonic()
        self._loaded_to, self._doubtful = 0, set()
        with transaction() as session:
            # Whoever refreshed while nobody led is done after this.
            facts.lock_facts(session)
            expected = session.scalar(select(func.count()).select_from(CustomerFacts)) or 0
        self.answers.renew(expected + expected // 50)
        with transaction() as session:
            learn_all(session, self.answers.bitmaps.words)
        self._staff_moved.set()
        while not self._stop.is_set() and self._leadership.check() and self._load_chunk():
            self.step()
        self.answers.ready = not self._stop.is_set() and self._leadership.still_held()
        log.info("counter is ready", customers=self.answers.bitmaps.numbering.count, seconds=round(time.monotonic() - began, 1))

    def _load_chunk(self) -> bool:
        with transaction() as session:
            facts.lock_facts(session)
            batch = fetch_next(session, self.answers.bitmaps.words, self._loaded_to, CHUNK)
        if not len(batch.ids):
            self._loaded_to = 2**62
            return False
        with self.answers.lock:
            self.answers.bitmaps.apply(batch)
        self._loaded_to = int(batch.ids[-1])
        return True

    def step(self) -> bool:
        """One round: where members stand, what is wanted. False when nothing was."""
        self._follow_staff()
        with transaction() as session:
            ids = facts.refresh(session)
            if not ids and not self._doubtful:
                return False
            # Should the commit be broken off, nobody knows whether it happened: they are read again.
            self._doubtful.update(one for one in ids if one <= self._loaded_to)
            doubtful = sorted(self._doubtful)
            batch = fetch_some(session, self.answers.bitmaps.words, doubtful)
        with self.answers.lock:
            self.answers.bitmaps.apply(batch, doubtful)
        self._doubtful.clear()
        return len(ids) > 0

    def _follow_staff(self) -> None:
        if not self._staff_moved.is_set():
            return
        self._staff_moved.clear()
        with transaction() as session:
            paths = {staff_id: path for staff_id, path in session.execute(select(Staff.id, Staff.path))}
        with self.answers.lock:
            self.answers.bitmaps.set_staff(paths)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    set_up_logging(settings())
    Counter(stop_on_signals()).run()


if __name__ == "__main__":
    main()
