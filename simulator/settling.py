"""What happens by itself as the virtual clock goes on: transfers complete, chats and quotas expire."""

import threading
from collections.abc import Callable

from simulator.group_changes import settle as settle_groups
from simulator.group_sending import settle_group_sends
from simulator.kf_moves import end_old_sessions
from simulator.link_contacts import settle_links, settle_quotas
from simulator.moment_publishing import settle_moments
from simulator.temp_chats import settle_temp_chats
from simulator.transferring import settle_transfers
from simulator.world.world import World

# Each is called under world.lock, every second and after every change of the clock: idempotent, O(what is pending).
SETTLERS: tuple[Callable[[World], None], ...] = (
    settle_transfers,
    settle_temp_chats,
    settle_quotas,
    settle_links,
    settle_groups,
    end_old_sessions,
    settle_group_sends,
    settle_moments,
)
EVERY = 1.0


def settle(world: World) -> None:
    """Bring the world up to its clock."""
    with world.lock:
        for settler in SETTLERS:
            settler(world)


def start(world: World) -> None:
    """Settle every real second in a thread of its own until the world closes."""
    threading.Thread(target=_run, args=(world,), name="settling", daemon=True).start()


def _run(world: World) -> None:
    while not world.closing.wait(EVERY):
        settle(world)
