"""Getting to know a customer beside the chat: the next question, her answers, her closet; whose taps count, what is wrong."""

import re
from collections.abc import Callable

import pytest

from customers.models import Customer
from customers.profile_actions import seed_profile_fields
from customers.profile_models import ClosetItem, ProfileAnswer, ProfileField
from customers.tiering import retier
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from tests.builders.sop import Brand, make_follow
from tests.builders.tiers import make_order
from tests.rooms.sidebar.conftest import Phone

SignIn = Callable[[Staff], Phone]
KNOWN = "/sidebar/customers/wm1/known"


@pytest.fixture
def customer_id(brand: Brand) -> int:
    with transaction() as session:
        seed_profile_fields(session)
        return make_follow(session, brand.ai, "wm1", days_ago=200).customer_id


def _field(name: str) -> int:
    with transaction() as session:
        return session.query(ProfileField).filter_by(name=name).one().id


def _once(page: str, kind: str = "wish") -> str:
    found = re.search(rf'name="once" value="({kind}-\w+)"', page)
    assert found
    return found.group(1)


def test_the_page_shows_the_stage_and_role_of_the_brands_rules(phone: SignIn, brand: Brand, customer_id: int) -> None:
    hers = phone(brand.ai)
    with transaction() as session:
        for days in (160, 130, 100, 70):
            make_order(session, customer_id, days_ago=days)
        retier(session, [customer_id], clock.now())
    page = hers.page("/sidebar/customers/wm1")
    assert '<span class="stage">成熟期</span>' in page
    assert "<span>客户</span>" in page
    assert "可能要流失：70 天没有下单，平时约 30 天一次" in page


def test_the_fragment_needs_few_statements(phone: SignIn, brand: Brand, customer_id: int, count_sql) -> None:  # type: ignore[no-untyped-def]
    hers = phone(brand.ai)
    hers.page(KNOWN)
    with count_sql() as statements:
        page = hers.page(KNOWN)
    assert len(statements) <= 5, "\n".join(statements)
    assert "平时多是给自己买，还是给家人？" in page
    assert "0 / 6" in page


def test_a_question_answered_leads_to_the_next_and_can_be_put_right(phone: SignIn, brand: Brand, customer_id: int) -> None:
    hers, first = phone(brand.ai), _field("常给谁买")
    answer = hers.post("/sidebar/customers/wm1/answers", data={"field": str(first), "many": "yes", "value": ["自己", "父母"]})
    assert answer.status_code == 200
    assert "自己、父母" in answer.text
    assert "羽绒服主要什么场合穿？" in answer.text
    again = hers.page(f"{KNOWN}?ask={first}")
    assert "平时多是给自己买" in again
    assert 'value="父母" checked' in again
    skipped = hers.page(f"{KNOWN}?skip={_field('穿着场合')},x")
    assert "家里有小朋友吗" in skipped
    city = _field("所在城市")
    hers.post("/sidebar/customers/wm1/answers", data={"field": str(city), "value": "南京市"})
    with transaction() as session:
        assert session.get_one(Customer, customer_id).city == "南京"


def test_a_wrong_answer_is_named_and_what_was_typed_stays(phone: SignIn, brand: Brand, customer_id: int) -> None:
    hers, city = phone(brand.ai), _field("所在城市")
    wrong = hers.post("/sidebar/customers/wm1/answers", data={"field": str(city), "value": "长" * 201})
    assert wrong.status_code == 422
    assert "最多 200 字" in wrong.text
    assert "长" * 201 in wrong.text
    assert hers.post("/sidebar/customers/wm1/answers", data={"field": "x", "value": "1"}).status_code == 422
    assert hers.post("/sidebar/customers/wm1/answers", data={"field": "99999", "value": "1"}).status_code == 404
    with transaction() as session:
        assert session.query(ProfileAnswer).count() == 0


def test_a_wish_takes_two_taps_and_counts_once(phone: SignIn, brand: Brand, customer_id: int) -> None:
    hers = phone(brand.ai)
    with transaction() as session:
        make_order(session, customer_id, goods=({"name": "极寒长款羽绒服"},))
    page = hers.page(KNOWN)
    assert 'name="name" value="极寒长款羽绒服"' in page
    form = {"once": _once(page), "wished": "yes", "name": "极寒长款羽绒服", "typed": ""}
    for _ in range(2):
        assert "心愿" in hers.post("/sidebar/customers/wm1/closet", data=form).text
    with transaction() as session:
        wish = session.query(ClosetItem).filter_by(wished=True).one()
    owned = hers.post(f"/sidebar/customers/wm1/closet/{wish.id}", data={"deed": "own"}).text
    assert "心愿</span>" not in owned
    out = hers.post(f"/sidebar/customers/wm1/closet/{wish.id}", data={"deed": "out"}).text
    assert "点这里放回" in out
    hers.post(f"/sidebar/customers/wm1/closet/{wish.id}", data={"deed": "back"})
    with transaction() as session:
        assert session.get_one(ClosetItem, wish.id).removed_at is None


def test_bad_taps_are_refused(phone: SignIn, brand: Brand, customer_id: int) -> None:
    hers = phone(brand.ai)
    form = {"once": _once(hers.page(KNOWN)), "wished": "yes"}
    empty = hers.post("/sidebar/customers/wm1/closet", data=form | {"colour": "很长很长的颜色" * 5})
    assert empty.status_code == 422
    assert "写一下是什么" in empty.text
    assert "很长很长的颜色" in empty.text
    assert hers.post("/sidebar/customers/wm1/closet", data={"once": "x", "typed": "围巾"}).status_code == 422
    assert hers.post("/sidebar/customers/wm1/closet/9999", data={"deed": "out"}).status_code == 404
    assert hers.post("/sidebar/customers/wm1/closet/9999", data={"deed": "burn"}).status_code == 422


def test_a_colleague_sees_and_changes_nothing(phone: SignIn, brand: Brand, customer_id: int) -> None:
    manager = phone(brand.manager)
    page = manager.page(KNOWN)
    assert "＋ 心愿" not in page
    assert "<form" not in page
    field = {"field": str(_field("孩子")), "value": "没有"}
    assert manager.post("/sidebar/customers/wm1/answers", data=field).status_code == 404
    assert phone(brand.far).get(KNOWN).status_code == 404
