"""What happens by itself as the virtual clock goes on: transfers complete, chats and quotas expire, old things are forgotten."""

import logging
import threading
import time
from collections.abc import Callable

from simulator.group_changes import settle as settle_groups
from simulator.group_sending import hand_out_waiting
from simulator.kf_moves import end_old_sessions
from simulator.link_contacts import settle_links, settle_quotas
from simulator.moment_publishing import settle_moments
from simulator.sweeping import sweep
from simulator.temp_chats import settle_temp_chats
from simulator.transferring import settle_transfers
from simulator.world.world import World

log = logging.getLogger(__name__)
# Each is called under world.lock, every second and after every change of the clock: it does what is due by the virtual clock
# and goes through what is pending, so a second call at the same moment finds nothing left.
SETTLERS: tuple[Callable[[World], None], ...] = (
    settle_transfers,
    settle_temp_chats,
    settle_quotas,
    settle_links,
    settle_groups,
    end_old_sessions,
    settle_moments,
    sweep,
)
# Work too long for one hold of the lock: a slice at a time and by real time alone, whatever becomes of the clock.
SLICES: tuple[Callable[[World], None], ...] = (hand_out_waiting,)
EVERY, SLICE_EVERY = 1.0, 0.1


def settle(world: World) -> None:
    """Bring the world up to its clock."""
    _each(world, SETTLERS)


def start(world: World) -> None:
    """Settle every real second, and go on with long work in between, in a thread of its own until the world closes."""
    threading.Thread(target=_run, args=(world,), name="settling", daemon=True).start()


def _run(world: World) -> None:
    due = time.monotonic() + EVERY
    while not world.closing.wait(SLICE_EVERY):
        _each(world, SLICES)
        if time.monotonic() >= due:
            due = time.monotonic() + EVERY
            settle(world)


def _each(world: World, acts: tuple[Callable[[World], None], ...]) -> None:
    with world.lock:
        for act in acts:
            try:
                act(world)
            except Exception:  # whatever it was: the others go on, and /_control/health counts it
                log.exception("%s failed", act.__name__)
                world.settling_errors += 1
