"""Both roads of a search, and every way from one to the other, find whom plain Python finds; pages leave nobody out."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from customers.models import Customer, Follow
from org.models import Staff
from segments import facts, finding, queries
from segments.answering import MOST_PAGE
from segments.finding import MOST_NAMED, STEPS, Found, find
from segments.models import CustomerFacts
from segments.naming import INDEXED, called
from segments.nodes import Rule
from segments.rules import EVERYBODY, parse
from tests.builders.customers import make_follow, make_tags
from tests.builders.sop import Brand, make_brand

LETTERS = "陈王小芳姐aAm1%_"
NUMBERS = ("M001", "m01", "8000", "0427", "13800138000", "138 0013-8000")
ROADS: dict[str, dict[str, object]] = {
    "as it comes": {},
    "index only": {"MANY": 1000, "MOST_NAMED": 1000},
    "list only": {"MANY": 0, "STEPS": (7, 20, 100)},
    "index, then list": {"MANY": 1000, "MOST_NAMED": 3, "STEPS": (4, 60)},
    "list, then index": {"MANY": 0, "MOST_NAMED": 1000, "STEPS": (2, 3)},
    "neither to its end": {"MANY": 0, "MOST_NAMED": 1, "STEPS": (3, 4)},
}
CountSql = Callable[[], AbstractContextManager[list[str]]]


class Town:
    """Sixty customers of random names, remarks and numbers in two regions, and a rule half of them are held by."""

    def __init__(self, session: Session) -> None:
        self.chance, self.session = random.Random(20), session
        self.brand: Brand = make_brand(session)
        tag = make_tags(session, "羽绒服")[0]
        self.tagged = parse({"field": "tags", "op": "any_of", "value": [tag.id]})
        self.people = [self._person(number, tag.id) for number in range(60)]
        session.flush()
        while facts.refresh(session):
            continue
        self.held = {one.customer_id: tag.id in one.tag_ids for one in session.query(CustomerFacts)}

    def word(self, most: int) -> str:
        return "".join(self.chance.choices(LETTERS, k=self.chance.randint(1, most)))

    def _person(self, number: int, tag_id: int) -> tuple[Customer, list[tuple[Staff, str]]]:
        guides = self.chance.sample(sorted(self.brand.guides.values(), key=lambda one: one.userid), self.chance.choice([1, 1, 2]))
        told = []
        for guide in guides:
            follow: Follow = make_follow(self.session, guide, f"wm{number}")
            follow.remark = self.chance.choice(["", self.word(6)])
            told.append((guide, follow.remark))
        customer = self.session.get_one(Customer, follow.customer_id)
        customer.name, customer.owner_id = self.chance.choice(["", self.word(9), self.word(60)]), guides[0].id
        customer.tag_ids = self.chance.choice([[], [tag_id]])
        customer.member_no = self.chance.choice([None, None, "M001", "m01"])
        customer.phone_last4 = self.chance.choice([None, None, "8000", "0427"])
        customer.phone = self.chance.choice([None, None, "13800138000", "+8613800138000"])
        return customer, told

    def means(self, viewer: Staff, rule: Rule, words: str) -> list[int]:
        """Ids, the newest first, as a person would tell them from the rows."""
        found = []
        for customer, told in self.people:
            names = [customer.name, *(remark for guide, remark in told if guide.path.startswith(viewer.path))]
            numbers = [customer.external_userid, customer.member_no]
            numbers += [customer.phone_last4] if len(words) == 4 else []
            phone = words.replace(" ", "").replace("-", "") == "13800138000" and customer.phone is not None
            is_called = phone or words in numbers or any(words.lower() in name[:INDEXED].lower() for name in names)
            if (
                is_called
                and any(guide.path.startswith(viewer.path) for guide, _ in told)
                and (rule is EVERYBODY or self.held[customer.id])
            ):
                found.append(customer.id)
        return sorted(found, reverse=True)


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


def _pages(town: Town, viewer: Staff, rule: Rule, words: str, limit: int) -> list[int]:
    """All pages, one behind the other, as the list asks for them."""
    ids: list[int] = []
    after: int | None = None
    for _ in range(200):
        found = find(town.session, viewer, rule, words, after, limit)
        ids += found.ids
        assert len(found.ids) < limit or found.on is None
        if found.on is None and len(found.ids) < limit:
            return ids
        assert found.on is None or found.on <= min(found.ids, default=found.on)
        after = found.on or found.ids[-1]
    raise AssertionError("no last page")


@pytest.mark.parametrize("road", ROADS)
def test_every_road_finds_the_same_people_page_by_page(town: Town, road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ROADS[road].items():
        monkeypatch.setattr(finding, name, value)
    viewers = [town.brand.headquarters, town.brand.east, town.brand.manager]
    words = [*LETTERS, *NUMBERS, "wm7", "查无此人", *(town.word(3) for _ in range(25))]
    seen = 0
    for asked in words:
        viewer, rule = town.chance.choice(viewers), town.chance.choice([EVERYBODY, town.tagged])
        wanted = town.means(viewer, rule, asked)
        assert _pages(town, viewer, rule, asked, town.chance.choice([2, 5, 50])) == wanted, (asked, viewer.userid)
        seen += len(wanted)
    assert seen > 200


def test_many_of_a_name_are_read_off_the_list_and_few_off_the_index(
    town: Town, count_sql: CountSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = town.brand.headquarters
    with count_sql() as many:
        found = find(town.session, boss, EVERYBODY, "陈", None, 5)
    assert len(found.ids) == 5
    assert len(many) == 3, "\n".join(many)
    assert not any("name_grams" in one for one in many)
    with count_sql() as few:
        assert find(town.session, boss, EVERYBODY, "查无此人", None, 5) == Found([])
    assert len(few) == 2
    assert any("name_grams" in one for one in few)
    monkeypatch.setattr(finding, "MOST_NAMED", 0)
    monkeypatch.setattr(finding, "STEPS", (1, 1, 1))
    with count_sql() as both:
        assert find(town.session, boss, EVERYBODY, "陈", None, 50).on is not None
    assert len(both) == 2 + 2 * 3


def test_one_page_reads_a_bounded_part_of_the_list(town: Town) -> None:
    assert MOST_NAMED == 20_000
    assert sum(STEPS) == 24_000
    # Less than what was asked for is the end of the list.
    assert max(STEPS) <= MOST_PAGE


def test_the_walk_does_not_ask_for_what_the_index_of_remarks_is_limited_to(town: Town) -> None:
    ids = queries.page(town.session, town.brand.headquarters, EVERYBODY)
    told = str(called(town.brand.headquarters, "陈", ids))
    assert "remark" in told
    assert "remark !=" not in told


def test_ids_far_apart_are_looked_up_one_by_one(town: Town) -> None:
    boss = town.brand.headquarters
    first, last = town.people[0][0], town.people[-1][0]
    first.name = last.name = town.people[1][0].name = "欧阳"
    town.session.flush()
    assert set(town.session.scalars(called(boss, "欧阳", [last.id, first.id]))) == {last.id, first.id}
    assert set(town.session.scalars(called(boss, "欧阳", [first.id + 2, first.id]))) >= {first.id}
