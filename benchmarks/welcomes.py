"""From the platform's callback to the welcome at the platform, while bulk messages wait in the outbox."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.figures import Figure, Size, WrongAnswer, percentile
from benchmarks.outbox_drain import owe, slow_platform
from benchmarks.stage import Stage, stage
from demo.seed import fill, first_sync, verify_callbacks
from outbox.models import Lane

RATE = 50
PROCESSES = (
    ("roads-welcome", "jobs.roads", "welcome"),
    ("roads-in", "jobs.roads", "in"),
    ("roads-out", "jobs.roads", "out"),
    ("jobs", "dramatiq", "jobs.worker", "--processes", "1", "--threads", "8"),
    ("clock", "jobs.clock"),
)


def _scan(built: Stage, number: int, guides: list[str], scans: dict[str, float]) -> None:
    left = time.time()
    done = built.platform.do("customer_scans", userid=guides[number % len(guides)], customer={"name": f"顾客{number}"})
    scans[done["welcome_code"]] = left


def _add(built: Stage, seconds: float, guides: list[str]) -> dict[str, float]:
    """RATE scans a second; welcome code → the moment after which the callback left."""
    scans: dict[str, float] = {}
    began = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        for number in range(int(RATE * seconds)):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            pool.submit(_scan, built, number, guides, scans)
    return scans


def _welcomes(built: Stage, scans: dict[str, float]) -> list[float]:
    """Seconds from each scan to its accepted welcome, by the platform's own log of calls."""
    calls = built.platform.get("calls", path="externalcontact/send_welcome_msg", limit=50_000)["calls"]
    arrived = {json.loads(call["request"])["welcome_code"]: float(call["at"]) for call in calls if call["errcode"] == 0}
    return [arrived[code] - left for code, left in scans.items() if code in arrived]


def run(size: Size) -> list[Figure]:
    """spine.welcome_p95, with 20,000 bulk messages waiting (fewer in --quick)."""
    seconds = 60.0 if size.rounds > 3 else 12.0
    with stage("welcome") as built:
        built.simulator()
        built.web()
        for name, *command in PROCESSES:
            built.add(name, *command)
        verify_callbacks(built.platform, f"http://127.0.0.1:{built.port}")
        first_sync()
        fill()
        time.sleep(2)
        members = slow_platform(built)
        guides = [one for one in members if not one.startswith("hq")]
        owe(size.bulk, Lane.BULK, members)
        scans = _add(built, seconds, guides)
        time.sleep(3)
        times = _welcomes(built, scans)
        if len(times) < len(scans):
            raise WrongAnswer(f"{len(scans)} customers added, {len(times)} welcomed")
    p95 = percentile(times, 0.95)
    return [
        Figure(
            "spine.welcome_p95",
            p95,
            "s",
            "p95 < 1 s at 50 adds/s",
            p95 < 1,
            note=f"{len(times)} welcomes, max {max(times):.2f} s, {size.bulk} bulk messages waiting",
        )
    ]
