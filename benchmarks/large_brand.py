"""A brand of Bosideng's size: made, started, paged through; and the product's first sync against a large one."""

import time
from typing import Any

from sqlalchemy import text

from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import Stage, memory_mb, stage
from foundation.config import settings
from foundation.db import engine, transaction
from org.actions import start_run

PAGED = 100_000
GENERATE_SECONDS, MEMORY_MB = 180, 3_000
MANY = 10_000_000
NOBODY = 84061


def brand(size: Size) -> list[Figure]:
    """simulator.large_brand_generate, _start and _memory: always 6,000,000 customers, it takes seconds."""
    with stage("large") as built:
        file, began = built.var / "large.brand", time.perf_counter()
        built.run("simulator", "generate", "--preset", "bosideng", "--seed", "7", "--out", str(file))
        made = time.perf_counter() - began
        began = time.perf_counter()
        built.simulator(str(file))
        started = time.perf_counter() - began
        counted = built.platform.get("health")["counts"]
        if counted["customers"] != 6_000_000:
            raise WrongAnswer(f"the brand has {counted}")
        fresh = _memory(built)
        rows, took = _page_through(built)
        paged = _memory(built)
    note = f"{fresh:.0f} MB before; {rows:,} relations read, {rows / took:,.0f} a second"
    return [
        Figure("simulator.large_brand_generate", made, "s", "< 180 s", made < GENERATE_SECONDS, note="6,000,000 customers"),
        Figure("simulator.large_brand_start", started, "s", "< 5 s", started < 5, note=f"{counted['follows']:,} relations"),
        Figure("simulator.large_brand_memory", paged, "MB", "< 3,000 MB", paged < MEMORY_MB, note=note),
    ]


def sync(size: Size) -> list[Figure]:
    """simulator.first_sync and its memory: the product's jobs pull a brand's members, tags and customers for the first time."""
    with stage("sync") as built:
        file, guides = built.var / "sync.brand", size.customers // 180
        numbers = {"stores": max(1, guides // 4), "guides": guides, "customers": size.customers}
        built.run("simulator", "generate", *(f"--{name}={value}" for name, value in numbers.items()), f"--out={file}")
        built.simulator(str(file))
        built.platform.post("limits", per_minute=MANY, per_hour=MANY)
        jobs = built.add("jobs", "dramatiq", "jobs.worker", "--processes", "1", "--threads", "4")
        built.add("clock", "jobs.clock")
        time.sleep(3)
        before = memory_mb(jobs.process.pid) if jobs.process else 0.0
        with transaction() as session:
            start_run(session, "first", "benchmark")
        took, most = _wait_for_sync(jobs.process.pid if jobs.process else 0, 1800)
        there, shown = _scalar("SELECT count(*) FROM follow"), _listed(built)
        if there != shown:
            raise WrongAnswer(f"the platform shows {shown} relations, the product has {there}")
    speed, grown = there / took, most - before
    note = f"{there:,} relations of {size.customers:,} customers in {took:.0f} s"
    return [
        Figure("simulator.first_sync", speed, "rows/s", ">= 500 relations/s", speed >= 500, note=note),
        Figure("simulator.first_sync_memory", grown, "MB", "grows < 200 MB", grown < 200, note=f"{before:.0f} MB before"),
    ]


def _memory(built: Stage) -> float:
    return sum(memory_mb(child.process.pid) for child in built.children if child.process)


def _page_through(built: Stage) -> tuple[int, float]:
    """Relations read and seconds taken, a hundred members at a time until `PAGED` are read."""
    built.platform.post("limits", per_minute=MANY, per_hour=MANY)
    userids, rows, began = _ask(built, "externalcontact/get_follow_user_list")["follow_user"], 0, time.perf_counter()
    for place in range(0, len(userids), 100):
        cursor = "first"
        while cursor and rows < PAGED:
            chosen = {"userid_list": userids[place : place + 100], "cursor": cursor.removeprefix("first"), "limit": 100}
            page = _ask(built, "externalcontact/batch/get_by_user", chosen)
            rows, cursor = rows + len(page["external_contact_list"]), page["next_cursor"]
    return rows, time.perf_counter() - began


def _listed(built: Stage) -> int:
    """How many relations the platform shows the app, counted member by member."""
    userids = _ask(built, "externalcontact/get_follow_user_list")["follow_user"]
    answers = (_ask(built, "externalcontact/list", userid=userid) for userid in userids)
    return sum(len(answer.get("external_userid", ())) for answer in answers)


def _ask(built: Stage, path: str, body: dict[str, object] | None = None, **query: str) -> dict[str, Any]:
    """One call of the platform's API, GET without a body; 84061 (nobody) is an answer too."""
    http, base, chosen = built.platform.http, f"{built.platform.base}/cgi-bin", settings()
    asked = {"corpid": chosen.wecom_corp_id, "corpsecret": chosen.wecom_app_secret.get_secret_value()}
    token = http.get(f"{base}/gettoken", params=asked, timeout=10).json()["access_token"]
    method = "GET" if body is None else "POST"
    answer = http.request(method, f"{base}/{path}", params={"access_token": token, **query}, json=body, timeout=30).json()
    if answer["errcode"] not in (0, NOBODY):
        raise WrongAnswer(f"{path}: {answer}")
    return dict(answer)


def _wait_for_sync(pid: int, seconds: float) -> tuple[float, float]:
    """Seconds until the run is done, and the most memory (MB) the jobs had meanwhile."""
    began, most = time.perf_counter(), 0.0
    while (status := str(_scalar("SELECT status FROM sync_run ORDER BY id DESC LIMIT 1"))) != "done":
        took = time.perf_counter() - began
        if status == "failed" or took > seconds:
            raise WrongAnswer(f"the sync is {status} after {took:.0f} s")
        most = max(most, memory_mb(pid))
        time.sleep(0.2)
    return time.perf_counter() - began, most


def _scalar(statement: str) -> object:
    with engine().connect() as connection:
        return connection.scalar(text(statement))
