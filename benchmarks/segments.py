"""Segments at six million customers: live counts against SQL over a tag table, changes, pages, splits, freezing, memory."""

import random
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.figures import FULL, Figure, Size, WrongAnswer, percentile
from benchmarks.segments_ground import REAL, lay
from benchmarks.stage import Stage, memory_mb, stage
from customers.actions import tag_customer
from customers.models import Follow
from foundation.db import Json, engine, transaction
from org.models import Staff
from segments import queries
from segments.actions import Draft, freeze, save_segment, work_freeze
from segments.rules import parse
from supervisor.children import Child

MILLIONS, FEW = 6_000_000, 200_000
RULES, ASKED = 12, 40
NEW_TAG = 301


def five_conditions(chance: random.Random) -> tuple[Json, str]:
    """A rule of five conditions, and the same as SQL over the tag table."""
    wanted = sorted(chance.sample(range(2, 120), 3))
    unwanted = chance.randint(3, 200)
    days, orders = chance.choice([30, 90, 180]), chance.randint(1, 4)
    stages = sorted(chance.sample(["new", "growing", "mature", "dormant", "lost"], 2))
    rule: Json = {"all": [
        {"field": "tags", "op": "any_of", "value": wanted}, {"field": "tags", "op": "none_of", "value": [unwanted]},
        {"field": "stage", "op": "any_of", "value": stages}, {"field": "last_order_on", "op": "within", "value": days},
        {"field": "orders", "op": "at_least", "value": orders},
    ]}  # fmt: skip
    has = "EXISTS (SELECT FROM bench_customer_tag t WHERE t.customer_id = f.customer_id AND t.tag_id"
    sql = (
        f"SELECT count(*) FROM customer_facts f WHERE {has} IN ({', '.join(map(str, wanted))})) AND NOT {has} = {unwanted})"
        f" AND f.stage IN ('{stages[0]}', '{stages[1]}') AND f.orders >= {orders}"
        f" AND f.last_order_on > (SELECT DATE '{queries.clock.today()}') - {days}"
    )
    return rule, sql


def run(size: Size) -> list[Figure]:
    """Every figure of segments; the ground is made once and kept under var/bench."""
    customers = MILLIONS if size.customers >= FULL.customers else FEW
    with stage(f"segments-{customers}", keep=True) as built:
        began = time.perf_counter()
        if lay(customers):
            print(f"  ground of {customers:,} customers made in {time.perf_counter() - began:.0f} s", flush=True)
        child, seconds = _started(built)
        with Session(engine()) as session:
            boss = session.scalars(select(Staff).where(Staff.userid == "hq")).one()
            figures = [Figure("segments.load", seconds, "s", "≤ 90 s", seconds <= 90, note=f"{customers:,} customers")]
            figures += _counts(session, boss)
            figures += _pages(session, boss)
        figures.append(_change(boss))
        figures.append(_freeze(boss))
        memory = memory_mb(child.process.pid if child.process else 0)
        return [*figures, Figure("segments.memory", memory, "MB", "≤ 1,000 MB", memory <= 1000)]


def _started(built: Stage) -> tuple[Child, float]:
    began = time.perf_counter()
    child = built.add("counter", "jobs.counter")
    with Session(engine()) as session:
        boss = session.scalars(select(Staff).where(Staff.userid == "hq")).one()
    nobody = parse({"field": "owner", "op": "any_of", "value": [2**31 - 1]})
    built.wait_for(
        "counter", lambda: queries.ask("count", nobody, queries.scope_of(boss), queries.clock.today()) is not None, seconds=600
    )
    return child, time.perf_counter() - began


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = act()
    return result, (time.perf_counter() - began) * 1000


def _counts(session: Session, boss: Staff) -> list[Figure]:
    chance = random.Random(5)
    cold, warm, peer, same = [], [], [], []
    for _ in range(RULES):
        body, sql = five_conditions(chance)
        rule = parse(body)
        first, milliseconds = _timed(lambda rule=rule: queries.counted(session, boss, rule))  # type: ignore[misc]
        cold.append(milliseconds)
        mine = [_timed(lambda rule=rule: queries.counted(session, boss, rule))[1] for _ in range(ASKED)]  # type: ignore[misc]
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL work_mem = '512MB'"))
        told, took = _timed(lambda sql=sql: session.scalar(text(sql)))  # type: ignore[misc]
        _, own_sql = _timed(lambda rule=rule: session.scalar(select(queries.func.count()).select_from(  # type: ignore[misc]
            queries.select_ids(rule, boss).subquery())))  # fmt: skip
        if first.by != queries.COUNTER or first.count != told:
            raise WrongAnswer(f"{body}: {first} against {told}")
        warm += mine
        peer.append(took)
        same.append(took / percentile(mine, 0.5))
        told_of = f"cold {cold[-1]:.0f} ms, warm {percentile(mine, 0.5):.2f} ms, tag table {took:,.0f} ms"
        print(f"    {first.count:>9,} people: {told_of}, customer_facts by SQL {own_sql:,.0f} ms", flush=True)
    slowest, ratio = percentile(warm, 0.95), min(same)
    first_time, least = f"first time {max(cold):.0f} ms at most", "least of the rules; equal in every one"
    return [
        Figure("segments.count_warm", slowest, "ms p95", "p95 ≤ 10 ms", slowest <= 10, note=first_time),
        Figure("segments.count_ratio", ratio, "times", "≥ 50 × the tag table", ratio >= 50, percentile(peer, 0.5), note=least),
    ]


def _pages(session: Session, boss: Staff) -> list[Figure]:
    chance, pages, splits = random.Random(6), [], []
    for _ in range(RULES):
        rule = parse(five_conditions(chance)[0])
        found, took = _timed(lambda rule=rule: queries.page(session, boss, rule, None, 50))  # type: ignore[misc]
        pages.append(took)
        pages.append(_timed(lambda rule=rule, found=found: queries.page(session, boss, rule, found[-1], 50))[1])  # type: ignore[misc]
    everybody = parse({})
    pages.append(_timed(lambda: queries.page(session, boss, everybody, 3_000_000, 50))[1])
    for _ in range(5):
        split, took = _timed(lambda: queries.split(session, boss, everybody, "guide"))
        splits.append(took)
    if sum(many for _, many in split) != queries.count(session, boss, everybody):
        raise WrongAnswer("the split does not add up")
    return [
        Figure("segments.page", max(pages), "ms", "≤ 150 ms", max(pages) <= 150, note="slowest, first time of each rule"),
        Figure("segments.split", max(splits), "ms", "≤ 500 ms", max(splits) <= 500, note=f"everybody over {len(split):,} guides"),
    ]


def _change(boss: Staff) -> Figure:
    """From the commit of a guide's tap to the count that knows it."""
    rule, took = parse({"field": "tags", "op": "any_of", "value": [NEW_TAG]}), []
    with transaction() as session:
        before = queries.count(session, boss, rule)
        free = list(
            session.scalars(select(Follow.customer_id).where(Follow.customer_id <= REAL, ~Follow.tag_ids.contains([NEW_TAG])))
        )
    for number, customer_id in enumerate(free[:30], 1):
        with transaction() as session:
            follow = session.scalars(select(Follow).where(Follow.customer_id == customer_id)).one()
            guide = session.get_one(Staff, follow.staff_id)
            tag_customer(session, guide, customer_id, add=[NEW_TAG], remove=[], by="guide")
        began = time.perf_counter()
        while True:
            with transaction() as session:
                if queries.count(session, boss, rule) == before + number:
                    break
            if time.perf_counter() - began > 10:
                raise WrongAnswer("a tag change was not counted")
            time.sleep(0.005)
        took.append(time.perf_counter() - began)
    return Figure("segments.change", max(took), "s", "≤ 1 s", max(took) <= 1, note=f"median {percentile(took, 0.5):.2f} s")


def _freeze(boss: Staff) -> Figure:
    """A segment of about a million, as the job does it."""
    with transaction() as session:
        for table in ("segment_member", "segment_run", "segment"):
            session.execute(text(f"DELETE FROM {table}"))
        rule: Json = {"field": "tags", "op": "any_of", "value": [8]}
        segment = save_segment(session, boss, Draft(name="一百万人", rule=rule))
        run_id = freeze(session, boss, segment.id, f"bench:{time.time()}").id
    began = time.perf_counter()
    with transaction() as session:
        work_freeze(session, run_id)
    seconds = time.perf_counter() - began
    with transaction() as session:
        members = session.scalar(text("SELECT count(*) FROM segment_member"))
        if members != queries.count(session, boss, parse(rule)):
            raise WrongAnswer("the frozen run is not who was counted")
    per_million = seconds * 1_000_000 / max(members or 1, 1)
    return Figure(
        "segments.freeze", per_million, "s", "≤ 15 s a million", per_million <= 15, note=f"{members:,} members in {seconds:.1f} s"
    )
