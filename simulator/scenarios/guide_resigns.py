"""A guide resigns and leaves her customers behind; some refuse whoever takes over, the rest move when a day has passed."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.api.call import Call
from simulator.api.table import TABLE
from simulator.errors import ApiError
from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage

DAY_AND_AN_HOUR = 25 * 3600
TRANSFER = "externalcontact/resigned/transfer_customer"
AT_ONCE = 100
OUTLINE = (
    "客户还在找她", "导购离职", "等产品接替客户", "管理员分配剩下的客户", "一部分客户拒绝接替", "一天之后：其余客户完成接替",
)  # fmt: skip


def plan(options: Options, rng: random.Random) -> list[Step]:
    """`rate` is the share of her customers who refuse; who she is and who refuses comes from the run's own draws."""
    moments = (0.0, 0.1, 0.15, 0.6, 0.7, 0.9)
    acts: tuple[Callable[[Stage], None], ...] = (
        _say_goodbye,
        _resign,
        _wait,
        _assign,
        partial(_refuse, share=options.rate),
        _let_a_day_pass,
    )
    return [Step(options.seconds * at, title, act) for at, title, act in zip(moments, OUTLINE, acts, strict=True)]


def _say_goodbye(stage: Stage) -> None:
    """The guide with the most customers among a few drawn ones; three of them write to her for the last time."""
    guides = stage.guides()
    drawn = stage.rng.sample(guides, min(8, len(guides)))
    leaver = max(drawn, key=lambda member: len(stage.friends(member.userid)))
    heirs = [each for each in guides if each is not leaver]
    near = [each for each in heirs if set(each.departments) & set(leaver.departments)]
    stage.notes |= {"leaver": leaver.userid, "heir": (near or heirs or [leaver])[0].userid}
    for follow in stage.friends(leaver.userid)[:3]:
        stage.do("customer_sends", userid=leaver.userid, external_userid=follow.external_userid, content="在吗？上次那件还有吗")


def _resign(stage: Stage) -> None:
    stage.do("member_resigns", userid=stage.notes["leaver"])


def _wait(stage: Stage) -> None:
    """The product hears delete_user and may transfer by itself; its transfers are taken as they are."""


def _left_behind(stage: Stage, waiting: bool) -> list[str]:
    """Her customers whose transfer waits, or those nobody has taken care of."""
    leaver, transfers = stage.notes["leaver"], stage.world.state.transfers
    with stage.world.lock:
        hers = [each.external_userid for each in stage.world.state.customers.of_member(leaver) if each.readable]
        return [each for each in hers if bool(transfers.of_customer(each)) is waiting]


def _assign(stage: Stage) -> None:
    """What an administrator does by hand in 离职继承, with the same checks as the call has."""
    customers = _left_behind(stage, waiting=False)
    for first in range(0, len(customers), AT_ONCE):
        body = {
            "handover_userid": stage.notes["leaver"], "takeover_userid": stage.notes["heir"],
            "external_userid": customers[first : first + AT_ONCE],
        }  # fmt: skip
        _call(stage, TRANSFER, body)


def _call(stage: Stage, path: str, body: dict[str, Any]) -> None:
    world = stage.world
    with world.lock:
        try:
            TABLE[path].handler(Call(world, {}, body, "127.0.0.1", caller=world.main_app()))
            stage.done[path] += 1
        except ApiError as error:
            stage.refused[path] += 1
            stage.last_refusal = f"{path}: {error.code} {error.text}"


def _refuse(stage: Stage, share: float) -> None:
    waiting = _left_behind(stage, waiting=True)
    for external_userid in stage.rng.sample(waiting, round(len(waiting) * share)):
        with stage.world.lock:
            takers = [each.takeover_userid for each in stage.world.state.transfers.waiting(external_userid)]
        for taker in takers:
            stage.do("customer_refuses_transfer", external_userid=external_userid, takeover_userid=taker)


def _let_a_day_pass(stage: Stage) -> None:
    stage.advance(DAY_AND_AN_HOUR)


GUIDE_RESIGNS = Scenario(
    "guide_resigns", "导购离职",
    "一位导购离职，客户分配给同店同事：一部分人拒绝，其余的一天后完成接替。模拟时钟会前进 25 小时。",
    OUTLINE, 0.2, "拒绝接替的客户比例，0–1", 2, plan, needs_people=True, rate_most=1,
)  # fmt: skip
