"""The product's first sync against the simulator: relations a second of the clock, and of a core for the work that is ours."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from os import getloadavg

from sqlalchemy import text

from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.large_brand import MANY, ask
from benchmarks.stage import Stage, cpu_seconds, server_seconds, stage
from foundation.db import engine, transaction
from org.actions import start_run

PER_CORE = 5_000
# A process of jobs does one sync; memory is looked at when a tenth of the relations are in, and at the end.
WORKER = """
import json, threading, time
from jobs import customer_sync, sync_jobs

def memory(name):
    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith(name)) / 1024

rounds, apply = [], customer_sync._round
def watched(run, userids):
    apply(run, userids)
    rounds.append(memory('VmRSS:'))
customer_sync._round = watched
began, busy = time.monotonic(), time.process_time()
sync_jobs.run_waiting(1)
print(json.dumps([time.monotonic() - began, time.process_time() - busy, rounds[len(rounds) // 10], rounds[-1], memory('VmHWM:')]))
"""


@dataclass(frozen=True)
class Run:
    """Seconds of the clock and of processors (the jobs', PostgreSQL's, the simulator's); MB early, at the end, at the most."""

    seconds: float
    ours: float
    server: float
    platform: float
    early: float
    late: float
    most: float


def sync(size: Size) -> list[Figure]:
    """simulator.first_sync, its memory and what a core of ours does."""
    with stage("sync") as built:
        file, guides = built.var / "sync.brand", size.customers // 180
        numbers = {"stores": max(1, guides // 4), "guides": guides, "customers": size.customers}
        built.run("simulator", "generate", *(f"--{name}={value}" for name, value in numbers.items()), f"--out={file}")
        built.simulator(str(file))
        built.platform.post("limits", per_minute=MANY, per_hour=MANY)
        with transaction() as session:
            start_run(session, "first", "benchmark")
        run = _work(built)
        status, there, shown = _scalar("SELECT status FROM sync_run"), _count("follow"), _listed(built)
        if status != "done" or there != shown:
            raise WrongAnswer(f"{status}: the platform shows {shown} relations, the product has {there}")
    return _figures(run, there, _rate(there, run.seconds))


def _rate(rows: int, seconds: float) -> float:
    return rows / max(seconds, 0.001)


def _figures(run: Run, there: int, speed: float) -> list[Figure]:
    grown, both = run.late - run.early, run.ours + run.server
    note = f"{there:,} relations in {run.seconds:.0f} s at load {getloadavg()[0]:.0f}"
    busy = f"{run.ours:.1f} s of ours, {run.server:.1f} s of PostgreSQL, {run.platform:.1f} s of the simulator"
    each = f"a core of Python does {_rate(there, run.ours):,.0f}, a core of PostgreSQL {_rate(there, run.server):,.0f}"
    core = _rate(there, both)
    return [
        Figure("simulator.first_sync", speed, "rows/s", ">= 500 relations/s", speed >= 500, note=note),
        Figure(
            "simulator.first_sync_core", core, "rows/s", f">= {PER_CORE:,}/s per core", core >= PER_CORE, note=f"{busy}; {each}"
        ),
        Figure("simulator.first_sync_memory", grown, "MB", "grows < 50 MB", grown < 50, note=f"{run.most:.0f} MB at the most"),
    ]


def _work(built: Stage) -> Run:
    simulators = [child.process.pid for child in built.children if child.process]
    before, others = server_seconds(), sum(map(cpu_seconds, simulators))
    done = subprocess.run([sys.executable, "-c", WORKER], env=built.env, capture_output=True, text=True, check=True)
    seconds, ours, early, late, most = json.loads(done.stdout.splitlines()[-1])
    time.sleep(0.2)
    return Run(seconds, ours, server_seconds() - before, sum(map(cpu_seconds, simulators)) - others, early, late, most)


def _listed(built: Stage) -> int:
    """How many relations the platform shows the app, counted member by member."""
    userids = ask(built, "externalcontact/get_follow_user_list")["follow_user"]
    answers = (ask(built, "externalcontact/list", userid=userid) for userid in userids)
    return sum(len(answer.get("external_userid", ())) for answer in answers)


def _count(table: str) -> int:
    return int(str(_scalar(f"SELECT count(*) FROM {table}")))


def _scalar(statement: str) -> object:
    with engine().connect() as connection:
        return connection.scalar(text(statement))
