"""One customer in the console: her head and life in few statements, the other parts as fragments; nobody elsewhere is named."""

import pytest

from customers.closet import add_item
from customers.models import Customer
from customers.owner_models import OwnerChange
from customers.profile_actions import seed_profile_fields
from customers.respect import note_contact
from customers.respect_models import ConsentChange, ContactKind
from customers.tag_models import TagMark
from customers.tier_models import CustomerTier
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow
from tests.builders.tiers import make_order

PARTS = {
    "profile": ["档案", "衣橱", "长款羽绒服"], "tags": ["羽绒服", "点过两次羽绒服", "同步来的"],
    "orders": ["累计消费", "还会再买", "订单"],
    "contacts": ["触达记录", "关怀问候", "别发广告"], "owners": ["其他区域的导购", "交接"],
}  # fmt: skip


@pytest.fixture
def customer(brand):
    """Followed by two guides of 华东 and one of 华北, with a bit of everything."""
    with transaction() as session:
        tags = make_tags(session, "羽绒服", "送礼")
        follow = make_follow(session, brand.ai, "wm1", days_ago=400)
        make_follow(session, brand.bo, "wm1", days_ago=30)
        make_follow(session, brand.far, "wm1", days_ago=20)
        id_, now = follow.customer_id, clock.now()
        kept = session.get_one(Customer, id_)
        kept.owner_id, kept.tag_ids, follow.tag_ids = brand.ai.id, [tag.id for tag in tags], [tag.id for tag in tags]
        for days in (160, 130, 100, 3):
            make_order(session, id_, days_ago=days)
        session.add_all([
            TagMark(customer_id=id_, staff_id=brand.ai.id, tag_id=tags[0].id, source="rule", by="rule:1",
                    why="点过两次羽绒服", at=now),
            OwnerChange(customer_id=id_, was_id=brand.far.id, now_id=brand.ai.id, why="handover",
                        by=f"staff:{brand.headquarters.id}", at=now),
            ConsentChange(customer_id=id_, was="all", now="service_only", source="customer", words="别发广告", at=now),
        ])  # fmt: skip
        seed_profile_fields(session)
        add_item(session, brand.ai, id_, "长款羽绒服", wished=False, once="1")
        note_contact(session, id_, ContactKind.CARE, "chat", brand.far.id, "care:1", "once")
        retier(session, [id_], now)
        tier = session.get_one(CustomerTier, id_)
        tier.alive, tier.expected_orders, tier.expected_fen = 0.8, 1.25, 90_000
    return id_


def test_the_page_takes_at_most_eight_statements(brand, sign_in, customer, count_sql):
    for viewer in (brand.headquarters, brand.east):
        browser = sign_in(viewer)
        with count_sql() as statements:
            page = browser.get("/hq/customers/wm1")
        assert len(statements) <= 8, "\n".join(statements)
        assert "归属</span>" in page
        assert "轨迹" in page


@pytest.mark.parametrize("part", PARTS)
def test_each_part_tells_what_it_is_there_for(brand, sign_in, customer, count_sql, part):
    browser = sign_in(brand.east)
    assert f'hx-get="/hq/customers/wm1/parts/{part}"' in browser.get(f"/hq/customers/wm1?part={part}")
    with count_sql() as statements:
        page = browser.get(f"/hq/customers/wm1/parts/{part}")
    assert len(statements) <= 8, "\n".join(statements)
    for words in PARTS[part]:
        assert words in page, words
    assert brand.far.name not in page
    assert brand.far.userid not in page


def test_a_part_is_closed_like_the_page(brand, sign_in, customer):
    with transaction() as session:
        make_follow(session, brand.far, "wm9", days_ago=1)
    east = sign_in(brand.east)
    assert [east.status(f"/hq/customers/wm9{part}") for part in ("", "/parts/orders")] == [404, 404]
    assert east.status("/hq/customers/wm1/parts/nothing") == 404
    assert "正在打开" not in east.get("/hq/customers/wm1?part=nothing")


def test_a_customer_nobody_knows_much_of(brand, sign_in):
    with transaction() as session:
        make_follow(session, brand.ai, "wm5", days_ago=1)
    browser = sign_in(brand.headquarters)
    assert "还没有算" in browser.get("/hq/customers/wm5")
    told = {
        "tags": "还没有标签",
        "orders": "还没有订单",
        "contacts": "还没有触达过",
        "owners": "归属没有变过",
        "profile": "衣橱还是空的",
    }
    for part, words in told.items():
        assert words in browser.get(f"/hq/customers/wm5/parts/{part}")
