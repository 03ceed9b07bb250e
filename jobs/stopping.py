"""How a process of ours is asked to end."""

import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """Set once SIGTERM or SIGINT came; to be asked for in the main thread, where signals arrive."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
