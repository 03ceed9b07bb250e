"""Token storm: waves in which access tokens are refused as invalid or expired, and the token service itself is busy."""

import random
from collections.abc import Callable
from functools import partial

from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage

FAMILIES = ("message/*", "externalcontact/*", "user/*", "department/*", "media/*")
BURST = (3, 12)


def plan(options: Options, rng: random.Random) -> list[Step]:
    """`rate` waves a minute; every kind comes once before one comes again."""
    count = max(len(WAVES), round(options.rate * options.minutes))
    kinds: list[str] = []
    while len(kinds) < count:
        kinds += rng.sample(sorted(WAVES), len(WAVES))
    gap = options.seconds / (count + 1)
    steps = [Step(gap * number, kind, WAVES[kind]) for number, kind in enumerate(kinds[:count])]
    return [*steps, Step(gap * count, "恢复：凭证恢复正常", Stage.no_faults)]


def _burst(stage: Stage, errcode: int) -> None:
    stage.no_faults()
    for path in FAMILIES:
        stage.fault(path=path, kind="errcode", errcode=errcode, times=stage.rng.randint(*BURST))


def _spoil(stage: Stage, action: str) -> None:
    stage.no_faults()
    stage.spoil_tokens(action)


def _busy(stage: Stage) -> None:
    stage.no_faults()
    stage.spoil_tokens("expire")
    stage.fault(path="gettoken", kind="errcode", errcode=-1, share=0.5)
    stage.fault(path="gettoken", kind="latency", distribution="long-tail", median=0.3, p99=3)


WAVES: dict[str, Callable[[Stage], None]] = {
    "40014 连发：接口说凭证无效": partial(_burst, errcode=40014),
    "42001 连发：接口说凭证过期": partial(_burst, errcode=42001),
    "凭证提前失效（40014）": partial(_spoil, action="expire"),
    "凭证提前过期（42001）": partial(_spoil, action="expire_as_42001"),
    "凭证失效，gettoken 又慢又忙": _busy,
}
TOKEN_STORM = Scenario(
    "token_storm", "凭证风暴", "access_token 一波波地失效或过期，gettoken 自己也不稳定。",
    tuple(WAVES), 6, "每分钟几波", 2, plan, rate_most=60,
)  # fmt: skip
