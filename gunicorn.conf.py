"""The web server's settings. Threads, because a request waits for the database, never for the platform."""

import os
from pathlib import Path

from prometheus_client import multiprocess

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
keepalive = 75
graceful_timeout = 10
timeout = 60
backlog = 1024
# A control socket in the home folder would be shared by every gunicorn of the user.
control_socket_disable = True
# A slow sender of headers must not hold a worker's memory: the callback body is capped at 64 KiB by its own route.
limit_request_line = 8190

# Where processes of one installation count together; the supervisor empties it, here it only has to be there.
Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "var/metrics")).mkdir(parents=True, exist_ok=True)


def child_exit(server: object, worker: object) -> None:
    """Keep a dead worker's counters, drop its gauges."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
