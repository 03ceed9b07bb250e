"""A brand of Bosideng's size: made, started, paged through."""

import time
from typing import Any

from benchmarks.figures import Figure, Size, WrongAnswer
from benchmarks.stage import Stage, memory_mb, stage
from foundation.config import settings

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


def _memory(built: Stage) -> float:
    return sum(memory_mb(child.process.pid) for child in built.children if child.process)


def _page_through(built: Stage) -> tuple[int, float]:
    """Relations read and seconds taken, a hundred members at a time until `PAGED` are read."""
    built.platform.post("limits", per_minute=MANY, per_hour=MANY)
    userids, rows, began = ask(built, "externalcontact/get_follow_user_list")["follow_user"], 0, time.perf_counter()
    for place in range(0, len(userids), 100):
        cursor = "first"
        while cursor and rows < PAGED:
            chosen = {"userid_list": userids[place : place + 100], "cursor": cursor.removeprefix("first"), "limit": 100}
            page = ask(built, "externalcontact/batch/get_by_user", chosen)
            rows, cursor = rows + len(page["external_contact_list"]), page["next_cursor"]
    return rows, time.perf_counter() - began


def ask(built: Stage, path: str, body: dict[str, object] | None = None, **query: str) -> dict[str, Any]:
    """One call of the platform's API, GET without a body; 84061 (nobody) is an answer too."""
    http, base, chosen = built.platform.http, f"{built.platform.base}/cgi-bin", settings()
    asked = {"corpid": chosen.wecom_corp_id, "corpsecret": chosen.wecom_app_secret.get_secret_value()}
    token = http.get(f"{base}/gettoken", params=asked, timeout=10).json()["access_token"]
    method = "GET" if body is None else "POST"
    answer = http.request(method, f"{base}/{path}", params={"access_token": token, **query}, json=body, timeout=30).json()
    if answer["errcode"] not in (0, NOBODY):
        raise WrongAnswer(f"{path}: {answer}")
    return dict(answer)
