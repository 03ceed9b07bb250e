"""What stands beside the chat is true: quiet hours, who gave a tag, how a customer is spoken of, what only we know."""

import pytest

from content_library.models import ItemSend
from customers.models import Customer
from customers.policies import set_policy
from foundation.db import transaction
from tests.builders.content_library import make_script
from tests.builders.customers import make_tags
from tests.builders.sop import Brand, make_follow
from tests.rooms.sidebar.test_customer import SignIn

PAGE = "/sidebar/customers/wm1"
NIGHT, NEVER = {"quiet_from": "00:00", "quiet_until": "23:59"}, {"quiet_from": "00:00", "quiet_until": "00:00"}


@pytest.fixture
def customer_id(brand: Brand) -> int:
    with transaction() as session:
        return make_follow(session, brand.ai, "wm1", days_ago=1).customer_id


def _quiet(brand: Brand, body: dict[str, str]) -> None:
    with transaction() as session:
        set_policy(session, brand.headquarters, "contact", body)


def test_in_quiet_hours_cards_say_from_when_on_and_cannot_be_sent(
    noon: None, phone: SignIn, brand: Brand, customer_id: int
) -> None:
    _quiet(brand, NEVER)
    by_day = phone(brand.ai).page(PAGE)
    assert "现在适合说" in by_day
    assert '@click="send"' in by_day
    _quiet(brand, NIGHT)
    by_night = phone(brand.ai).page(PAGE)
    assert "23:59 以后适合说" in by_night
    assert "现在适合说" not in by_night
    assert '@click="copy"' in by_night
    assert '@click="send"' not in by_night
    assert '@click="edit"' not in by_night


def test_a_script_of_her_birthday_stands_there_only_when_it_is_near(phone: SignIn, brand: Brand, customer_id: int) -> None:
    _quiet(brand, NEVER)
    with transaction() as session:
        make_script(session, brand.headquarters, title="祝福一句", stage="引入期", tags=["生日"])
        make_script(session, brand.headquarters, title="门口飘雪了", stage="引入期")
        make_script(session, brand.headquarters, title="扫码加的", stage="引入期")
    text = phone(brand.ai).page(PAGE)
    assert "刚加好友：自我介绍" in text
    assert [title for title in ("祝福一句", "门口飘雪了", "扫码加的") if title in text] == []


def test_who_gave_a_tag_is_told_by_name(phone: SignIn, brand: Brand, customer_id: int) -> None:
    with transaction() as session:
        tag = make_tags(session, "长款")[0].id
    hers = phone(brand.ai)
    assert hers.post(f"{PAGE}/tags", {"add": [tag], "remove": []}).status_code == 200
    assert "<small>您 · 今天" in hers.page(f"{PAGE}/tags/origins")
    assert "打标签：长款，您" in hers.page(f"{PAGE}/timeline")
    manager = phone(brand.manager)
    name = brand.ai.name or brand.ai.userid
    assert f"<small>{name} · 今天" in manager.page(f"{PAGE}/tags/origins")
    told = manager.page(f"{PAGE}/timeline")
    assert f"打标签：长款，{name}" in told
    assert f"· {name}</small>" not in told


@pytest.mark.parametrize(("gender", "word"), [(0, "客户"), (1, "他"), (2, "她")])
def test_a_customer_is_spoken_of_as_what_is_known(phone: SignIn, brand: Brand, customer_id: int, gender: int, word: str) -> None:
    with transaction() as session:
        session.get_one(Customer, customer_id).gender = gender
    text = phone(brand.ai).page(PAGE) + phone(brand.ai).page(f"{PAGE}/known")
    assert f"了解{word}" in text
    assert f"{word}想要什么" in text
    assert f"到货通知{word}" in text
    assert gender == 2 or "她" not in text


def test_only_what_went_through_us_is_known_and_a_wish_takes_the_care_of_today_with_it(
    phone: SignIn, brand: Brand, customer_id: int
) -> None:
    text = phone(brand.ai).page(PAGE)
    assert "上次联系：导购台里还没有记录" in text
    assert 'id="today"' in text
    assert text.count('hx-select-oob="#consent-banner,#today,#stops-now,#to-say,#moments"') == 3
    with transaction() as session:
        assert session.query(ItemSend).count() == 0
