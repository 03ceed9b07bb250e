"""What the sample brand's other systems know of its customers: members, cities, two years of orders and visits.

Drawn from each customer's own id, so that a second filling tells the same.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from customers.member_actions import MemberFacts, put_members
from customers.models import Customer, TimelineEntry
from customers.profile_actions import keep_answer
from customers.profile_models import ProfileField
from customers.purchasing import PurchaseFacts, note_purchases
from customers.store_visits import StoreVisit, note_store_visits
from foundation import clock
from org.models import Staff
from segments.actions import Draft, save_segment
from segments.lists import list_segments

SOURCE = "pos"
PLACES = (
    ("上海", "上海"), ("浙江", "杭州"), ("浙江", "宁波"), ("北京", "北京"), ("江苏", "苏州"), ("新疆", "乌鲁木齐"),
    ("黑龙江", "哈尔滨"), ("广东", "深圳"), ("四川", "成都"), ("山东", "青岛"),
)  # fmt: skip
GOODS = (
    ("长款羽绒服", 129_900), ("短款羽绒服", 79_900), ("轻薄羽绒服", 49_900), ("羽绒马甲", 39_900), ("儿童羽绒服", 59_900),
    ("羊毛围巾", 19_900), ("保暖手套", 9_900), ("派克大衣", 159_900),
)  # fmt: skip
COLOURS, SIZES = ("黑", "燕麦", "藏青", "酒红"), ("S", "M", "L", "XL")
# How often one buys in two years, and how long she has been silent at least: some of each kind for every page.
KINDS = ((0, 0), (0, 0), (1, 20), (1, 200), (2, 5), (3, 40), (4, 10), (5, 400), (6, 3), (9, 30))
SEGMENTS = (
    ("半年没买的老客", "买过两次以上，半年没有再来", {"all": [
        {"field": "orders", "op": "at_least", "value": 2}, {"field": "last_order_on", "op": "ago", "value": 180},
        {"field": "following", "op": "is", "value": True},
    ]}),
    ("近 30 天过生日", "先送祝福，再说新品", {"field": "birthday", "op": "within", "value": 30}),
    ("加了好友还没买过", "引入期，三天内聊起来", {"all": [
        {"field": "orders", "op": "at_most", "value": 0}, {"field": "added_on", "op": "within", "value": 30},
    ]}),
    ("来过店还没买", "近 30 天到过店，趁还记得问问试穿感觉", {"all": [
        {"field": "last_visit_on", "op": "within", "value": 30}, {"field": "orders", "op": "at_most", "value": 0},
    ]}),
    ("消费满 3000 元", "新品先给她们看", {"field": "spent_yuan", "op": "at_least", "value": 3000}),
)  # fmt: skip
BATCH = 500


def tell_lives(session: Session, operator: Staff) -> int:
    """What is told of every customer, then a few segments. Safe to repeat. Returns how many orders were new."""
    told, after = 0, 0
    fields = {field.key: field for field in session.scalars(select(ProfileField).where(ProfileField.key.is_not(None)))}
    # Days are counted from today: told again tomorrow, they would be other visits.
    visited = session.scalar(select(exists().where(TimelineEntry.kind == "visited")))
    everybody = select(Customer).order_by(Customer.id).limit(BATCH)
    while rows := session.scalars(everybody.where(Customer.id > after)).all():
        put_members(session, {customer.id: _member(customer) for customer in rows})
        for customer in rows:
            _answer(session, customer, fields)
        orders = [order for customer in rows for order in _orders(session, customer)]
        told += len(note_purchases(session, orders))
        if not visited:
            note_store_visits(session, [visit for customer in rows for visit in _visits(session, customer)])
        after = rows[-1].id
    _offer_segments(session, operator)
    return told


def _dice(customer: Customer, what: str) -> random.Random:
    return random.Random(f"{what}:{customer.external_userid}")  # noqa: S311  a sample, not a secret


def _member(customer: Customer) -> MemberFacts:
    dice = _dice(customer, "member")
    province, city = dice.choice(PLACES)
    if dice.random() < 0.3:
        return MemberFacts(province=province, city=city)
    number = dice.randrange(10**8)
    birthday = date(dice.randint(1968, 2004), dice.randint(1, 12), dice.randint(1, 28))
    return MemberFacts(f"XL{number:08d}", f"139{number:08d}", birthday, province, city)


def _answer(session: Session, customer: Customer, fields: dict[str | None, ProfileField]) -> None:
    dice = _dice(customer, "answers")
    for key in ("for_whom", "children", "cold"):
        field = fields.get(key)
        if field is None or field.removed_at is not None or dice.random() < 0.6:
            continue
        chosen = dice.choice(field.choices)
        value: object = [chosen] if field.kind == "choices" else chosen
        keep_answer(session, customer.id, field, value, source="import", staff_id=None, at=clock.now())


def _orders(session: Session, customer: Customer) -> Sequence[PurchaseFacts]:
    dice = _dice(customer, "orders")
    times, silent = dice.choice(KINDS)
    owner = session.get(Staff, customer.owner_id) if customer.owner_id else None
    found = []
    for number in range(times):
        name, price = dice.choice(GOODS)
        day = clock.today() - timedelta(days=silent + dice.randint(0, 700 - silent) if number else silent)
        goods = [{"name": name, "colour": dice.choice(COLOURS), "size": dice.choice(SIZES), "count": 1}]
        at = clock.at(day, dice.randint(10, 20), dice.randint(0, 59))
        store, staff = (owner.store_id, owner.id) if owner else (None, None)
        order_no = f"D{customer.external_userid[-10:]}{number}"
        found.append(PurchaseFacts(SOURCE, order_no, customer.id, min(at, clock.now()), price, 0, store, staff, goods))
    return found


def _visits(session: Session, customer: Customer) -> Sequence[StoreVisit]:
    """She was in the store when she bought there; every third was there lately without buying."""
    dice, owner = _dice(customer, "visits"), session.get(Staff, customer.owner_id) if customer.owner_id else None
    if owner is None or owner.store_id is None:
        return []
    days = [order.at for order in _orders(session, customer)]
    if dice.random() < 0.33:
        days.append(min(clock.at(clock.today() - timedelta(days=dice.randint(0, 25)), dice.randint(10, 20)), clock.now()))
    return [StoreVisit(customer.id, at, owner.store_id, owner.id, SOURCE) for at in days]


def _offer_segments(session: Session, operator: Staff) -> None:
    known = {segment.name for segment in list_segments(session, operator, limit=200)}
    for name, note, rule in SEGMENTS:
        if name not in known:
            save_segment(session, operator, Draft(name, rule, note))
