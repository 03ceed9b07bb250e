"""Every job the timetable asks for has a worker, and the other way round."""

import subprocess
import sys

import pytest

from jobs.daily import DAILY
from jobs.schedule import ASKS

LIST = "from jobs.worker import broker; print(*sorted(broker.get_declared_actors()))"


@pytest.mark.usefixtures("database")
def test_every_job_asked_for_has_a_worker_and_none_is_idle() -> None:
    # In a process of its own: importing the worker makes its broker the global one.
    answer = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True)
    assert set(answer.stdout.split()) == {each.name for each in (*ASKS, *DAILY)}
