"""The persona calendar on the phone: today's posts ready to copy, posted, followed up; never somebody else's."""

from datetime import date, timedelta

import pytest
import time_machine

from content_library.persona_actions import assign
from content_library.persona_models import EntryStatus, PersonaPost
from content_library.persona_rules import HolderKind
from foundation import clock
from foundation.db import transaction
from tests.builders.personas import make_entry, make_persona


@pytest.fixture
def posts(noon, brand):
    today = clock.today()
    with transaction() as session:
        persona = make_persona(session, "慢热的搭配师")
        assign(session, brand.headquarters, persona.id, HolderKind.STORE, brand.ai.store_id)
        words = {"text": "我是{导购}，在{门店}。<i>", "follow_up": "在小标上", "pictures": "吊牌近照1张"}
        return [
            make_entry(session, persona, on, story=story, status=status, **words).id
            for on, story, status in (
                (today, "教大家看吊牌", EntryStatus.PUBLISHED),
                (today, "还是草稿", EntryStatus.DRAFT),
                (today + timedelta(days=1), "明天的事", EntryStatus.PUBLISHED),
                (today - timedelta(days=8), "上上周的事", EntryStatus.PUBLISHED),
            )
        ]


def test_today_is_ready_to_copy_then_posted_then_followed_up(brand, phone, posts, count_sql):
    her = phone(brand.ai)
    her.page("/sidebar/posts")
    with count_sql() as statements:
        page = her.page("/sidebar/posts")
    assert len(statements) <= 8
    for words in ("教大家看吊牌", "明天的事", "我是G21A，在21店。", "&lt;i&gt;", "吊牌近照1张", "0 / 1 已发"):
        assert words in page
    for words in ("还是草稿", "上上周的事"):
        assert words not in page
    card = her.post(f"/sidebar/posts/{posts[0]}/posted").text
    assert "复制追评" in card
    her.post(f"/sidebar/posts/{posts[0]}/posted")
    assert "已追评" in her.post(f"/sidebar/posts/{posts[0]}/followed-up").text
    assert "1 / 1 已发" in her.page("/sidebar/posts")
    with transaction() as session:
        (post,) = session.query(PersonaPost).all()
    assert post.followed_up_at is not None


def test_what_is_not_hers_not_out_not_today_or_long_ago_is_refused(brand, phone, posts):
    today, draft, tomorrow, old = posts
    assert phone(brand.far).post(f"/sidebar/posts/{today}/posted").status_code == 404
    assert phone(brand.ai).post(f"/sidebar/posts/{draft}/posted").status_code == 404
    assert phone(brand.ai).post(f"/sidebar/posts/{tomorrow}/posted").status_code == 409
    assert phone(brand.ai).post(f"/sidebar/posts/{old}/posted").status_code == 404
    assert phone(brand.ai).post(f"/sidebar/posts/{today}/followed-up").status_code == 409
    assert "您还没有人设" in phone(brand.far).page("/sidebar/posts")


@pytest.fixture
def monday_has_begun():
    """Five past midnight of a Monday."""
    with time_machine.travel(clock.at(date(2026, 12, 7), 0, 5), tick=True):
        yield


def test_what_sunday_asked_for_is_still_there_when_monday_has_begun(monday_has_begun, brand, phone):
    with transaction() as session:
        persona = make_persona(session, "慢热的搭配师")
        assign(session, brand.headquarters, persona.id, HolderKind.STORE, brand.ai.store_id)
        sunday = make_entry(session, persona, date(2026, 12, 6), story="周日晚上的事").id
        make_entry(session, persona, date(2026, 12, 5), story="周六的事")
    her = phone(brand.ai)
    page = her.page("/sidebar/posts")
    assert f'id="post-{sunday}"' in page[page.index("前几天还没做完") :]
    assert "周六的事" not in page
    her.post(f"/sidebar/posts/{sunday}/posted")
    her.post(f"/sidebar/posts/{sunday}/followed-up")
    assert "前几天已做完 1 条" in her.page("/sidebar/posts")
