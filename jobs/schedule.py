"""What happens every so often (at a set hour: jobs/daily.py). A tick sweeps a table or asks for a job; both repeat freely."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import dramatiq
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import Counter

from foundation import clock
from foundation.log import logger
from jobs import results, segment_jobs, sweep_jobs
from jobs.broker import QUICK, SLOW, ask
from jobs.daily import DAILY, Daily, due_day

log = logger(__name__)
TROUBLES = Counter("guidedesk_failed_ticks_total", "Ticks that ended in an error", ["tick"])
DAILY_LOOK_SECONDS = 15
# Asking needs Redis and may wait for it; sweeps never stand behind it.
EXECUTORS = ("default", "asks")


@dataclass(frozen=True)
class Sweep:
    """Done by the clock itself: short, set-based, finds the half-done and finishes it."""

    name: str
    seconds: float
    act: Callable[[], object]


@dataclass(frozen=True)
class Ask:
    """Asked of the workers; asked again after `again_after` seconds when it seems lost."""

    name: str
    seconds: float
    queue: str = QUICK
    again_after: int = 60


SWEEPS = (
    Sweep("bot.rescue", 2, sweep_jobs.rescue_inbox),
    Sweep("outbox.rescue", 5, sweep_jobs.rescue_outbox),
    Sweep("outbox.expire", 10, sweep_jobs.expire_outbox),
    Sweep("outbox.results", 5, results.handle_left),
    Sweep("outbox.media", 60, sweep_jobs.refresh_media),
    Sweep("segments.refresh", 2, segment_jobs.refresh_alone),
)
# What somebody watches on a page is asked again soon: a worker that was killed had it in hand, and the mark says it waits.
ASKS = (
    Ask("customers.pull_wanted", 2),
    Ask("customers.tell_losses", 60, again_after=300),
    Ask("customers.poll_handovers", 120, again_after=600),
    Ask("customers.pull_unassigned", 3600, again_after=3600),
    Ask("customers.remind_steps", 60, again_after=300),
    Ask("customers.retier", 60, again_after=300),
    Ask("customers.tag_by_rules", 2, again_after=120),
    Ask("customers.write_tags", 5, again_after=300),
    Ask("customers.end_tags", 60, again_after=300),
    Ask("customers.erase", 60, SLOW, again_after=600),
    Ask("org.pull_staff", 5),
    Ask("content_library.fetch_pictures", 3),
    Ask("content_library.want_pictures", 600, again_after=1200),
    Ask("content_library.post_cards", 20, again_after=300),
    Ask("org.sync", 5, SLOW),
    Ask("customers.import", 5, SLOW, again_after=10),
    Ask("customers.merge", 60, SLOW, again_after=300),
    Ask("customers.work_batches", 5, SLOW, again_after=10),
    Ask("api.tell", 2, again_after=120),
    Ask("content_library.draw_posters", 5, SLOW),
    Ask("sop.hand_out", 2),
    Ask("sop.remind", 20, again_after=120),
    Ask("sop.mark_late", 60, again_after=300),
    Ask("sop.grey_withdrawn", 10),
    Ask("leaderboard.recount", 60, again_after=300),
    Ask("leaderboard.count_weeks", 600, again_after=1200),
    Ask("bot.pull_kf", 5),
    Ask("bot.set_menu", 60, again_after=300),
    Ask("radar.tell", 2),
    Ask("segments.export", 5, SLOW, again_after=10),
    Ask("segments.freeze", 5, SLOW, again_after=10),
    Ask("segments.refresh_daily", 60, SLOW, again_after=300),
    Ask("segments.count", 60, again_after=300),
    Ask("radar.tell_missed", 300, again_after=600),
)


class Ticks:
    """The ticks of a leading clock; `leads` is asked before each one, so that a paused leader does nothing late."""

    def __init__(self, broker: dramatiq.Broker, leads: Callable[[], bool]) -> None:
        self._broker = broker
        self._leads = leads
        self._asks = {each.name: each for each in ASKS}

    def add_to(self, scheduler: BackgroundScheduler) -> None:
        """Plan every tick; each runs once at the start, which catches up on what was missed."""
        sweeping, asking = EXECUTORS
        ticks: list[tuple[str, str, float, Callable[[], object]]] = [
            *((sweeping, sweep.name, sweep.seconds, sweep.act) for sweep in SWEEPS),
            *((asking, each.name, each.seconds, partial(self._ask, each)) for each in ASKS),
            *((asking, daily.name, DAILY_LOOK_SECONDS, partial(self._look, daily)) for daily in DAILY),
        ]
        for executor, name, seconds, act in ticks:
            scheduler.add_job(
                self.run, "interval", args=(name, act), seconds=seconds, id=name, executor=executor, next_run_time=clock.now()
            )

    def run(self, name: str, act: Callable[[], object]) -> None:
        """One tick: its trouble is counted and logged, the next one comes anyway."""
        if not self._leads():
            log.warning("tick left to the next leader", tick=name)
            return
        try:
            act()
        except Exception:  # a tick that fails must not end the clock
            TROUBLES.labels(name).inc()
            log.exception("tick failed", tick=name)

    def at_once(self, name: str) -> None:
        """NOTIFY jobs, '<name of a job>': somebody waits for it now. An empty or unknown name means nothing."""
        wanted = self._asks.get(name)
        if wanted is not None:
            self.run(name, partial(self._ask, wanted))

    def _ask(self, wanted: Ask) -> None:
        ask(self._broker, wanted.name, queue=wanted.queue, again_after=wanted.again_after)

    def _look(self, daily: Daily) -> None:
        day = due_day(daily)
        if day is not None:
            ask(self._broker, daily.name, day.isoformat(), queue=daily.queue, again_after=600)
