"""Persona drift: a week's rates from what happened, by persona, store and guide; the note says what to change."""

from datetime import date, timedelta

import time_machine

from content_library.models import ItemSend
from content_library.persona_actions import assign
from content_library.persona_models import PersonaPost
from content_library.persona_rules import HolderKind
from customers.models import TimelineEntry
from foundation import clock
from leaderboard.drift_counting import count_week
from leaderboard.drift_queries import sent_types, week_by_guide, week_by_store, weeks_by_persona, who_speaks
from leaderboard.drift_rules import Week, weekly_note
from tests.builders.content_library import make_script
from tests.builders.personas import make_entry, make_persona
from tests.builders.sop import make_brand, make_follow

MONDAY = date(2026, 11, 16)
TARGET = {"生活式": 40, "销售式": 20, "解决式": 40}


def week(**changes):
    form = {
        "group": 1, "monday": MONDAY, "guides": 10, "friends": 1000, "lost": 10, "sends": 100, "links": 50, "opened": 20,
        "posts": 30, "asked": 40,
    }  # fmt: skip
    return Week(**(form | changes))


def test_a_week_is_counted_from_what_happened_to_the_guides_of_the_persona(session, count_sql):
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        brand = make_brand(session)
        persona = make_persona(session)
        assign(session, brand.headquarters, persona.id, HolderKind.STORE, brand.ai.store_id)
        item = make_script(session, brand.headquarters, title="吊牌")
        for number in range(60):
            make_follow(session, brand.ai, f"wm{number}", days_ago=30)
        gone = make_follow(session, brand.far, "wm900", days_ago=30)
        for number, by in enumerate(("customer", "customer", "guide")):
            session.add(
                TimelineEntry(
                    customer_id=gone.customer_id,
                    staff_id=brand.ai.id,
                    kind="ended",
                    at=clock.now(),
                    facts={"by": by},
                    once=f"e{number}",
                )
            )
        send = ItemSend(
            item_id=item.id, version_id=item.version_id, staff_id=brand.bo.id, customer_id=gone.customer_id, assignment_id=None,
            sent_at=clock.now() - timedelta(days=7), once="s1",
        )  # fmt: skip
        session.add(send)
        entry = make_entry(session, persona, MONDAY, story="吊牌")
        session.flush()
        session.add(PersonaPost(entry_id=entry.id, staff_id=brand.ai.id, posted_at=clock.now(), followed_up_at=None))
        session.flush()
        for monday in (MONDAY, MONDAY - timedelta(weeks=1)):
            count_week(session, monday)
        with count_sql() as statements:
            speaking = who_speaks(session, brand.headquarters)
            (weeks,) = weeks_by_persona(session, brand.headquarters, speaking, MONDAY, weeks=2).values()
        assert len(statements) <= 5
        before, now = weeks
        assert (before.sends, before.friends, now.guides, now.friends, now.lost) == (1, 63, 3, 63, 2)
        assert (now.loss_rate, now.posts, now.asked, now.post_rate, now.open_rate) == (3.2, 1, 3, 33, None)
        (shop,) = week_by_store(session, brand.headquarters, speaking, MONDAY, persona.id)
        assert (shop.group, shop.lost, shop.guides) == (brand.ai.store_id, 2, 3)
        guides = week_by_guide(session, brand.headquarters, MONDAY, persona.id, brand.ai.store_id)
        assert (guides[0].group, guides[0].lost) == (brand.ai.id, 2)
        assert week_by_store(session, brand.far, who_speaks(session, brand.far), MONDAY, persona.id) == []
        assert week_by_guide(session, brand.far, MONDAY, persona.id, brand.ai.store_id) == []
        assert sent_types(session, brand.far, MONDAY) == {}
        assert sent_types(session, brand.headquarters, MONDAY) == {persona.id: {"解决式": 1}}


def test_the_note_names_the_biggest_moves_in_plain_sentences():
    notes = weekly_note(
        [week(), week(lost=25, opened=10, sends=40, posts=10)], {"销售式": 60, "生活式": 30, "解决式": 10}, TARGET
    )
    assert notes[0].startswith("流失好友率从 1.0% 升到 2.5%，走了 25 位客户：先看发得偏多的销售式内容")
    assert notes[1].startswith("销售式占 60%（目标 20%），解决式只有 10%（目标 40%）")
    assert notes[2].startswith("人设剧本只做了 25%")
    assert notes[3].startswith("链接打开率从 40% 降到 20%")
    assert notes[4].startswith("人均发送从 10.0 次降到 4.0 次")


def test_the_note_stays_calm_when_nothing_moved_or_little_is_known():
    assert weekly_note([week(), week()], TARGET, TARGET) == ["各项平稳，保持现在的节奏。"]
    small = week(friends=8, lost=3, sends=2, links=1, opened=1, posts=0, asked=0)
    assert weekly_note([small, small], {"销售式": 2}, TARGET)[0].startswith("数据还少")
    assert weekly_note([], {}, {}) == ["还没有数据。先把人设分配给导购。"]
