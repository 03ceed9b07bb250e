"""The web server's settings. Threads, because requests wait: for the database, and at sign-in and check-up for the platform."""

import os
from pathlib import Path

from prometheus_client import multiprocess

worker_class = "foundation.web_worker.PatientWorker"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "48"))
keepalive = 75
graceful_timeout = 10
timeout = 60
backlog = 1024
# A control socket in the home folder would be shared by every gunicorn of the user.
control_socket_disable = True
limit_request_line = 8190

# Where processes of one installation count together; the supervisor empties it, here it only has to be there.
Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "var/metrics")).mkdir(parents=True, exist_ok=True)


def child_exit(server: object, worker: object) -> None:
    """Keep a dead worker's counters, drop its gauges."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
