"""双11 peak: many customers scan and write, guides press cards, while the frequency limits stand just above what it takes."""

import random
from functools import partial

from simulator.scenarios.scenario import Options, Scenario, Step
from simulator.scenarios.stage import Stage

# title, share of the time, share of the full rate
PHASES = (("预热：客流渐起", 0.2, 0.3), ("零点：满负荷", 0.6, 1.0), ("回落：客流散去", 0.2, 0.4))
DEEDS = ("scan", "write", "card")
WEIGHTS = (40, 40, 20)
ROOM = 1.25
SENTENCES = (
    "双11 有优惠吗？", "这件 M 码还有货吗", "今晚下单什么时候发货？", "两件可以再便宜点吗", "会员价是多少呀",
    "刚领的券怎么用不了", "长款羽绒服有黑色吗", "可以到店试穿再付款吗", "下单了，麻烦尽快发", "尺码偏大还是偏小？",
)  # fmt: skip
NAMES = ("林清妍", "苏婉", "何嘉怡", "郑雨桐", "孟瑶", "方若云", "宋知意", "叶子衿", "谢安然", "姜小满")
LOOKED_AT = 12


def plan(options: Options, rng: random.Random) -> list[Step]:
    """One step per deed, at random moments of its phase."""
    steps = [Step(0.0, PHASES[0][0], partial(_open, per_minute=max(20, int(options.rate * 60 * ROOM))))]
    began = 0.0
    for title, length, share in PHASES:
        seconds = options.seconds * length
        count = max(1, round(options.rate * share * seconds))
        moments = sorted(began + rng.random() * seconds for _ in range(count))
        steps += [Step(at, title, ACTS[kind]) for at, kind in zip(moments, rng.choices(DEEDS, WEIGHTS, k=count), strict=True)]
        began += seconds
    return steps


def _open(stage: Stage, per_minute: int) -> None:
    stage.limit(per_minute=per_minute, per_hour=per_minute * 60)
    stage.notes["guides"] = [each.userid for each in stage.guides()]


def _guide(stage: Stage) -> str:
    return str(stage.rng.choice(stage.notes["guides"]))


def _scan(stage: Stage) -> None:
    """Half of them scan a contact way, when there is one, the others a guide's own code."""
    with stage.world.lock:
        ways = [way.config_id for way in stage.world.state.ways.by_id.values() if way.skip_verify]
    customer = {"name": stage.rng.choice(NAMES), "gender": 2}
    if ways and stage.rng.random() < 0.5:
        stage.do("customer_scans", config_id=stage.rng.choice(ways), customer=customer)
    else:
        stage.do("customer_scans", userid=_guide(stage), customer=customer)


def _write(stage: Stage) -> None:
    userid = _guide(stage)
    friends = stage.friends(userid)
    if friends:
        external_userid = stage.rng.choice(friends).external_userid
        stage.do("customer_sends", userid=userid, external_userid=external_userid, content=stage.rng.choice(SENTENCES))
    else:
        _scan(stage)


def _press_card(stage: Stage) -> None:
    """A guide presses the first button of her newest open card; where nobody has one, a customer writes."""
    for userid in [_guide(stage) for _ in range(LOOKED_AT)]:
        found = _open_card(stage, userid)
        if found is not None:
            stage.do("member_clicks_card", userid=userid, agentid=found[0], msgid=found[1], key=found[2])
            return
    _write(stage)


def _open_card(stage: Stage, userid: str) -> tuple[int, str, str] | None:
    """agentid, msgid and key of a button that can be pressed."""
    with stage.world.lock:
        inboxes = stage.world.state.inboxes
        for item in reversed(inboxes.of(userid)[-LOOKED_AT:]):
            message = inboxes.sent.get(item.msgid)
            if message is None or item.dropped or item.button or message.recalled or message.msgtype != "template_card":
                continue
            buttons = (item.card or message.body).get("button_list") or []
            keys = [str(button["key"]) for button in buttons if button.get("type", 0) == 0 and button.get("key")]
            if keys:
                return message.agentid, message.msgid, keys[0]
    return None


ACTS = {"scan": _scan, "write": _write, "card": _press_card}
DOUBLE_ELEVEN = Scenario(
    "double_eleven", "双11 高峰", "大量客户扫码、发消息，导购点击卡片；调用频率上限被压到刚好够用。",
    tuple(title for title, _, _ in PHASES), 8, "客户与导购每秒的动作数", 5, plan, needs_people=True,
)  # fmt: skip
