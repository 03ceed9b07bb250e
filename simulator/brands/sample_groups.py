"""The sample brand's customer groups: three, with people of the Xujiahui store, what they said, and a code at the door."""

import random
from dataclasses import dataclass

from simulator import ids
from simulator.days import DAY, midnight
from simulator.world.customers import Follow, Relation
from simulator.world.groups import CUSTOMER, MEMBER, Group, GroupPerson
from simulator.world.join_ways import JoinWay
from simulator.world.state import State

DOOR_STATE = "xujiahui_door"
JOINED_AFTER = 5400


@dataclass(frozen=True, slots=True)
class Plan:
    """`lines` are (who, text): a userid, or the number of a customer in the order they joined."""

    name: str
    owner: str
    colleagues: tuple[str, ...]
    admins: tuple[str, ...]
    customers: int
    age_days: int
    notice: str
    lines: tuple[tuple[str | int, str], ...]


PLANS = (
    Plan("雪岭徐家汇会员群", "lixiaomei", ("chenjing", "zhouting"), ("chenjing",), 6, 60,
         "会员群福利：每周三新品预告，生日当月到店享会员礼。请勿发布广告和外部链接。", (
        ("lixiaomei", "姐妹们早，今年的长款到店了，胸口是可拆卸的毛领，羽绒填充量 180 克"),
        (0, "黑色 L 码有吗？上次去只剩 S 了"),
        ("lixiaomei", "有的，昨天刚到两件，我先帮您留一件到周六"),
        (2, "想问下机洗会不会跑绒"),
        ("chenjing", "建议手洗或者送店里干洗，会员一年有一次免费护理哦"),
        (1, "这个护理挺好的，上次洗完跟新的一样"),
        (3, "周末人多不多，想带女儿去试童装"),
        ("lixiaomei", "上午人少一些，您来之前跟我说，我把 130、140 的尺码都先拿出来"),
    )),
    Plan("周末试穿群", "lixiaomei", ("wufang",), (), 4, 21,
         "周六、周日 10:00-20:00 到店试穿，提前一天在群里接龙。", (
        ("lixiaomei", "这周末试穿接龙：姓名 + 时间 + 想试的款式"),
        (0, "周六下午三点，短款白色"),
        (1, "周日上午，想试试轻薄款，出差好带"),
        ("wufang", "收到，两位的尺码我都备好啦"),
    )),
    Plan("周婷的老客福利群", "zhouting", ("chenjing",), (), 3, 45,
         "老客专享：换季护理预约、断码清仓第一时间通知。", (
        ("zhouting", "断码区今天更新，轻薄款五折，尺码不多先到先得"),
        (0, "还有 M 码的雾蓝色吗"),
        ("zhouting", "有一件，给您留到今晚八点"),
        (1, "羡慕，我去的时候已经没了"),
    )),
)  # fmt: skip


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Groups out of the guides' own customers; the lines were said yesterday."""
    made = [_make(state, rng, int(now), plan) for plan in PLANS]
    agentid = min(app.agentid for app in state.apps.values() if app.kind == "app")
    door = JoinWay(
        ids.config_id(rng), 2, int(now) - 30 * DAY, [made[0].chat_id], "徐家汇店门口立牌",
        room_base_name="雪岭徐家汇会员群", room_base_id=2, state=DOOR_STATE, agentid=agentid,
    )  # fmt: skip
    state.groups.ways.by_id[door.config_id] = door


def _make(state: State, rng: random.Random, now: int, plan: Plan) -> Group:
    created = midnight(now) - plan.age_days * DAY + 10 * 3600
    people = [GroupPerson(each, MEMBER, created, invitor=plan.owner) for each in (plan.owner, *plan.colleagues)]
    group = Group(
        ids.chat_id(rng), ids.opengid(rng), plan.name, plan.owner, created, ids.member_version(rng),
        {each.key: each for each in people}, plan.notice, list(plan.admins),
    )  # fmt: skip
    state.groups.open(group)
    follows = [each for each in state.customers.of_member(plan.owner) if each.relation is Relation.MUTUAL]
    guests = [_guest(each, created, now, plan) for each in follows[: plan.customers]]
    guests.sort(key=lambda each: each.join_time)
    for guest in guests:
        state.groups.enter(group, guest)
    _talk(state, group, plan, guests, midnight(now) - DAY + 10 * 3600)
    return group


def _guest(follow: Follow, created: int, now: int, plan: Plan) -> GroupPerson:
    """A customer joined after she was added and after the group was there."""
    joined = min(max(created, follow.createtime) + JOINED_AFTER, now)
    return GroupPerson(follow.external_userid, CUSTOMER, joined, invitor=plan.owner)


def _talk(state: State, group: Group, plan: Plan, guests: list[GroupPerson], start: int) -> None:
    for number, (who, content) in enumerate(plan.lines):
        speaker = GroupPerson(who, MEMBER, 0) if isinstance(who, str) else next(iter(guests[who : who + 1]), None)
        if speaker is not None:
            at = float(start + number * 420)
            state.groups.add_line(group, at, speaker.id, speaker.type, "text", {"content": content})
