"""The web server's worker: gunicorn's threads, none of which a client can keep by sending slowly or nothing at all."""

import errno
import socket
import threading
import time
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

# A request may be waited for so long in all, and longer only while it comes at this pace.
WAIT_SECONDS = 10.0
BYTES_A_SECOND = 64 * 1024
# When three quarters of the threads wait already.
HURRIED_SECONDS = 1.0
# For a client that does not close its end of a line that is over.
LINGER_SECONDS = 1.0
# For one piece of an answer: a reader that has gone away without a word must not hold the thread.
WRITE_SECONDS = 60.0


class Room:
    """How many threads wait for their clients; beyond `most` the next ones are hurried."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Is there room to wait at ease?"""
        with self._lock:
            self._waiting += 1
            return self._waiting <= self._most

    def leave(self) -> None:
        with self._lock:
            self._waiting -= 1


class PatientSocket:
    """A connection as the parser of one request reads it: the seconds spent waiting are counted, not those between reads."""

    def __init__(self, sock: socket.socket, room: Room) -> None:
        self._sock, self._room = sock, room
        self.begin()

    def begin(self) -> None:
        """Another request may take its time again."""
        self._left = WAIT_SECONDS

    def recv(self, size: int) -> bytes:
        started = time.monotonic()
        at_ease = self._room.enter()
        try:
            if self._left <= 0:
                raise TimeoutError
            self._sock.settimeout(self._left if at_ease else min(self._left, HURRIED_SECONDS))
            piece = self._sock.recv(size)
        except TimeoutError as error:
            self._left = 0.0
            # gunicorn takes a reset quietly and logs any other trouble of a line with its traceback
            raise ConnectionResetError(errno.ECONNRESET, "the request took too long to come") from error
        finally:
            self._room.leave()
            self._sock.settimeout(WRITE_SECONDS)
        self._left += len(piece) / BYTES_A_SECOND - (time.monotonic() - started)
        self._left = min(self._left, WAIT_SECONDS)
        return piece

    def gettimeout(self) -> float | None:
        return self._sock.gettimeout()

    def settimeout(self, seconds: float | None) -> None:
        self._sock.settimeout(seconds)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Fresh connections wait without a thread until something comes; when there is no more room, the oldest idle one goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = Room(self.cfg.threads * 3 // 4)

    def enqueue_req(self, conn: Any) -> None:
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + WAIT_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def accept(self, listener: Any) -> None:
        super().accept(listener)
        while self.nr_conns >= self.worker_connections and (self.pending_conns or self.keepalived_conns):
            self._drop((self.pending_conns or self.keepalived_conns).popleft())

    def _drop(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def handle(self, conn: Any) -> Any:
        """One request of a connection, in a thread."""
        begin = conn.init

        def begin_patiently() -> None:
            begin()
            reader = conn.parser.unreader
            if not isinstance(reader.sock, PatientSocket):
                reader.sock = PatientSocket(reader.sock, self.room)
            reader.sock.begin()

        conn.init = begin_patiently
        try:
            kept = super().handle(conn)
        finally:
            conn.init = begin
        if not kept:
            self._hang_up(conn.sock)
        return kept

    def _hang_up(self, sock: socket.socket) -> None:
        """Let the client read its answer to the end. gunicorn would wait for that in the one thread that serves all lines."""
        at_ease = self.room.enter()
        close_graceful(sock, timeout=LINGER_SECONDS if at_ease else 0.0)
        self.room.leave()

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
        else:
            self.nr_conns -= 1
