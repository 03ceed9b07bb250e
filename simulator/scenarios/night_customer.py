"""22:30: the shops have closed, a customer writes to 微信客服; the servicers have stopped receiving until the morning."""

import random
from functools import partial

from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage

CLOSING, OPENING = (22, 30), (9, 0)
OUTLINE = (
    "22:30 打烊，接待人员停止接待",
    "客户打开客服并连发消息",
    "客户等不到人，再问一次",
    "第二天 9:00 恢复接待",
    "接待人员回复",
)
QUESTIONS = ("你好，请问现在还能下单吗？", "想要那件黑色长款，M 码", "有人在吗？", "明天几点营业", "算了，明天再问吧")
ANSWER = "早上好，昨晚的消息看到了，马上为您查库存。"


def plan(options: Options, rng: random.Random) -> list[Step]:
    """`rate` messages a minute while she waits."""
    length = options.seconds
    steps = [Step(0.0, OUTLINE[0], _close), Step(length * 0.08, OUTLINE[1], _open_kf)]
    count = max(2, round(options.rate * options.minutes * 0.6))
    moments = sorted(length * (0.1 + 0.6 * rng.random()) for _ in range(count))
    for number, at in enumerate(moments):
        words = QUESTIONS[0] if number == 0 else rng.choice(QUESTIONS[1:])
        steps.append(Step(at, OUTLINE[1] if number < count / 2 else OUTLINE[2], partial(_ask, words=words)))
    return [*steps, Step(length * 0.8, OUTLINE[3], _reopen), Step(length * 0.9, OUTLINE[4], _reply)]


def _go_to(stage: Stage, hour: int, minute: int) -> None:
    stage.advance(stage.world.clock.until(hour, minute))


def _account(stage: Stage) -> tuple[str, list[str]]:
    """The first 客服 account and who serves it; empty when the corp has none."""
    with stage.world.lock:
        kf, people = stage.world.state.kf, stage.world.state.people
        account = next(iter(kf.accounts.values()), None)
        return (account.open_kfid, account.servicers(people)) if account else ("", [])


def _close(stage: Stage) -> None:
    _go_to(stage, *CLOSING)
    open_kfid, servicers = _account(stage)
    with stage.world.lock:
        account = stage.world.state.kf.accounts.get(open_kfid)
        receiving = [each for each in servicers if account is not None and account.receives(each)]
    stage.notes |= {"open_kfid": open_kfid, "servicers": receiving}
    for userid in receiving:
        stage.do("servicer_changes_status", userid=userid, open_kfid=open_kfid, status=2, stop_type=0)
    stage.finally_do(_receive_again)


def _open_kf(stage: Stage) -> None:
    opened = stage.do("customer_opens_kf", open_kfid=stage.notes["open_kfid"], customer={"name": "夜猫子", "gender": 2}, scene="")
    stage.notes["customer"] = opened["external_userid"] if opened else ""


def _ask(stage: Stage, words: str) -> None:
    ids = {"open_kfid": stage.notes["open_kfid"], "external_userid": stage.notes["customer"]}
    stage.do("customer_writes_kf", **ids, content=words)


def _reopen(stage: Stage) -> None:
    _go_to(stage, *OPENING)
    _receive_again(stage)


def _receive_again(stage: Stage) -> None:
    """Those who received before and are still stopped."""
    open_kfid = stage.notes["open_kfid"]
    with stage.world.lock:
        account = stage.world.state.kf.accounts.get(open_kfid)
        stopped = [each for each in stage.notes["servicers"] if account is not None and not account.receives(each)]
    for userid in stopped:
        stage.do("servicer_changes_status", userid=userid, open_kfid=open_kfid, status=1)


def _reply(stage: Stage) -> None:
    """Whoever has the session answers; one that the product left in the pool or untreated is taken first, if it can be."""
    open_kfid, external_userid = stage.notes["open_kfid"], stage.notes["customer"]
    with stage.world.lock:
        session = stage.world.state.kf.session(open_kfid, external_userid)
        servicer = session.servicer if session else ""
    ids = {"open_kfid": open_kfid, "external_userid": external_userid}
    if not servicer and stage.notes["servicers"]:
        servicer = stage.rng.choice(stage.notes["servicers"])
        stage.do("servicer_takes_kf", userid=servicer, **ids)
    stage.do("servicer_answers_kf", userid=servicer or "nobody", **ids, content=ANSWER)


NIGHT_CUSTOMER = Scenario(
    "night_customer", "22:30 的客服",
    "打烊后客户在微信客服连发消息，没有人接待；第二天 9:00 才有人回复。模拟时钟会走到第二天早上。",
    OUTLINE, 4, "客户每分钟发几条", 2, plan, needs_people=True, rate_most=60,
)  # fmt: skip
