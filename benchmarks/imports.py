"""A CSV of a million rows brought in by the jobs' own functions: seconds of check and run, peak memory of the worker."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from os import getloadavg
from pathlib import Path

from sqlalchemy import text

from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import Stage, server_seconds, stage
from customers.import_models import CustomerImport, ImportStatus
from customers.importing import choose_columns, head_of, run_import, start_import
from foundation import clock
from foundation.blobs import keep_stream
from foundation.db import engine, transaction
from org.models import Role, Staff, StaffStatus

MOST_SECONDS, MOST_MB = 60.0, 200.0
GIGABYTE = 1024**3
# People with tags in the index, and half of them followed: an update costs what it costs in a brand's own table.
PEOPLE = text("""
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, consent, tag_ids, created_at, member_no)
SELECT 'wm' || lpad(n::text, 12, '0'), '客户' || n, '', 2, 1, '', 'all',
       ARRAY[n % 100 + 1, n * 7 % 100 + 101, n * 13 % 100 + 201], :now, 'M' || n FROM generate_series(1, :rows) AS n
""")
WORKER = """
import json, time
from jobs.import_jobs import work_imports
began, busy = time.monotonic(), time.process_time()
work_imports()
peak = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM:')) / 1024
print(json.dumps([time.monotonic() - began, peak, time.process_time() - busy]))
"""


def _members(path: Path, rows: int) -> None:
    with path.open("w", encoding="gb18030") as file:
        file.write("会员号,手机号,生日,省份,城市\n")
        for n in range(1, rows + 1):
            phone = f"138 {n // 10000:04d} {n % 10000:04d}" if n % 5 == 0 else f"{13800000000 + n}"
            file.write(f"M{n},{phone},{1970 + n % 30}-0{n % 9 + 1}-1{n % 9},江苏省,苏州市\n")


def _orders(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("会员号,订单号,下单时间,实付金额,商品\n")
        for n in range(1, rows + 1):
            who = n * 7919 % rows + 1
            file.write(f"M{who},SO{n:09d},2025-0{n % 9 + 1}-1{n % 9} 12:30:0{n % 10},{n % 2000}.50,长款羽绒服\n")


@dataclass(frozen=True)
class Run:
    """One go of a worker: its seconds, its peak memory in MB, and the processor's seconds of both sides."""

    seconds: float
    peak: float
    ours: float
    server: float


def _work(built: Stage) -> Run:
    """A worker process takes up whatever waits; its start is not counted."""
    before = server_seconds()
    done = subprocess.run([sys.executable, "-c", WORKER], env=built.env, capture_output=True, text=True, check=True)
    seconds, peak, ours = json.loads(done.stdout.splitlines()[-1])
    return Run(seconds, peak, ours, server_seconds() - before)


def _bring_in(built: Stage, kind: str, rows: int, write: Callable[[Path, int], None]) -> list[Figure]:
    path = built.var / f"{kind}.csv"
    write(path, rows)
    with path.open("rb") as file:
        key = keep_stream(file, GIGABYTE)
    with transaction() as session:
        staff = session.query(Staff).one()
        row = start_import(session, staff, kind, path.name, key, f"bench:{kind}:{time.monotonic()}")
        choose_columns(session, staff, row.id, head_of(row)[1])
    check = _work(built)
    with transaction() as session:
        run_import(session, staff, row.id)
    run = _work(built)
    with transaction() as session:
        done = session.get_one(CustomerImport, row.id)
    if done.status != ImportStatus.DONE or done.good != rows or done.added != rows:
        raise WrongAnswer(f"{done.status}: {done.good} good, {done.added} added of {rows}: {done.reason}")
    whole, most = check.seconds + run.seconds, max(check.peak, run.peak)
    goal = f"{MOST_SECONDS:.0f} s for 1 M rows"
    busy = f"processor: {check.ours + run.ours:.1f} s of ours, {check.server + run.server:.1f} s of PostgreSQL"
    note = f"{rows:,} rows: checked in {check.seconds:.1f} s, run in {run.seconds:.1f} s; {busy}; load {getloadavg()[0]:.0f}"
    return [
        Figure(f"imports.{kind}", whole, "s", goal, whole <= MOST_SECONDS * rows / 1_000_000, note=note),
        Figure(f"imports.{kind}.memory", most, "MB", f"{MOST_MB:.0f} MB", most <= MOST_MB),
    ]


def run(size: Size) -> list[Figure]:
    """Members and orders: --quick a tenth of a million rows, --full a million."""
    rows = 100_000 if size.rounds < 5 else 1_000_000
    with stage("imports") as built:
        with transaction() as session:
            session.add(
                Staff(
                    userid="boss",
                    name="总部",
                    role=Role.HEADQUARTERS,
                    path="1.",
                    status=StaffStatus.ACTIVE,
                    created_at=clock.now(),
                )
            )
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(PEOPLE, {"now": clock.now(), "rows": rows})
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE customer"))
        return _bring_in(built, "members", rows, _members) + _bring_in(built, "orders", rows, _orders)
