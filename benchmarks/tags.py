"""Tags: changes a second one by one and in groups, a bulk tag of a hundred thousand, and a guide's taps beside it."""

import json
import subprocess
import sys
import time
from os import getloadavg
from threading import Event, Thread

from sqlalchemy import func, select, text

from benchmarks.figures import Figure, Size, WrongAnswer, percentile
from benchmarks.stage import Stage, server_seconds, stage
from customers.batches import start_batch
from customers.models import Follow, Tag, TagGroup
from customers.tag_models import CustomerBatch
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import engine, transaction
from jobs import batch_jobs
from org.models import Role, Staff, StaffStatus
from segments.models import RunStatus, Segment, SegmentKind, SegmentRun

MOST_SECONDS, CHANGES, TAP_MS, WORKERS, TAGS, GROUP = 5.0, 2_000, 500, 2, 300, 50
TAGGED = text("""
INSERT INTO tag (group_id, name, platform_id, "order", editing, news, customers)
SELECT :group_id, '标签' || n, 'et' || n, 0, false, '', 0 FROM generate_series(1, :tags) AS n
""")
PEOPLE = text("""
INSERT INTO customer (external_userid, name, avatar_url, gender, type, corp_name, consent, tag_ids, created_at, owner_id)
SELECT 'wm' || lpad(n::text, 12, '0'), '客户' || n, '', 2, 1, '', 'all', ARRAY[n % 100 + 1, n * 7 % 100 + 101], :now, :staff_id
FROM generate_series(1, :rows) AS n
""")
FOLLOWS = text("""
INSERT INTO follow (customer_id, staff_id, status, state, add_way, remark, description, tag_ids, platform_tag_ids, followed_at,
                    changed_at, tag_revision, tags_writing)
SELECT id, :staff_id, 'active', '', 0, '', '', tag_ids, tag_ids, :now, :now, 0, false FROM customer
""")
MEMBERS = text("INSERT INTO segment_member (run_id, customer_id, staff_id) SELECT :run_id, id, owner_id FROM customer")
# `changes` of the next customers, a transaction each group; one is a tap through tag_customer, many are what rules bring.
WORKER = """
import json, sys, time
from customers.tag_changes import TagChange, Tagged, tag_customers
from customers.tag_marks import Origin
from customers.tagging import tag_customer
from foundation.db import transaction
from org.queries import find_staff
first, most, at_once, tag_id, seconds = *map(int, sys.argv[1:5]), float(sys.argv[5])
def work(first, tag_id):
    with transaction() as session:
        guide = find_staff(session, "ai")
        if at_once == 1:
            tag_customer(session, guide, first, add=[tag_id], by="guide")
            return
        origin = Origin("rule:1", "规则")
        changes = [TagChange(one, guide.id, origin, add=[tag_id]) for one in range(first, first + at_once)]
        assert all(isinstance(one, Tagged) for one in tag_customers(session, changes))
for _ in range(12):
    work(first, tag_id - 1)
    work(first, 1)
done = 0
began, busy = time.monotonic(), time.process_time()
while time.monotonic() < began + seconds and done + at_once <= most:
    work(first + done, tag_id)
    done += at_once
print(json.dumps([done, time.process_time() - busy, time.monotonic() - began]))
"""


def _ground(rows: int) -> None:
    """A guide with all the customers, 300 tags, and everybody in a frozen segment."""
    with transaction() as session:
        now = clock.now()
        facts = {"path": "1.2.", "status": StaffStatus.ACTIVE, "created_at": now}
        session.add(guide := Staff(userid="ai", name="小艾", role=Role.GUIDE, **facts))
        session.add(Staff(userid="boss", name="总部", role=Role.HEADQUARTERS, **facts | {"path": "1."}))
        session.flush()
        session.add(group := TagGroup(name="行为偏好", platform_id="etg"))
        session.flush()
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(TAGGED, {"group_id": group.id, "tags": TAGS})
        told = {"now": now, "staff_id": guide.id}
        session.execute(PEOPLE, told | {"rows": rows})
        session.execute(FOLLOWS, told)
        stamps = {"created_at": now, "staff_id": guide.id, "path": "1."}
        segment = Segment(name="全部", kind=SegmentKind.RULE, rule={}, changed_at=now, **stamps)
        session.add(segment)
        session.flush()
        run = SegmentRun(segment_id=segment.id, rule={}, status=RunStatus.DONE, count=rows, done_at=now, once="bench", **stamps)
        session.add(run)
        session.flush()
        session.execute(MEMBERS, {"run_id": run.id})
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _changes(built: Stage, name: str, first: int, most: int, at_once: int, tag_id: int, seconds: float) -> Figure:
    """Two processes, each with its own customers, at most `most`, from `first` on: nobody had a change before."""
    before = server_seconds()
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, *map(str, (first + number * most, most, at_once, tag_id, seconds))], env=built.env,
            stdout=subprocess.PIPE, text=True,
        )
        for number in range(WORKERS)
    ]  # fmt: skip
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    done, ours, server = sum(one[0] for one in told), sum(one[1] for one in told), server_seconds() - before
    with transaction() as session:
        if session.scalar(select(func.count()).where(Follow.tag_ids.contains([tag_id]))) != done:
            raise WrongAnswer("a change was lost")
    rate = sum(one[0] / one[2] for one in told)
    share = f"{(ours + server) / done * 1000:.2f} ms of processor each ({ours / done * 1000:.2f} ours)"
    groups = f" in groups of {at_once}" if at_once > 1 else ""
    note = f"{WORKERS} processes{groups}, {share}; load {getloadavg()[0]:.0f}"
    return Figure(name, rate, "changes/s", f"{CHANGES:,}/s", rate >= CHANGES, note=note)


def _ask() -> int:
    with transaction() as session:
        boss = session.scalars(select(Staff).where(Staff.userid == "boss")).one()
        tag_id = session.scalars(select(Tag.id).where(Tag.name == "标签251")).one()
        run_id = session.scalars(select(SegmentRun.id)).one()
        return start_batch(session, boss, "tag", {"segment_run": run_id}, {"tag": tag_id}, "bench").id


def _bulk(rows: int) -> list[Figure]:
    """The batch as the worker does it, while one guide taps her customers one after the other."""
    taps: list[float] = []
    over = Event()

    def tap() -> None:
        with transaction() as session:
            guide_id = session.scalars(select(Staff.id).where(Staff.userid == "ai")).one()
        for customer_id in range(rows, 0, -1):
            if over.is_set():
                return
            began = time.monotonic()
            with transaction() as session:
                tag_customer(session, session.get_one(Staff, guide_id), customer_id, add=[252], by="guide")
            taps.append((time.monotonic() - began) * 1000)

    batch_id = _ask()
    beside, before, began = Thread(target=tap), server_seconds(), time.monotonic()
    beside.start()
    batch_jobs.work_batch(batch_id)
    seconds, server = time.monotonic() - began, server_seconds() - before
    over.set()
    beside.join()
    with transaction() as session:
        batch = session.get_one(CustomerBatch, batch_id)
        if batch.done != rows:
            raise WrongAnswer(f"{batch.status}: {batch.done} of {rows} tagged; {batch.reason}")
    goal = MOST_SECONDS * rows / 100_000
    note = f"{rows:,} customers; {server:.1f} s of PostgreSQL's processor, the taps' included; load {getloadavg()[0]:.0f}"
    slow = percentile(taps, 0.95)
    return [
        Figure("tags.bulk", seconds, "s", f"{MOST_SECONDS:.0f} s for 100,000", seconds <= goal, note=note),
        Figure("tags.bulk.taps", slow, "ms p95", f"{TAP_MS} ms beside it", slow <= TAP_MS, note=f"{len(taps)} taps"),
    ]


def run(size: Size) -> list[Figure]:
    """--quick twenty thousand customers, --full a hundred thousand."""
    rows = 20_000 if size.rounds < 5 else 100_000
    with stage("tags") as built:
        _ground(rows)
        return [
            _changes(built, "tags.singles", 1, rows * 3 // 20, 1, 250, size.seconds * 2),
            _changes(built, "tags.grouped", rows * 3 // 10 + 1, rows * 3 // 10, GROUP, 248, size.seconds * 2),
            *_bulk(rows),
        ]
