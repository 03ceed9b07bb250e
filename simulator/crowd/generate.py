"""Makes a brand file: everybody in the corp, then each guide's customers with one random source of her own."""

import random
from array import array
from collections.abc import Callable
from pathlib import Path

from simulator.crowd import layout
from simulator.crowd.layout import Column
from simulator.crowd.people import apportion, make_corp
from simulator.crowd.plan import Plan
from simulator.crowd.seasons import DAYS, Seasons

# Further guides of customers, for each customer a guide won: so many have two or more that it is 12 %.
SHARED = 0.135
NEIGHBOURS = 120
Progress = Callable[[int, int], None]


def generate(path: Path, plan: Plan, progress: Progress = lambda done, total: None) -> str:
    """Write the file and give its digest. `progress` hears of customers done and in all. Needs about 20 bytes a customer."""
    plan.check()
    corp = make_corp(plan, random.Random(f"{plan.seed} corp"))
    columns = _columns(plan, corp.stores, progress)
    facts = {
        "version": 1, "seed": plan.seed, "as_of": plan.as_of.isoformat(), "stores": plan.stores, "guides": plan.guides,
        "customers": plan.customers, "follows": len(columns["customer"]), "corp_name": "雪岭羽绒",
    }  # fmt: skip
    return layout.write(path, facts, corp.as_json(), columns)


def _columns(plan: Plan, stores: list[int], progress: Progress) -> dict[str, Column]:
    customer, created, starts = array("I"), array("I"), array("I", [0])
    seasons, hired, won = Seasons(plan.as_of), *_winnings(plan)
    firsts = [0]
    for count in won:
        firsts.append(firsts[-1] + count)
    colleagues = [(begin, begin + size) for begin, size in zip(_begins(stores), stores, strict=True) for _ in range(size)]
    for guide, count in enumerate(won):
        rng = random.Random(f"{plan.seed} {guide}")
        mine = [*range(firsts[guide], firsts[guide + 1]), *_shared(rng, guide, round(count * SHARED), firsts, colleagues[guide])]
        rows = [moment << 32 | number for moment, number in zip(seasons.moments(rng, len(mine), hired[guide]), mine, strict=True)]
        rows.sort()
        customer.extend([row & layout.NONE for row in rows])
        created.extend([row >> 32 for row in rows])
        starts.append(len(customer))
        progress(firsts[guide + 1], plan.customers)
    first, following = _chains(customer, plan.customers)
    return {"starts": starts, "customer": customer, "created": created, "following": following, "first": first}


def _winnings(plan: Plan) -> tuple[list[int], list[int]]:
    """For each guide the day she was hired on (of `DAYS`) and how many customers she won, as her time and talent allow."""
    rng = random.Random(f"{plan.seed} guides")
    hired = [0 if rng.random() < 0.3 else rng.randrange(DAYS - 30) for _ in range(plan.guides)]
    weights = [(DAYS - since) / DAYS * rng.lognormvariate(0, 0.45) for since in hired]
    return hired, apportion(weights, plan.customers)


def _begins(stores: list[int]) -> list[int]:
    begins = [0]
    for size in stores[:-1]:
        begins.append(begins[-1] + size)
    return begins


def _shared(rng: random.Random, guide: int, wanted: int, firsts: list[int], store: tuple[int, int]) -> set[int]:
    """Customers of others this guide has too: most of colleagues in her store, the rest of stores near by."""
    found: set[int] = set()
    begin, end = store
    near, far = max(0, guide - NEIGHBOURS), min(len(firsts) - 1, guide + NEIGHBOURS)
    for _ in range(wanted * 2):
        if len(found) == wanted:
            break
        low, high = (begin, end) if rng.random() < 0.6 else (near, far)
        other = low + int(rng.random() * (high - low))
        count = firsts[other + 1] - firsts[other]
        if other != guide and count:
            found.add(firsts[other] + int(rng.random() * count))
    return found


def _chains(customer: Column, customers: int) -> tuple[Column, Column]:
    """From each customer to her first row, from each row to the next of the same customer."""
    first = array("I", [layout.NONE]) * customers
    following = array("I", [layout.NONE]) * len(customer)
    for row in range(len(customer) - 1, -1, -1):
        number = customer[row]
        following[row] = first[number]
        first[number] = row
    return first, following
