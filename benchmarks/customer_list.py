"""The console's customer list and page at six million customers, through the front door; the counter answers the rules."""

import random
import time
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.customers_ground import lay
from benchmarks.figures import FULL, Figure, Size, WrongAnswer, percentile
from benchmarks.segments import FEW, MILLIONS
from benchmarks.stage import Stage, stage
from benchmarks.visitor import Visitor
from foundation import clock
from foundation.db import engine, transaction
from hq.customer_sorts import SORTS
from org.models import Role, Staff, StaffStatus
from segments import queries
from segments.growth import count_growth
from segments.rules import parse

ASKED = 120
# Pieces a million people have, twenty thousand, three thousand, one; remarks; numbers; and names nobody has.
WORDS = (
    "王", "强", "小", "女士", "0", "a", "Coco", "姐", "芳姐", "小婷", "92", "y 04", "吕芳", "诗琪", "吕文辉", "Amy 0427",
    "0427", "9999", "M000123456", "m000123456", "芳姐 150", "陈", "陈伟", "李娜敏", "林小梅mm",
)  # fmt: skip
STORE = "1.2.3.2000."
DAY_ZERO = date(2000, 1, 1)


def run(size: Size) -> list[Figure]:
    """customers.list_page, customers.sorted_page, customers.search, customers.page, customers.charts and customers.growth."""
    customers = MILLIONS if size.customers >= FULL.customers else FEW
    with stage(f"customers-{customers}", keep=True) as built:
        began = time.perf_counter()
        if lay(customers):
            print(f"  ground of {customers:,} customers made in {time.perf_counter() - began:.0f} s", flush=True)
        with transaction() as session:
            counted = time.perf_counter()
            rows = count_growth(session, clock.today())
            counted = time.perf_counter() - counted
        boss = _counter(built)
        built.web(workers=1)
        visitor = Visitor(built, boss.id, boss.epoch)
        lists = _times(visitor, _lists(customers), "客户")
        sorts = _times(visitor, _sorted(customers), "客户", never="现在排不出")
        words = _times(visitor, _searches(customers), "找一位客户")
        store = _store_manager()
        words += _times(Visitor(built, store.id, store.epoch), [f"/hq/customers?q={word}" for word in WORDS], "找一位客户")
        pages = _times(visitor, _people(customers), "客户轨迹")
        charts = _times(visitor, ["/hq/customers/charts"] * 20, "留存")
    return [
        _figure("customers.list_page", lists, 80, f"{customers:,} customers, {len(lists)} pages of 50 by filters and far along"),
        _figure(
            "customers.sorted_page",
            sorts,
            150,
            f"the same by six columns, either way, {len(sorts)} pages; goal our own, aim 80 ms",
        ),
        _figure(
            "customers.search",
            words,
            300,
            f"{len(words)} pieces of names, remarks, numbers, frequent to unknown, first page and far along, with filters,"
            " of everybody and of one store; goal our own",
        ),
        _figure("customers.page", pages, 80, "the page of one customer; goal our own"),
        _figure("customers.charts", charts, 80, "last night's counts; goal our own"),
        Figure("customers.growth", counted, "s", "≤ 300 s a night (our own)", counted <= 300, note=f"{rows:,} rows"),
    ]


def _figure(name: str, times: Sequence[float], most: int, note: str) -> Figure:
    slowest = percentile(list(times), 0.95)
    return Figure(
        name, slowest, "ms p95", f"p95 ≤ {most} ms", slowest <= most, note=f"{note}; median {percentile(list(times), 0.5):.0f} ms"
    )


def _counter(built: Stage) -> Staff:
    built.add("counter", "jobs.counter")
    with Session(engine()) as session:
        boss = session.scalars(select(Staff).where(Staff.userid == "hq")).one()
        session.expunge(boss)
    nobody, scope = parse({"field": "owner", "op": "any_of", "value": [2**31 - 1]}), queries.scope_of(boss)
    built.wait_for("counter", lambda: queries.ask("count", nobody, scope, clock.today()) is not None, seconds=600)
    return boss


def _store_manager() -> Staff:
    """A manager of one store of the ground, made when she is not there yet."""
    with Session(engine(), expire_on_commit=False) as session:
        found = session.scalars(select(Staff).where(Staff.userid == "bench-store")).first()
        if found is None:
            department = int(STORE.split(".")[-2])
            found = Staff(userid="bench-store", name="店长", role=Role.STORE_MANAGER, path=STORE, department_id=department,
                          status=StaffStatus.ACTIVE, created_at=clock.now())  # fmt: skip
            session.add(found)
            session.commit()
        session.expunge(found)
    return found


def _searches(customers: int) -> list[str]:
    """Every piece alone, from the middle of the list on, and with a filter."""
    places = ("", f"&after={customers // 2}", "&tag=200", "&stage=lost&silent=60")
    return [f"/hq/customers?q={word}{place}" for place in places for word in WORDS]


def _lists(customers: int) -> list[str]:
    """Everybody and filters, the first page and pages far along."""
    chance = random.Random(7)
    filters = [
        "", "stage=dormant", "stage=new&stage=growing&bought=yes", "tag={tag}", "tag={tag}&stage=mature&silent=60",
        "value=5&bought=yes", "consent=none", "added_from=2025-01-01&added_to=2025-06-30", "place=3&tag={tag}",
        'rule={{"not":{{"field":"tags","op":"any_of","value":[{tag}]}}}}',
    ]  # fmt: skip
    told = []
    for number in range(ASKED):
        after = f"&after={chance.randrange(1000, customers)}" if number % 3 else ""
        told.append(f"/hq/customers?{filters[number % len(filters)].format(tag=chance.randint(2, 200))}{after}")
    return told


def _sorted(customers: int) -> list[str]:
    """The same lists by each column, either way, the first page and pages far along."""
    chance = random.Random(9)
    told = []
    for path in _lists(customers):
        name, order = chance.choice(list(SORTS.items()))
        day = (clock.today() - timedelta(days=chance.randrange(400)) - DAY_ZERO).days
        value = {"spent": chance.randrange(5000), "orders": chance.randrange(4)}.get(order.column, day)
        told.append(f"{path}&sort={name}" + (f"&at={value}" if "&after=" in path else ""))
    return told


def _people(customers: int) -> list[str]:
    chance = random.Random(8)
    with Session(engine()) as session:
        ids = [chance.randrange(1, customers) for _ in range(60)]
        found = session.scalars(text("SELECT external_userid FROM customer WHERE id = ANY(:ids)"), {"ids": ids})
        return [f"/hq/customers/{one}" for one in found]


def _times(visitor: Visitor, paths: Sequence[str], expected: str, never: str = "") -> list[float]:
    """Milliseconds of each; the first of all warms what a process loads once. What holds `never` is wrong."""
    visitor.get(paths[0])
    times = []
    for path in paths:
        began = time.perf_counter()
        page = visitor.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if expected not in page or (never and never in page):
            raise WrongAnswer(f"{path} does not hold {expected}")
    slowest = sorted(zip(times, paths, strict=True), reverse=True)[:3]
    print("    slowest: " + "; ".join(f"{took:.0f} ms {path}" for took, path in slowest), flush=True)
    return times
