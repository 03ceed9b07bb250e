"""The product's processes as children: each with its own log, started again when it dies, stopped in order."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from supervisor.leash import leash

STOP_SECONDS = 12
QUICK_DEATH_SECONDS = 5
MOST_QUICK_DEATHS = 5


@dataclass
class Child:
    """One process of the product. `deaths` counts deaths soon after a start: too many, and it is given up."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    deaths: int = 0
    starts: int = field(default=0)

    def start(self) -> None:
        """Run it; its output goes to its log. What a killed predecessor left behind in its group is ended first."""
        self.sweep()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **self.env},
                preexec_fn=leash(signal.SIGTERM),
            )
        self.started = time.monotonic()
        self.starts += 1

    def running(self) -> bool:
        """Whether it lives."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> bool:
        """Start it again after a death. False when it dies too often: the caller stops everything and says why."""
        quick = time.monotonic() - self.started < QUICK_DEATH_SECONDS
        self.deaths = self.deaths + 1 if quick else 0
        if self.deaths >= MOST_QUICK_DEATHS:
            return False
        if self.deaths:
            time.sleep(0.3 * self.deaths)
        self.start()
        return True

    def sweep(self) -> None:
        """End what is left of its process group: workers whose master was killed would go on with old code and settings."""
        if self.process is not None and not self.running():
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def tail(self, size: int = 1500) -> str:
        """The end of its log, for telling a person why it died."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def ask_to_stop(self) -> None:
        """SIGTERM to it alone: gunicorn and dramatiq tell their own workers, and take a second signal for "at once"."""
        if self.process is not None and self.running():
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait for its end; kill what does not end by itself."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.sweep()
