"""The counter's door: a unix socket with a handful of threads; no caller, however strange or slow, can end the process."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from foundation.db import Json
from foundation.log import logger
from segments.wire import MOST_ASKED, address, receive, send

log = logger(__name__)
THREADS = 6
WAITING = 64
PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.5


class Door:
    """Open inside the `with`. One request a connection; each thread takes the next caller by itself."""

    def __init__(self, reply: Callable[[Json], Json]) -> None:
        self._reply = reply
        self._closing = threading.Event()
        self._line = socket.socket(socket.AF_UNIX)
        self._threads = [threading.Thread(target=self._listen, name=f"door-{each}", daemon=True) for each in range(THREADS)]

    def __enter__(self) -> "Door":
        place = address()
        place.parent.mkdir(parents=True, exist_ok=True)
        # One that led before us may have left its socket; two never lead at once.
        place.unlink(missing_ok=True)
        self._line.bind(str(place))
        place.chmod(0o600)
        self._line.listen(WAITING)
        self._line.settimeout(LOOK_SECONDS)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        self._line.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                caller, _ = self._line.accept()
            except TimeoutError:
                continue
            except OSError as trouble:
                log.warning("the counter cannot take a caller", problem=repr(trouble))
                self._closing.wait(LOOK_SECONDS)
                continue
            self._serve(caller)

    def _serve(self, caller: socket.socket) -> None:
        try:
            with caller:
                caller.settimeout(PATIENCE_SECONDS)
                send(caller, self._answered(receive(caller, MOST_ASKED)))
        except OSError as broken:
            log.debug("a caller of the counter went away", problem=repr(broken))

    def _answered(self, request: Json) -> Json:
        try:
            return self._reply(request)
        except Exception:  # a request that fails must not take a thread with it
            log.exception("the counter could not answer")
            return {"problem": "failed"}
