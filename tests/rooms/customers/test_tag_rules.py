"""Tag rules: the pure part against brute force; at work: thresholds, expiry, exclusive groups, never against a guide."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.following import note_timeline
from customers.hearing import hear
from customers.models import Customer, Follow, Tag, TagGroup
from customers.purchasing import PurchaseFacts, note_purchase
from customers.tag_marks import list_given
from customers.tag_models import TagMark, TagMoment
from customers.tag_rule_actions import put_away, save_rule, switch_off, switch_on
from customers.tag_rule_queries import get_rule, list_rules, page_done, try_rule
from customers.tag_rule_sql import counts_among, reached_by
from customers.tag_rule_work import end_expired, work_moments
from customers.tag_rules import EVENTS, RuleDraft, draft_problems, matches, reached, sentence
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import Json
from foundation.errors import Conflict, Invalid, NotAllowed
from org.models import Role, Staff
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DOWN = RuleDraft("爱羽绒", 1, "open", {"words": ["羽绒"]}, 2, 7)


@pytest.fixture
def boss(session: Session) -> Staff:
    return make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai", path="1.2.")


@pytest.fixture
def tags(session: Session) -> list[Tag]:
    return make_tags(session, "羽绒服", "户外运动", "亲子", group="行为偏好")


@pytest.fixture
def follow(session: Session, ai: Staff) -> Follow:
    return make_follow(session, ai)


def opens(session: Session, follow: Follow, title: str, *, days_ago: float = 0, once: str = "", **facts: object) -> None:
    at = clock.now() - timedelta(days=days_ago)
    once = once or f"o:{follow.id}:{title}:{days_ago}"
    note_timeline(session, follow.customer_id, "opened", staff_id=follow.staff_id, at=at, once=once, title=title, **facts)


def running(session: Session, boss: Staff, tag: Tag, event: str = "open", match: Json | None = None, **rest: int) -> int:
    rule = save_rule(session, boss, RuleDraft("爱羽绒", tag.id, event, match or {}, **rest))
    switch_on(session, boss, rule.id, rule.revision)
    return rule.id


words = st.sampled_from(
    ["羽绒服", "羽绒", "冲锋衣", "Down", "亲子", "羊绒 长款", "羊绒", 'a"b', "a\\b", "衣 [", "[", ", ", "服 ", '"']
)
marks = st.lists(st.sampled_from(["羽绒服", "羊绒", "长款", 'A"b', "a\\b", "a", "[衣]"]), max_size=3)
facts_of = st.fixed_dictionaries(
    {"title": st.sampled_from(["长款羽绒服", "冲锋衣上新", "down jacket", "冲锋衣", ""])},
    optional={
        "item": st.integers(1, 3), "category": st.integers(1, 2), "marks": marks, "words": words,
        "paid_yuan": st.sampled_from(["99", "999.99", "1000", "1299.50", ""]), "channel": st.sampled_from(["收银台", "试衣间"]),
    },
)  # fmt: skip
NARROWING = {
    "words": st.lists(words, min_size=1, max_size=2), "items": st.lists(st.integers(1, 3), min_size=1, max_size=2),
    "category": st.integers(1, 2), "min_yuan": st.sampled_from([99, 999, 1000, 1299, 1300]),
    "channels": st.lists(st.sampled_from(["收银台", "试衣间", "亲子活动"]), min_size=1, max_size=2),
}  # fmt: skip
KEPT_EVENTS = sorted(name for name, event in EVENTS.items() if event.kind)
asked_of = st.sampled_from(KEPT_EVENTS).flatmap(
    lambda name: st.tuples(
        st.just(name), st.fixed_dictionaries({}, optional={key: NARROWING[key] for key in EVENTS[name].narrowed_by})
    )
)
# Most moments are of the kind the rule asks for (None), so that what narrows it decides.
moment_of = st.tuples(st.none() | st.sampled_from(KEPT_EVENTS), facts_of, st.integers(0, 12 * 24))


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=asked_of, times=st.integers(1, 3), days=st.integers(1, 10), moments=st.lists(moment_of, max_size=6))
def test_the_database_counts_what_brute_force_counts(
    database: None, session: Session, asked: tuple[str, Json], times: int, days: int, moments: list[tuple[str | None, Json, int]]
) -> None:
    event, match = asked
    with session.begin_nested() as point:
        guide = make_staff(session, userid="g", path="1.2.")
        hers = make_follow(session, guide)
        for number, (kind, facts, hours) in enumerate(moments):
            kept = EVENTS[kind or event].kind
            at = NOW - timedelta(hours=hours)
            note_timeline(session, hers.customer_id, kept, staff_id=guide.id, at=at, once=f"o{number}", **facts)
        draft = RuleDraft("x", 1, event, match, times, days)
        fitting = [
            NOW - timedelta(hours=hours) for kind, facts, hours in moments if kind in (None, event) and matches(match, facts)
        ]
        wanted = reached(fitting, times, days, NOW)
        assert (counts_among(session, draft, [hers.customer_id], NOW).get(hers.customer_id, 0) >= times) is wanted
        assert bool(session.execute(reached_by(draft, NOW)).all()) is wanted
        point.rollback()


PAIRS = [
    ({"min_yuan": 1000}, {"paid_yuan": "1000"}, True), ({"min_yuan": 1000}, {"paid_yuan": "999.99"}, False),
    ({"channels": ["收银台"]}, {"channel": "收银台"}, True), ({"channels": ["收银台"]}, {"channel": "试衣间"}, False),
    ({"words": ["羊绒 长款"]}, {"marks": ["羊绒", "长款"]}, True), ({"words": ['a"b']}, {"marks": ['A"b']}, True),
    ({"words": ["a\\b"]}, {"marks": ["a\\b"]}, True), ({"words": ["衣 ["]}, {"title": "冲锋衣", "marks": ["x"]}, False),
    ({"words": ["服 "]}, {"title": "羽绒服"}, True), ({"words": [", "]}, {"marks": ["a", "b"]}, False),
]  # fmt: skip


@pytest.mark.parametrize(("match", "facts", "fits"), PAIRS)
def test_edges_are_the_same_edges_in_the_database(session: Session, follow: Follow, match: Json, facts: Json, fits: bool) -> None:
    event = next(name for name in KEPT_EVENTS if set(match) <= set(EVENTS[name].narrowed_by))
    once = f"e:{follow.id}"
    note_timeline(session, follow.customer_id, EVENTS[event].kind, staff_id=follow.staff_id, at=NOW, once=once, **facts)
    assert matches(match, facts) is fits
    counts = counts_among(session, RuleDraft("x", 1, event, match, 1, 7), [follow.customer_id], NOW)
    assert counts == ({follow.customer_id: 1} if fits else {})


def test_a_threshold_is_reached_at_the_second_time_within_the_days(
    session: Session, boss: Staff, tags: list[Tag], follow: Follow
) -> None:
    rule_id = running(session, boss, tags[0], match={"words": ["羽绒"]}, times=2, days=7)
    opens(session, follow, "长款羽绒服", days_ago=9)
    opens(session, follow, "冲锋衣")
    opens(session, follow, "短款羽绒服", days_ago=1)
    assert work_moments(session) == 3
    assert follow.tag_ids == []
    opens(session, follow, "上新", marks=["羽绒服"])
    assert work_moments(session) == 1
    assert work_moments(session) == 0
    assert follow.tag_ids == [tags[0].id]
    mark = session.scalars(select(TagMark)).one()
    assert (mark.rule_id, mark.by, mark.why) == (rule_id, f"rule:{rule_id}", "规则「爱羽绒」：7 天内 2 次打开内容（羽绒）")
    assert [found.id for found, _, _ in page_done(session, rule_id)] == [mark.id]


def test_a_rule_never_fights_a_guide(session: Session, boss: Staff, ai: Staff, tags: list[Tag], follow: Follow) -> None:
    running(session, boss, tags[0])
    opens(session, follow, "羽绒服")
    work_moments(session)
    tag_customer(session, ai, follow.customer_id, remove=[tags[0].id], by="guide")
    opens(session, follow, "羽绒服", once="again")
    work_moments(session)
    assert follow.tag_ids == []
    line = list_rules(session)[0]
    assert (line.given, line.refused) == (1, 1)


def test_nor_where_the_guide_took_a_tag_nobody_knows_the_giver_of(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag]
) -> None:
    follow = make_follow(session, ai, "wm2", tag_ids=[tags[0].id])
    tag_customer(session, ai, follow.customer_id, remove=[tags[0].id], by="guide")
    running(session, boss, tags[0])
    opens(session, follow, "羽绒服")
    work_moments(session)
    assert follow.tag_ids == []


def test_a_tag_ends_by_itself_unless_a_guide_gave_it_too(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag], follow: Follow
) -> None:
    other = make_follow(session, ai, "wm2")
    running(session, boss, tags[0], expires_days=30)
    for each in (follow, other):
        opens(session, each, "羽绒服")
    work_moments(session)
    tag_customer(session, ai, other.customer_id, add=[tags[0].id], by="guide")
    assert end_expired(session, clock.now() + timedelta(days=29)) == 0
    assert end_expired(session, clock.now() + timedelta(days=31)) == 1
    assert (follow.tag_ids, other.tag_ids) == ([], [tags[0].id])
    opens(session, follow, "羽绒服", once="later")
    work_moments(session)
    assert follow.tag_ids == [tags[0].id]


def test_seen_again_it_lives_longer(session: Session, boss: Staff, tags: list[Tag], follow: Follow) -> None:
    running(session, boss, tags[0], expires_days=30)
    opens(session, follow, "羽绒服")
    work_moments(session)
    mark = session.scalars(select(TagMark)).one()
    mark.expires_at = clock.now() + timedelta(days=2)
    session.flush()
    opens(session, follow, "羽绒服", once="again")
    work_moments(session)
    session.refresh(mark)
    assert mark.expires_at is not None
    assert mark.expires_at > clock.now() + timedelta(days=29)


def test_of_an_exclusive_group_the_newest_stays(session: Session, ai: Staff, tags: list[Tag], follow: Follow) -> None:
    session.get_one(TagGroup, tags[0].group_id).exclusive = True
    tag_customer(session, ai, follow.customer_id, add=[tags[0].id], by="guide")
    tag_customer(session, ai, follow.customer_id, add=[tags[1].id], by="guide")
    assert follow.tag_ids == [tags[1].id]
    with pytest.raises(Invalid, match="只能选一个"):
        tag_customer(session, ai, follow.customer_id, add=[tags[0].id, tags[2].id], by="guide")
    given = list_given(session, ai, follow.customer_id)
    assert [(one.tag.id, one.mark is not None and one.mark.by) for one in given] == [(tags[1].id, "guide")]


def test_orders_words_and_channels_are_moments_too(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag], follow: Follow
) -> None:
    running(session, boss, tags[0], "order", {"words": ["羽绒"], "min_yuan": 1000})
    running(session, boss, tags[1], "keyword", {"words": ["露营"]})
    running(session, boss, tags[2], "added", {"channels": ["亲子活动"]})
    goods = [{"name": "长款羽绒服", "colour": "", "size": "", "count": 1, "sku": ""}]
    for number, fen in (("1", 99_900), ("2", 129_900)):
        facts = PurchaseFacts("shop", number, follow.customer_id, clock.now(), fen, staff_id=ai.id, goods=goods)  # type: ignore[arg-type]
        note_purchase(session, facts)
        note_purchase(session, facts)
    hear(session, "wm1", "周末去露营穿什么？", at=clock.now(), once="m1")
    assert session.scalar(select(TagMoment.facts).where(TagMoment.event == "keyword")) == {"words": "周末去露营穿什么？"}
    note_timeline(session, follow.customer_id, "added", staff_id=ai.id, at=clock.now(), once="a1", state="s", channel="亲子活动")
    work_moments(session)
    assert session.scalars(select(Customer.tag_ids)).one() == sorted(tag.id for tag in tags)
    assert session.scalars(select(TagMoment)).all() == []


def test_without_a_rule_of_its_kind_no_moment_is_put_down(session: Session, boss: Staff, tags: list[Tag], follow: Follow) -> None:
    rule_id = running(session, boss, tags[0])
    switch_off(session, boss, rule_id)
    opens(session, follow, "羽绒服")
    assert session.scalars(select(TagMoment)).all() == []


def test_the_dry_run_says_whom_and_changes_nothing(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag], follow: Follow
) -> None:
    have, refused = make_follow(session, ai, "wm2"), make_follow(session, ai, "wm3")
    for each in (follow, have, refused):
        opens(session, each, "羽绒服", days_ago=1)
        opens(session, each, "羽绒服", days_ago=2)
    for each in (have, refused):
        tag_customer(session, ai, each.customer_id, add=[tags[0].id], by="guide")
    tag_customer(session, ai, refused.customer_id, remove=[tags[0].id], by="guide")
    rule = save_rule(session, boss, RuleDraft("爱羽绒", tags[0].id, "open", {"words": ["羽绒"]}, 2, 7))
    trial = try_rule(session, RuleDraft("爱羽绒", tags[0].id, "open", {"words": ["羽绒"]}, 2, 7))
    assert (trial.reached, trial.have, trial.refused, trial.would) == (3, 1, 1, 1)
    assert trial.examples == [("wm1", "微信客户", "7 天内打开内容 2 次，最近一次「羽绒服」")]
    assert follow.tag_ids == []
    switch_on(session, boss, rule.id, rule.revision, known_too=True)
    work_moments(session)
    assert (follow.tag_ids, refused.tag_ids) == ([tags[0].id], [])


def test_a_changed_rule_is_off_until_it_was_tried_again(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    rule_id = running(session, boss, tags[0])
    seen = get_rule(session, rule_id)[0].revision
    save_rule(session, boss, RuleDraft("改过", tags[0].id, "reply"), rule_id)
    rule = get_rule(session, rule_id)[0]
    assert rule.enabled_at is None
    with pytest.raises(Conflict):
        switch_on(session, boss, rule_id, seen)
    with pytest.raises(NotAllowed):
        save_rule(session, ai, RuleDraft("x", tags[0].id, "reply"))
    put_away(session, boss, rule_id)
    assert list_rules(session) == []


def test_what_is_wrong_is_told_field_by_field() -> None:
    assert set(draft_problems(RuleDraft("", None, "fly"))) == {"name", "tag_id", "event"}
    assert set(draft_problems(RuleDraft("x", 1, "keyword", {}, 2))) == {"words", "times"}
    assert set(draft_problems(RuleDraft("x", 1, "open", {}, 3, None, 0))) == {"days", "expires_days"}
    assert set(draft_problems(RuleDraft("x", 1, "order", {"min_yuan": 0}, 51))) == {"min_yuan", "times"}
    assert draft_problems(DOWN) == {}
    assert draft_problems(RuleDraft("x", 1, "order", {}, 2, 365)) == {}
    assert draft_problems(RuleDraft("x", 1, "order", {}, 2, 731)) == {"days": "多次才算时，请填几天之内，下单是 1 到 730"}
    assert set(draft_problems(RuleDraft("x", 1, "open", {}, 2, 91))) == {"days"}


def test_a_rule_reads_as_a_person_would_say_it() -> None:
    assert sentence(DOWN, "羽绒服") == "客户打开了内容（标题或标签里有「羽绒」），7 天内满 2 次，就打上「羽绒服」。"
    added = RuleDraft("x", 1, "added", {"channels": ["收银台"]}, expires_days=30)
    said = [sentence(RuleDraft("x", 1, event, {"words": ["退货"]}), "老客") for event in EVENTS]
    assert len(set(said)) == len(EVENTS)
    assert sentence(added, "到店客") == "客户从渠道「收银台」加为好友，就打上「到店客」，30 天后自动去掉。"
