"""The web server's worker: gunicorn's threads, with an end to waiting for a client that sends half a request."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker

READ_SECONDS = 10.0


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gthread reads a request without a limit of time, so a few silent sockets would hold every thread for ever."""

    def handle(self, conn: Any) -> Any:
        """One connection's next request; a read that gets nothing for READ_SECONDS ends the connection."""
        begin = conn.init

        def begin_with_limit() -> None:
            begin()
            conn.sock.settimeout(READ_SECONDS)

        conn.init = begin_with_limit
        try:
            return super().handle(conn)
        finally:
            conn.init = begin
