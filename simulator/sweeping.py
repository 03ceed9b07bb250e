"""Forgets what nobody can ask for any more: media whose life is over, 微信客服 sessions in which nobody ever spoke."""

from simulator.days import DAY
from simulator.world.world import World

EVERY = 60
SILENT = 30 * DAY


def sweep(world: World) -> None:
    """Settler: once a minute of the virtual clock (it goes through everything there is)."""
    if 0 <= world.now - world.swept_at < EVERY:
        return
    world.swept_at = world.now
    world.state.files.forget_old(world.now)
    world.state.kf.forget_silent(world.now - SILENT)
