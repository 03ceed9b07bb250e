"""Weeks of persona drift counted ahead: equal to counting by hand, whatever happened, vanished or is counted again."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from content_library.calendar_rules import monday_of
from content_library.link_models import LinkVisit, Reader, TrackedLink
from content_library.models import ItemSend, ItemVersion
from content_library.persona_actions import assign
from content_library.persona_models import PersonaEntry, PersonaPost
from content_library.persona_rules import HolderKind
from customers.models import Follow, FollowStatus, TimelineEntry
from foundation import clock
from foundation.db import transaction
from jobs import drift_jobs
from leaderboard.drift_counting import COLUMNS, TYPES, count_week
from leaderboard.drift_queries import sent_types, week_by_guide, week_by_store, weeks_by_persona, who_speaks
from leaderboard.drift_rules import KEPT_WEEKS, WEEKS_A_RUN, weeks_due
from leaderboard.models import GuideWeek
from tests.builders.content_library import make_script
from tests.builders.personas import make_entry, make_persona
from tests.builders.sop import Brand, make_brand, make_follow

WEEK = timedelta(days=7)
Counts = dict[tuple[date, int, int], Counter[str]]


def mondays() -> list[date]:
    this = monday_of(clock.today())
    return [this - 2 * WEEK, this - WEEK, this]


def moments(chance: random.Random) -> datetime:
    """Anywhere in three weeks before now, often within a minute of a Monday's beginning."""
    edge = clock.start_of(chance.choice(mondays())) + timedelta(seconds=chance.choice([-1, 0, 1]))
    anywhere = clock.start_of(mondays()[0]) + timedelta(minutes=chance.randrange(14 * 24 * 60))
    return min(chance.choice([edge, anywhere]), clock.now())


def happen(session: Session, brand: Brand, chance: random.Random) -> None:
    """Some hundred events of every sort, by two guides of one store and one far away."""
    guides = [brand.ai, brand.bo, brand.far]
    personas = [make_persona(session, "甲"), make_persona(session, "乙")]
    assign(session, brand.headquarters, personas[0].id, HolderKind.STORE, brand.ai.store_id or 0)
    item = make_script(session, brand.headquarters, title="吊牌")
    version = session.get_one(ItemVersion, item.version_id)
    versions = [version]
    for number, said in enumerate(["生活式", "销售式", ""], 2):
        copy = ItemVersion(item_id=item.id, number=number, title="吊牌", body={}, content_type=said, created_at=clock.now())
        session.add(copy)
        versions.append(copy)
    entries = [
        make_entry(session, chance.choice(personas), clock.day_of(moments(chance)), story=f"第 {number} 条")
        for number in range(8)
    ]
    session.flush()
    for number in range(12):
        follow = make_follow(session, chance.choice(guides), f"wm{number}", days_ago=60)
        follow.status = chance.choice([FollowStatus.ACTIVE, FollowStatus.ACTIVE, FollowStatus.ENDED_BY_CUSTOMER])
    customer = session.scalar(select(func.min(Follow.customer_id))) or 0
    for number in range(60):
        guide, at = chance.choice(guides), moments(chance)
        kind, by = chance.choice([("added", ""), ("ended", "customer"), ("ended", "guide"), ("tagged", "")])
        session.add(TimelineEntry(customer_id=customer, staff_id=guide.id, kind=kind, at=at, facts={"by": by}, once=f"t{number}"))
        session.add(
            ItemSend(
                item_id=item.id, version_id=chance.choice(versions).id, staff_id=chance.choice(guides).id, customer_id=customer,
                sent_at=moments(chance), once=f"s{number}",
            )
        )  # fmt: skip
        link = TrackedLink(
            code=f"code{number:06d}", item_id=item.id, version_id=version.id, staff_id=chance.choice(guides).id,
            customer_id=None, once=str(number), url="https://shop.example.com", created_at=moments(chance),
        )  # fmt: skip
        session.add(link)
        session.flush()
        for visitor in range(chance.choice([0, 0, 1, 3])):
            seen = {"reader": Reader.UNKNOWN, "first_at": clock.now(), "last_at": clock.now()}
            session.add(LinkVisit(link_id=link.id, visitor=str(visitor), **seen))
    for entry in entries:
        for guide in chance.sample(guides, 2):
            session.add(PersonaPost(entry_id=entry.id, staff_id=guide.id, posted_at=clock.now()))
    session.flush()


def posts_by_hand(session: Session) -> Counts:
    """Posts in the week of their entry, for its persona."""
    counts: Counts = {}
    asked = select(PersonaPost, PersonaEntry).join(PersonaEntry, PersonaEntry.id == PersonaPost.entry_id)
    for post, entry in session.execute(asked):
        mine = counts.setdefault((monday_of(entry.on), post.staff_id, entry.persona_id), Counter())
        mine.update(["posts", TYPES[entry.content_type]])
    return counts


def by_hand(session: Session) -> Counts:
    """The same, one event after the other."""
    counts = posts_by_hand(session)

    def add(moment: datetime, staff_id: int | None, name: str) -> None:
        counts.setdefault((monday_of(clock.day_of(moment)), staff_id or 0, 0), Counter())[name] += 1

    moved: list[tuple[date, int, int]] = []
    for one in session.scalars(select(TimelineEntry).where(TimelineEntry.kind.in_(["added", "ended"]))):
        lost = one.kind == "ended" and one.facts["by"] == "customer"
        for name in [one.kind, "lost"][: 1 + lost]:
            add(one.at, one.staff_id, name)
        moved.append((monday_of(clock.day_of(one.at)), one.staff_id or 0, 1 if one.kind == "added" else -1))
    for send, version in session.execute(select(ItemSend, ItemVersion).join(ItemVersion, ItemVersion.id == ItemSend.version_id)):
        for name in ["sends", TYPES.get(version.content_type, "untyped")]:
            add(send.sent_at, send.staff_id, name)
    opened = set(session.scalars(select(LinkVisit.link_id)))
    for link in session.scalars(select(TrackedLink)):
        for name in ["links", "opened"][: 1 + (link.id in opened)]:
            add(link.created_at, link.staff_id, name)
    held = Counter(session.scalars(select(Follow.staff_id).where(Follow.status == FollowStatus.ACTIVE)))
    for monday in mondays():
        for staff_id in {*held, *(staff_id for _, staff_id, _ in moved)}:
            since = sum(change for week, who, change in moved if who == staff_id and week > monday)
            counts.setdefault((monday, staff_id, 0), Counter())["friends"] = held[staff_id] - since
    return {key: facts for key, facts in counts.items() if key[0] in mondays()}


def counted(session: Session) -> Counts:
    session.expire_all()
    rows = session.scalars(select(GuideWeek)).all()
    return {
        (row.week, row.staff_id, row.persona_id): Counter({name: n for name in COLUMNS if (n := getattr(row, name))})
        for row in rows
    }


def without_nothing(counts: Counts) -> Counts:
    return {
        key: Counter({name: n for name in COLUMNS if (n := facts[name])})
        for key, facts in counts.items()
        if any(facts[name] for name in COLUMNS)
    }


@pytest.mark.parametrize("seed", range(6))
def test_what_is_counted_is_what_counting_by_hand_gives_also_after_things_vanished(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    happen(session, make_brand(session), chance)
    for monday in chance.sample(mondays(), 3):
        assert count_week(session, monday) > 0
    assert without_nothing(counted(session)) == without_nothing(by_hand(session))
    assert [count_week(session, monday) for monday in mondays()] == [0, 0, 0]
    for table in (TimelineEntry, ItemSend, PersonaPost):
        session.execute(delete(table).where(table.id % 3 == 0))
    session.execute(delete(LinkVisit))
    for monday in mondays():
        count_week(session, monday)
    assert without_nothing(counted(session)) == without_nothing(by_hand(session))


def test_the_page_reads_sums_of_the_rows_for_the_guides_who_speak_in_the_persona(
    session: Session, count_sql: Callable[[], AbstractContextManager[Sequence[str]]]
) -> None:
    brand, chance = make_brand(session), random.Random(1)
    happen(session, brand, chance)
    for monday in mondays():
        count_week(session, monday)
    hers = {brand.ai.id, brand.bo.id}
    hand, (persona_id,) = by_hand(session), who_speaks(session, brand.headquarters).keys()

    def total(monday: date, name: str) -> int:
        return sum(
            facts[name] for (week, who, p), facts in hand.items() if week == monday and who in hers and p in (0, persona_id)
        )

    with count_sql() as statements:
        speaking = who_speaks(session, brand.headquarters)
        rows = weeks_by_persona(session, brand.headquarters, speaking, mondays()[-1], 3)[persona_id]
        types = sent_types(session, brand.headquarters, mondays()[1])
        (shop,) = week_by_store(session, brand.headquarters, speaking, mondays()[1], persona_id)
        guides = week_by_guide(session, brand.headquarters, mondays()[1], persona_id, brand.ai.store_id or 0)
    assert len(statements) <= 8
    for row in rows:
        names = ("lost", "sends", "links", "opened", "posts")
        assert [getattr(row, name) for name in names] == [total(row.monday, name) for name in names]
        began = sum(total(row.monday, name) * sign for name, sign in (("friends", 1), ("ended", 1), ("added", -1)))
        assert row.friends == max(began, 0)
    both = Counter[str]()
    for (week, who, _), facts in hand.items():
        if week == mondays()[1] and who in hers:
            both.update({said: facts[name] for said, name in TYPES.items() if facts[name]})
    assert types == {persona_id: dict(both)}
    assert (shop.group, shop.sends, shop.lost, shop.posts) == (brand.ai.store_id, rows[1].sends, rows[1].lost, rows[1].posts)
    assert {one.group for one in guides} == hers | {brand.manager.id}
    for one in guides:
        own = sum(
            (facts for (week, who, p), facts in hand.items() if (week, who) == (one.monday, one.group) and p in (0, persona_id)),
            Counter[str](),
        )
        assert [one.lost, one.sends, one.links, one.opened, one.posts] == [
            own[name] for name in ("lost", "sends", "links", "opened", "posts")
        ]


def test_who_changes_her_persona_takes_the_weeks_that_are_counted_again_along(session: Session) -> None:
    brand = make_brand(session)
    happen(session, brand, random.Random(3))
    (before,) = who_speaks(session, brand.headquarters)
    for monday in mondays():
        count_week(session, monday)
    after = make_persona(session, "丙")
    assign(session, brand.headquarters, after.id, HolderKind.STORE, brand.ai.store_id or 0, instead_of=before)
    count_week(session, mondays()[1])
    speaking = who_speaks(session, brand.headquarters)
    rows = weeks_by_persona(session, brand.headquarters, speaking, mondays()[-1], 3)
    assert set(rows) == {after.id}
    assert [bool(row.sends) for row in rows[after.id]] == [False, True, False]
    assert set(sent_types(session, brand.headquarters, mondays()[1])) == {after.id}
    assert set(sent_types(session, brand.headquarters, mondays()[0])) == {before}


def test_a_run_counts_this_week_and_the_last_and_a_few_older_ones_until_a_year_is_there() -> None:
    today = date(2026, 11, 18)
    this, counted_on, runs = date(2026, 11, 16), {}, 0
    while len(counted_on) < KEPT_WEEKS:
        due = weeks_due(this, counted_on, today)
        assert due[:2] == [this, this - WEEK]
        assert len(due) <= 2 + WEEKS_A_RUN
        assert len(due) == len(set(due))
        counted_on |= {monday.isoformat(): today.isoformat() for monday in due}
        runs += 1
    assert runs <= 11
    assert weeks_due(this, counted_on, today) == [this, this - WEEK]
    tomorrow = today + timedelta(days=1)
    again = weeks_due(this, counted_on, tomorrow)
    assert again[2:] == [this - number * WEEK for number in range(2, 2 + WEEKS_A_RUN)]
    assert weeks_due(this + WEEK, counted_on, tomorrow)[0] == this + WEEK


def test_the_job_counts_and_finds_late_openings_the_next_day(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.drift_rules.KEPT_WEEKS", 4)
    with transaction() as session:
        happen(session, make_brand(session), random.Random(2))
    assert drift_jobs.count_weeks() > 0
    assert drift_jobs.count_weeks() == 0
    with transaction() as session:
        session.execute(delete(LinkVisit))
    assert drift_jobs.count_weeks() > 0
    with transaction() as session:
        assert sum(row.opened for row in session.scalars(select(GuideWeek).where(GuideWeek.week >= mondays()[1]))) == 0
