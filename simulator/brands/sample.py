"""The sample brand 雪岭羽绒: two regions, three branches, six stores, guides with customers of every follow-up day."""

import random
from datetime import datetime, timedelta, timezone

from simulator import ids
from simulator.brands import sample_contacts, sample_groups, sample_kf, sample_links, sample_moments
from simulator.brands.names import FEMALE, GIVEN, GUIDES, MALE, MEN, OPENINGS, SURNAMES
from simulator.world.chats import ChatMessage
from simulator.world.customers import Customer, Follow
from simulator.world.people import Department, Member, MemberTag
from simulator.world.state import State
from simulator.world.tags import Tag, TagGroup

SHANGHAI = timezone(timedelta(hours=8))
# id, name, id of the department above
DEPARTMENTS = (
    (2, "总部运营中心", 1), (10, "华东大区", 1), (20, "北方大区", 1), (11, "上海分公司", 10), (12, "浙江分公司", 10),
    (21, "北京分公司", 20), (101, "上海徐家汇店", 11), (102, "上海五角场店", 11), (103, "杭州湖滨店", 12),
    (104, "宁波天一店", 12), (105, "北京西单店", 21), (106, "北京望京店", 21),
)  # fmt: skip
# userid, name, department, position, does she lead it
STAFF = (
    ("hq_wangmin", "王敏", 2, "运营总监", True), ("hq_lijie", "李洁", 2, "运营专员", False),
    ("hq_zhangwei", "张伟", 2, "内容运营", False), ("zhaolei", "赵磊", 10, "大区经理", True),
    ("sunhao", "孙浩", 20, "大区经理", True), ("chenjing", "陈静", 101, "店长", True),
    ("lixiaomei", "李小美", 101, "导购", False), ("zhouting", "周婷", 101, "导购", False),
    ("wufang", "吴芳", 101, "导购", False),
)  # fmt: skip
OTHER_STORES = {102: 3, 103: 4, 104: 3, 105: 4, 106: 3}
TAGS = {
    "消费属性": ("价格敏感", "品质优先", "会员金卡", "会员银卡", "大额客户", "首次购买"),
    "行为偏好": ("长款", "轻薄款", "童装", "喜欢到店试穿", "线上咨询多"),
}
FOLLOW_UP_DAYS = (1, 3, 7, 15, 30)


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Fill an empty corp; the same seed and day give the same brand."""
    state.corp_name = "雪岭羽绒"
    state.people.departments[1].name = state.corp_name
    for order, (department_id, name, parent) in enumerate(DEPARTMENTS):
        state.people.add_department(Department(department_id, name, parent, 1000 - order))
    for row in (*STAFF, *_other_guides()):
        _hire(state, base_url, *row)
    state.people.tags[1] = MemberTag(1, "店长", [row for each in OTHER_STORES for row in _leaders(state, each)])
    tag_ids = _make_tags(state, rng, int(now))
    servants = [member for member in state.people.members.values() if member.departments[0] > 100]
    for member in servants:
        first = member.userid == "lixiaomei"
        _give_customers(state, rng, member, 8 if first else rng.randint(3, 8), tag_ids, now, base_url)
    sample_groups.fill(state, rng, now, base_url)
    sample_kf.fill(state, rng, now, base_url)
    sample_links.fill(state, rng, now, base_url)
    sample_moments.fill(state, rng, now, base_url)
    sample_contacts.fill(state, rng, now, base_url)


def _other_guides() -> list[tuple[str, str, int, str, bool]]:
    """Store manager and guides of the five other stores."""
    people = iter(GUIDES)
    return [
        (*next(people), store, "店长" if number == 0 else "导购", number == 0)
        for store, count in OTHER_STORES.items() for number in range(count)
    ]  # fmt: skip


def _hire(state: State, base_url: str, userid: str, name: str, department: int, position: str, leads: bool) -> None:
    avatar = f"{base_url}/files/avatar_{userid}.png"
    gender = str(MALE if userid in MEN else FEMALE)
    state.people.add(Member(userid, name, [department], [int(leads)], position, gender=gender, avatar=avatar))
    if leads:
        state.people.departments[department].leaders.append(userid)


def _leaders(state: State, department_id: int) -> list[str]:
    return state.people.departments[department_id].leaders


def _make_tags(state: State, rng: random.Random, now: int) -> list[str]:
    made: list[str] = []
    for order, (group_name, names) in enumerate(TAGS.items()):
        group = TagGroup(ids.tag_id(rng), group_name, now, 100 - order)
        state.tags.add_group(group)
        for position, name in enumerate(names):
            tag = Tag(ids.tag_id(rng), name, now, 100 - position)
            state.tags.add_tag(group, tag)
            made.append(tag.id)
    return made


def _give_customers(
    state: State, rng: random.Random, member: Member, count: int, tag_ids: list[str], now: float, base_url: str
) -> None:
    days = [*FOLLOW_UP_DAYS, *(rng.choice((2, 5, 10, 45, 90)) for _ in range(3))]
    if count < len(FOLLOW_UP_DAYS):
        days = rng.sample(FOLLOW_UP_DAYS, count)
    for day in days[:count]:
        external_userid = ids.external_userid(rng)
        gender = rng.choice((MALE, FEMALE, FEMALE))
        name = rng.choice(SURNAMES) + rng.choice(GIVEN[gender])
        avatar = f"{base_url}/files/avatar_{external_userid}.png"
        state.customers.add(Customer(external_userid, name, gender, avatar))
        added = _on_day(now, day, rng)
        follow = Follow(member.userid, external_userid, added, oper_userid=external_userid, welcomed=True)
        follow.tags = rng.sample(tag_ids, rng.randint(0, 2))
        follow.add_way = rng.choice((1, 1, 1, 2, 6))
        state.customers.keep(follow)
        _chat(state, follow, name, rng)


def _chat(state: State, follow: Follow, name: str, rng: random.Random) -> None:
    lines = [("system", f"{name} 已添加你为联系人，现在可以开始聊天了。"), *OPENINGS[: rng.randint(0, len(OPENINGS))]]
    for number, (sender, content) in enumerate(lines):
        at = float(follow.createtime + number * 95)
        message = ChatMessage(state.chats.next_id(), at, sender, "text", {"content": content})
        state.chats.add(follow.userid, follow.external_userid, message)


def _on_day(now: float, days_ago: int, rng: random.Random) -> int:
    """A moment in shop hours, so many Shanghai days before today."""
    today = datetime.fromtimestamp(now, SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today - timedelta(days=days_ago) + timedelta(seconds=rng.randint(10 * 3600, 21 * 3600))).timestamp())
