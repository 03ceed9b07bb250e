"""The lifecycle SOP gives each guide the right customers on the right morning."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.models import Consent, FollowStatus, TimelineEntry
from customers.respect import note_contact
from customers.respect_models import Contact, ContactKind
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role
from outbox.models import OutgoingMessage
from sop import actions, queries
from sop.models import CareDigest, CareDone, CareNode
from sop.network_queries import list_network_health
from sop.rules import CareDraft
from tests.builders.sop import Brand, make_brand, make_copy, make_follow, make_person, make_task


@pytest.fixture
def brand(noon: None, session: Session) -> Brand:
    made = make_brand(session)
    actions.seed_care_nodes(session)
    return made


def node(session: Session, day: int) -> CareNode:
    return session.scalars(select(CareNode).where(CareNode.day == day)).one()


def cards(session: Session) -> dict[str, OutgoingMessage]:
    return {message.idempotency_key: message for message in session.scalars(select(OutgoingMessage))}


def test_the_first_plan_is_put_in_once(session: Session, brand: Brand) -> None:
    assert actions.seed_care_nodes(session) == 0
    assert [each.day for each in queries.list_care_nodes(session)] == [1, 3, 7, 15, 30]


@pytest.mark.parametrize("day", [1, 3, 7, 15, 30])
def test_a_customer_is_due_on_each_day_of_the_plan(session: Session, brand: Brand, day: int) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=day)
    due = queries.list_care_due(session, brand.ai, clock.today())
    assert [(row.follow.id, row.customer.external_userid, row.node.day, row.overdue_days, row.done) for row in due] == [
        (follow.id, "wm1", day, 0, False)
    ]
    assert queries.list_care_due(session, brand.bo, clock.today()) == []


@pytest.mark.parametrize(
    ("hour", "minute", "due"), [(0, 0, True), (23, 59, True)], ids=["first minute of the day", "last minute of the day"]
)
def test_the_day_of_adding_is_the_shanghai_day(session: Session, brand: Brand, hour: int, minute: int, due: bool) -> None:
    follow = make_follow(session, brand.ai, "wm1")
    added_on = clock.today() - timedelta(days=7)
    follow.followed_at = clock.at(added_on, hour, minute)
    session.flush()
    assert [row.overdue_days for row in queries.list_care_due(session, brand.ai, clock.today())] == [0]
    assert queries.list_care_due(session, brand.ai, clock.today() - timedelta(days=1)) == []


def test_a_missed_day_stays_two_days_and_the_next_node_overtakes_it(session: Session, brand: Brand) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=7)
    today = clock.today()
    shown = [
        [(row.node.day, row.overdue_days) for row in queries.list_care_due(session, brand.ai, today + timedelta(days=k))]
        for k in range(4)
    ]
    assert shown == [[(7, 0)], [(7, 1)], [(7, 2)], []]
    make_follow(session, brand.bo, "wm2", days_ago=3)
    assert [row.node.day for row in queries.list_care_due(session, brand.bo, today)] == [3]


@pytest.mark.parametrize("left", [FollowStatus.ENDED_BY_CUSTOMER, FollowStatus.TRANSFERRED, FollowStatus.HALF])
def test_who_is_not_her_friend_any_more_is_not_due(session: Session, brand: Brand, left: FollowStatus) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=1, status=left)
    make_follow(session, brand.ai, "wm2", days_ago=1, consent=Consent.NONE)
    assert queries.list_care_due(session, brand.ai, clock.today()) == []


def test_a_switched_off_day_asks_for_nobody(session: Session, brand: Brand) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=1)
    node(session, 1).enabled = False
    session.flush()
    assert queries.list_care_due(session, brand.ai, clock.today()) == []


def test_each_guide_with_customers_due_gets_one_card_in_the_morning(session: Session, brand: Brand) -> None:
    for name, days_ago in (("wm1", 1), ("wm2", 7), ("wm3", 8), ("wm4", 6)):
        make_follow(session, brand.ai, name, days_ago=days_ago)
    make_follow(session, brand.far, "wm1", days_ago=30)
    make_copy(session, make_task(session, brand), brand.ai)
    today, after = clock.today(), 0
    while after := actions.hand_out_care(
        session, today, after, 2, rank_lines=lambda _session, ids: dict.fromkeys(ids, "本店第 1 名")
    ):
        pass
    owed = cards(session)
    assert set(owed) == {f"care:{today}:{brand.ai.id}", f"care:{today}:{brand.far.id}"}
    assert dict(session.execute(select(CareDigest.guide_id, CareDigest.due_count)).all()) == {brand.ai.id: 3, brand.far.id: 1}
    card = owed[f"care:{today}:{brand.ai.id}"].payload["template_card"]
    assert card["emphasis_content"]["title"] == "3"
    assert card["card_action"]["url"].endswith("/sidebar/care")
    assert [row["value"] for row in card["horizontal_content_list"]] == ["约 15 分钟", "1 个未完成", "本店第 1 名"]


def test_a_repeated_morning_sends_nothing_again(session: Session, brand: Brand) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=1)
    for _ in range(2):
        assert actions.hand_out_care(session, clock.today()) > 0
    assert len(cards(session)) == session.scalar(select(func.count()).select_from(CareDigest)) == 1


def test_doing_it_takes_the_customer_off_the_list_once_and_writes_her_timeline(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=1)
    did = [actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, "done") for _ in range(2)]
    assert did == [True, False]
    assert [row.outcome for row in queries.list_care_due(session, brand.ai, clock.today())] == ["done"]
    assert session.scalars(select(TimelineEntry.kind)).all() == ["care"]
    assert actions.hand_out_care(session, clock.today()) > 0
    assert cards(session) == {}


def test_a_skip_may_become_done_but_never_the_other_way(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=1)
    did = [
        actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, outcome)
        for outcome in ("skip", "skip", "done", "skip")
    ]
    assert did == [True, False, True, False]
    assert session.scalars(select(CareDone.outcome)).all() == ["done"]


def test_a_customer_added_again_is_cared_for_again(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=1)
    actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, "done")
    with time_machine.travel(clock.now() + timedelta(days=5), tick=False):
        follow.followed_at = clock.at(clock.today() - timedelta(days=1), 0)
        session.flush()
        assert [row.outcome for row in queries.list_care_due(session, brand.ai, clock.today())] == [""]
        assert actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, "done")
        assert [row.outcome for row in queries.list_care_due(session, brand.ai, clock.today())] == ["done"]
    assert session.scalars(select(TimelineEntry.kind)).all() == ["care", "care"]


def test_who_stands_nowhere_sees_nothing_of_the_network(session: Session, brand: Brand) -> None:
    lost, viewer = (make_person(session, userid, Role.GUIDE, "0.") for userid in ("lost", "viewer"))
    make_copy(session, make_task(session, brand), lost)
    assert list_network_health(session, viewer, clock.now() - timedelta(days=1)) == []
    assert list_network_health(session, brand.headquarters, clock.now() - timedelta(days=1)) == []


def test_care_for_another_guides_customer_or_on_another_day_is_refused(session: Session, brand: Brand) -> None:
    follow = make_follow(session, brand.ai, "wm1", days_ago=1)
    with pytest.raises(NotFound):
        actions.finish_care(session, brand.bo, follow.id, node(session, 1).id, "done")
    with pytest.raises(Conflict):
        actions.finish_care(session, brand.ai, follow.id, node(session, 7).id, "done")
    with pytest.raises(Invalid):
        actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, "maybe")
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False), pytest.raises(Conflict):
        actions.finish_care(session, brand.ai, follow.id, node(session, 1).id, "done")


def test_headquarters_changes_the_plan_and_others_do_not(session: Session, brand: Brand) -> None:
    saved = actions.save_care_node(session, brand.headquarters, CareDraft(90, "三月回访", "", 3))
    actions.save_care_node(session, brand.headquarters, CareDraft(91, "三月回访", "问候", 3, enabled=False), saved.id)
    assert (saved.day, saved.enabled) == (91, False)
    with pytest.raises(Invalid) as caught:
        actions.save_care_node(session, brand.headquarters, CareDraft(7, "重复", "", 1), saved.id)
    assert caught.value.fields == {"day": "第 7 天已经有一个节点"}
    with pytest.raises(NotAllowed):
        actions.save_care_node(session, brand.east, CareDraft(60, "两月回访", "", 1))
    with pytest.raises(NotFound):
        actions.save_care_node(session, brand.headquarters, CareDraft(60, "两月回访", "", 1), 999)


def test_the_console_sees_how_many_fall_due_in_a_subtree(session: Session, brand: Brand) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=6)
    make_follow(session, brand.far, "wm2", days_ago=6)
    make_follow(session, brand.far, "wm3", days_ago=7)
    tomorrow = clock.today() + timedelta(days=1)
    assert queries.count_care_due(session, brand.headquarters, tomorrow) == {node(session, 7).id: 2}
    assert queries.count_care_due(session, brand.east, tomorrow) == {node(session, 7).id: 1}
    assert queries.count_care_due(session, make_person(session, "x", Role.GUIDE, "0."), tomorrow) == {}


def test_who_was_contacted_lately_or_wants_only_service_is_not_proposed(session: Session, brand: Brand) -> None:
    follows = {name: make_follow(session, brand.ai, name, days_ago=1) for name in ("wm1", "wm2", "wm3")}
    make_follow(session, brand.ai, "wm4", days_ago=1, consent=Consent.SERVICE_ONLY)
    noon = clock.at(clock.today(), 12)
    for name, ago in (("wm1", timedelta(hours=2)), ("wm2", timedelta(hours=30))):
        note_contact(session, follows[name].customer_id, ContactKind.CARE, "chat", brand.far.id, "", name, noon - ago)
    with time_machine.travel(noon, tick=False):
        due = queries.list_care_due(session, brand.ai, clock.today())
        assert sorted(row.customer.external_userid for row in due) == ["wm2", "wm3"]
        assert actions.hand_out_care(session, clock.today()) > 0
        assert session.scalars(select(CareDigest.due_count)).all() == [2]
        actions.finish_care(session, brand.ai, follows["wm3"].id, node(session, 1).id, "done")
    noted = select(Contact).where(Contact.customer_id == follows["wm3"].customer_id)
    assert [(one.kind, one.channel, one.staff_id) for one in session.scalars(noted)] == [("care", "care", brand.ai.id)]


def test_the_night_does_not_empty_the_list_of_the_day(session: Session, brand: Brand) -> None:
    make_follow(session, brand.ai, "wm1", days_ago=1)
    for hour in (0, 8, 12, 23):
        with time_machine.travel(clock.at(clock.today(), hour), tick=False):
            assert len(queries.list_care_due(session, brand.ai, clock.today())) == 1
