"""Platform brown-out: answers get slow, some fail with -1, some with a gateway's 503; callbacks come late. It rises and falls."""

import random
from functools import partial

from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage

# title, how bad from 0 to 1
LEVELS = (
    ("开始变慢", 0.1), ("明显抖动", 0.4), ("最坏的时候", 1.0), ("仍未恢复", 0.8), ("逐步好转", 0.35), ("接近正常", 0.1),
)  # fmt: skip


def plan(options: Options, rng: random.Random) -> list[Step]:
    """`rate` is the share of calls that fail at the worst; the rest only get slower."""
    length = options.seconds / (len(LEVELS) + 0.5)
    steps = [
        Step(length * number, title, partial(_set, badness=badness, worst=options.rate, jitter=rng.uniform(0.9, 1.1)))
        for number, (title, badness) in enumerate(LEVELS)
    ]
    return [*steps, Step(length * len(LEVELS), "恢复正常", _recover)]


def _set(stage: Stage, badness: float, worst: float, jitter: float) -> None:
    stage.no_faults()
    median = round(0.1 + 0.9 * badness * jitter, 2)
    stage.fault(path="*", kind="latency", distribution="long-tail", median=median, p99=round(median * 6, 2))
    stage.fault(path="*", kind="http", status=503, share=round(badness * worst / 2, 3))
    stage.fault(path="*", kind="errcode", errcode=-1, share=round(badness * worst / 2, 3))
    stage.deliver(delay=[round(badness * 2, 2), round(badness * 8 * jitter, 2)])


def _recover(stage: Stage) -> None:
    stage.no_faults()
    stage.deliver(delay=[0, 0])


BROWNOUT = Scenario(
    "brownout", "平台抖动", "接口变慢，一部分返回 503 与 -1，回调迟到；先加重，后恢复。",
    tuple(title for title, _ in LEVELS), 0.4, "最坏时失败的比例，0–1", 3, plan, rate_most=1,
)  # fmt: skip
