"""Charts of customers: counted in the night by place, read in one statement, equal to counting one by one; nobody else's."""

import html
import json
import random
import re
from collections import Counter
from datetime import timedelta

import pytest

from customers.models import Customer, Follow
from foundation import clock
from foundation.db import transaction
from hq.province_tiles import TILES, short_name
from segments.facts import refresh
from segments.growth import count_growth
from segments.growth_queries import growth_of
from tests.builders.sop import make_follow


def _charts(page: str) -> dict[str, dict]:
    found = [json.loads(html.unescape(one)) for one in re.findall(r'data-growth-chart="([^"]+)"', page)]
    return {chart["kind"]: chart for chart in found}


@pytest.fixture
def people(brand):
    """Sixty of three guides over a year and a half, some gone again, some with a province."""
    chance = random.Random(3)
    with transaction() as session:
        for number in range(60):
            guide = chance.choice([brand.ai, brand.bo, brand.far])
            follow = make_follow(session, guide, f"wm{number}", days_ago=chance.randint(0, 500))
            if chance.random() < 0.4:
                follow.ended_at = min(follow.followed_at + timedelta(days=chance.randint(0, 300)), clock.now())
                follow.status = chance.choice(["ended_by_customer", "ended_by_guide", "transferred"])
            customer = session.get_one(Customer, follow.customer_id)
            customer.owner_id, customer.province = guide.id, chance.choice(["浙江省", "上海", "", "广西壮族自治区", "海外"])
        session.flush()
        while refresh(session):
            pass
        count_growth(session, clock.today())


def _month(moment) -> int:
    day = clock.day_of(moment)
    return day.year * 12 + day.month - 1


def _by_hand(session, staff, today) -> dict[str, Counter]:
    told = {"added": Counter(), "lost": Counter(), "cohort": Counter()}
    until, now = clock.start_of(today), today.year * 12 + today.month - 1
    for follow in session.query(Follow).filter(Follow.staff_id.in_(staff), Follow.followed_at < until):
        added = clock.day_of(follow.followed_at)
        if added >= today - timedelta(days=90):
            told["added"][added.isoformat()] += 1
        gone = follow.ended_at is not None and follow.status != "transferred"
        if gone and today - timedelta(days=90) <= clock.day_of(follow.ended_at) < today:
            told["lost"][clock.day_of(follow.ended_at).isoformat()] += 1
        month = _month(follow.followed_at)
        if now - month > 11:
            continue
        last = now - month if not gone else min(now - month, max(_month(follow.ended_at) - month - 1, 0))
        for later in range(last + 1):
            told["cohort"][f"{added:%Y-%m}:{later}"] += 1
    return told


def test_the_counts_are_those_of_counting_one_by_one(brand, people, count_sql, session):
    for viewer, staff in ((brand.headquarters, (brand.ai, brand.bo, brand.far)), (brand.east, (brand.ai, brand.bo))):
        with count_sql() as statements:
            counts = growth_of(session, viewer)
        assert len(statements) == 1
        for kind, wanted in _by_hand(session, [one.id for one in staff], clock.today()).items():
            assert counts.get(kind, {}) == dict(wanted), kind


def test_counting_again_changes_nothing(brand, people, session):
    before = growth_of(session, brand.headquarters)
    count_growth(session, clock.today())
    assert growth_of(session, brand.headquarters) == before


def test_the_page_shows_her_own_place_in_few_statements(brand, sign_in, people, count_sql):
    whole, east = sign_in(brand.headquarters), sign_in(brand.east)
    with count_sql() as statements:
        page = whole.get("/hq/customers/charts")
    assert len(statements) <= 5, "\n".join(statements)
    mine, hers = _charts(page), _charts(east.get("/hq/customers/charts?days=90"))
    assert len(mine["growth"]["names"]) == 30
    assert len(hers["growth"]["names"]) == 90
    tiles = {one["name"]: one["value"] for one in mine["tiles"]["tiles"]}
    assert tiles["浙江"] > sum(one["value"] for one in hers["tiles"]["tiles"] if one["name"] == "浙江") > 0
    assert tiles["广西"] > 0 < mine["tiles"]["elsewhere"]
    assert all(0 <= cell["share"] <= 100 for cell in mine["cohort"]["cells"])
    assert _charts(whole.get("/hq/customers/charts?days=90&department=2")) == hers
    assert east.status("/hq/customers/charts?department=3") == 404


def test_before_the_first_night(brand, sign_in):
    assert "还没有算过" in sign_in(brand.headquarters).get("/hq/customers/charts")


def test_every_province_has_a_tile_of_its_own():
    assert len(TILES) == 34
    assert len(set(TILES.values())) == 34
    for told, name in {
        "广西壮族自治区": "广西",
        "香港特别行政区": "香港",
        "北京市": "北京",
        "浙江": "浙江",
        "海外": "海外",
    }.items():
        assert short_name(told) == name
