"""Handing customers over: the proposal, changes by hand, two editors, the calls, their answers, results, the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from customers.following import end_following, start_following
from customers.handover_actions import (
    cancel_handover,
    confirm_handover,
    leave_out,
    move_customers,
    start_handover,
    try_again,
)
from customers.handover_asking import transfer_answered
from customers.handover_models import Handover, HandoverStatus, HandoverStep
from customers.handover_queries import list_leavers, list_polled, list_takings, page_handed, step_counts
from customers.handover_results import Told, apply_results, give_up_unknown
from customers.models import Consent, Customer, FollowStatus, TimelineEntry
from customers.owner_models import OwnerChange
from customers.queries import find_follow
from customers.service_models import CustomerNote
from customers.unassigned import take_unassigned, want_those_gone
from foundation import clock
from foundation.errors import Conflict, Invalid, NotFound
from org.models import StaffStatus
from outbox.models import MessageStatus, OutgoingMessage
from tests.builders.customers import make_tags
from tests.builders.handover import make_customers, make_leaver, steps_of
from tests.builders.sop import make_brand, make_follow


@pytest.fixture
def brand(session):
    return make_brand(session)


def _calls(session):
    query = select(OutgoingMessage).where(OutgoingMessage.call.contains("transfer_customer")).order_by(OutgoingMessage.id)
    return session.scalars(query).all()


def _answer(session, message, codes=None, *, status=MessageStatus.SENT, reason="", errcode=None):
    wanted = message.payload["external_userid"]
    message.status, message.reason, message.errcode = status, reason, errcode
    told = [{"external_userid": one, "errcode": (codes or {}).get(one, 0)} for one in wanted]
    message.answer = {"customer": told} if status == MessageStatus.SENT else None
    session.flush()
    transfer_answered(session, message)


def _later(minutes=1):
    return clock.now() + timedelta(minutes=minutes)


def test_a_leavers_customers_are_proposed_to_her_store_by_load_and_what_they_know(session, brand):
    make_leaver(session, brand.ai)
    mine = make_customers(session, brand.ai, 12)
    make_customers(session, brand.bo, 6, start=100)
    make_follow(session, brand.manager, "wm-g21a-0003", days_ago=3)
    handover = start_handover(session, brand.manager, brand.ai.id)
    assert start_handover(session, brand.manager, brand.ai.id).id == handover.id
    rows = steps_of(session, handover.id)
    assert set(rows) == set(mine)
    assert {row.step for row in rows.values()} == {HandoverStep.PROPOSED}
    by_receiver = [sum(row.to_id == one.id for row in rows.values()) for one in (brand.bo, brand.manager)]
    assert sum(by_receiver) == 12
    assert by_receiver[1] >= 8
    assert rows[mine[3]].to_id == brand.manager.id
    assert "known" in rows[mine[3]].fit["why"]
    assert [one.staff.id for one in list_leavers(session, brand.manager)] == [brand.ai.id]
    assert list_leavers(session, brand.guides["g31a"]) == []


def test_only_ones_own_subtree_and_only_what_can_be_handed_over(session, brand):
    make_customers(session, brand.far, 1)
    with pytest.raises(NotFound):
        start_handover(session, brand.manager, brand.far.id)
    with pytest.raises(Conflict, match="没有可以交接的客户"):
        start_handover(session, brand.manager, brand.bo.id)
    make_customers(session, brand.bo, 1)
    make_leaver(session, brand.bo, days_ago=400)
    with pytest.raises(Conflict, match="超过一年"):
        start_handover(session, brand.manager, brand.bo.id)


def test_two_takeovers_in_ninety_days_are_left_out_with_the_day_it_is_allowed_again(session, brand):
    mine = make_customers(session, brand.ai, 2)
    for days in (50, 20):
        session.add(
            TimelineEntry(
                customer_id=mine[0], staff_id=brand.far.id, kind="ended", at=clock.now() - timedelta(days=days),
                facts={"by": "transfer"}, once=f"x{days}",
            )
        )  # fmt: skip
    session.flush()
    handover = start_handover(session, brand.manager, brand.ai.id)
    rows = steps_of(session, handover.id)
    assert rows[mine[0]].step == HandoverStep.LEFT_OUT
    assert "90 天内已交接过 2 次" in rows[mine[0]].reason
    assert "以后可以" in rows[mine[0]].reason
    with pytest.raises(Invalid):
        move_customers(session, brand.manager, handover.id, brand.bo.id, [mine[0]])
    cancel_handover(session, brand.manager, handover.id)
    make_leaver(session, brand.ai)
    again = start_handover(session, brand.manager, brand.ai.id)
    assert {row.step for row in steps_of(session, again.id).values()} == {HandoverStep.PROPOSED}


def test_changes_by_hand_and_two_editors(session, brand):
    make_leaver(session, brand.ai)
    mine = make_customers(session, brand.ai, 6)
    handover = start_handover(session, brand.manager, brand.ai.id)
    seen = handover.revision
    assert move_customers(session, brand.manager, handover.id, brand.manager.id, mine[:2], revision=seen) == 2
    with pytest.raises(Conflict, match="有人改过"):
        move_customers(session, brand.east, handover.id, brand.bo.id, mine[:1], revision=seen)
    assert leave_out(session, brand.manager, handover.id, mine[5:], "她本人不愿意") == 1
    assert steps_of(session, handover.id)[mine[5]].reason == "她本人不愿意"
    move_customers(session, brand.manager, handover.id, brand.bo.id, [], everyone_of=brand.manager.id)
    rows = steps_of(session, handover.id)
    assert {rows[id_].to_id for id_ in mine[:5]} == {brand.bo.id}
    for wrong in (brand.far.id, brand.ai.id, 0, None):
        with pytest.raises(Invalid):
            move_customers(session, brand.manager, handover.id, wrong, mine[:1])
    with pytest.raises(NotFound):
        cancel_handover(session, brand.guides["g31a"], handover.id)
    cancel_handover(session, brand.manager, handover.id)
    cancel_handover(session, brand.manager, handover.id)
    with pytest.raises(Conflict):
        confirm_handover(session, brand.manager, handover.id, "")


def test_confirmed_it_is_asked_for_in_hundreds_and_once(session, brand):
    mine = make_customers(session, brand.ai, 250)
    silent = session.get_one(Customer, mine[0])
    silent.consent = Consent.NONE
    session.get_one(type(brand.manager), brand.manager.id).status = StaffStatus.DISABLED
    handover = start_handover(session, brand.east, brand.ai.id)
    move_customers(session, brand.east, handover.id, brand.bo.id, mine)
    with pytest.raises(Invalid) as problem:
        confirm_handover(session, brand.east, handover.id, "好" * 201)
    assert "welcome" in problem.value.fields
    confirm_handover(session, brand.east, handover.id, "您好，以后由我为您服务")
    confirm_handover(session, brand.east, handover.id, "您好，以后由我为您服务")
    calls = _calls(session)
    assert sorted(len(call.payload["external_userid"]) for call in calls) == [1, 49, 100, 100]
    assert {call.call for call in calls} == {"externalcontact/transfer_customer"}
    assert [silent.external_userid] in [
        call.payload["external_userid"] for call in calls if "transfer_success_msg" not in call.payload
    ]
    told = {call.payload.get("transfer_success_msg") for call in calls if len(call.payload["external_userid"]) > 1}
    assert told == {"您好，以后由我为您服务"}
    assert step_counts(session, [handover.id])[handover.id] == {HandoverStep.ASKED: 250}


def test_who_changed_since_the_proposal_is_left_out_and_a_receiver_gone_is_named(session, brand):
    make_leaver(session, brand.ai)
    mine = make_customers(session, brand.ai, 3)
    handover = start_handover(session, brand.manager, brand.ai.id)
    move_customers(session, brand.manager, handover.id, brand.bo.id, mine)
    end_following(session, brand.ai.userid, "wm-g21a-0000", by="customer", at=clock.now())
    bo = session.get_one(type(brand.bo), brand.bo.id)
    bo.status = StaffStatus.DISABLED
    with pytest.raises(Invalid) as problem:
        confirm_handover(session, brand.manager, handover.id, "")
    assert "G21B 现在不能接替" in problem.value.fields["customer"]
    bo.status = StaffStatus.ACTIVE
    confirm_handover(session, brand.manager, handover.id, "")
    assert steps_of(session, handover.id)[mine[0]].reason == "她和原导购已不是好友"
    [call] = _calls(session)
    assert call.call == "externalcontact/resigned/transfer_customer"
    assert "transfer_success_msg" not in call.payload


def _running(session, brand, count=4):
    """A leaver's customers, asked for and begun."""
    make_leaver(session, brand.ai)
    mine = make_customers(session, brand.ai, count)
    handover = start_handover(session, brand.manager, brand.ai.id)
    move_customers(session, brand.manager, handover.id, brand.bo.id, mine)
    confirm_handover(session, brand.manager, handover.id, "")
    return mine, handover


def test_answers_say_begun_or_why_not(session, brand):
    mine, handover = _running(session, brand)
    [call] = _calls(session)
    codes = {"wm-g21a-0000": 40129, "wm-g21a-0001": 40099, "wm-g21a-0002": 40096}
    _answer(session, call, codes)
    steps = [steps_of(session, handover.id)[id_].step for id_ in mine]
    assert steps == [HandoverStep.WAITING, HandoverStep.OVER_LIMIT, HandoverStep.FAILED, HandoverStep.WAITING]
    assert steps_of(session, handover.id)[mine[2]].reason
    assert [(one.from_userid, one.to_userid, one.departed) for one in list_polled(session)] == [("g21a", "g21b", True)]


def test_a_call_refused_as_a_whole_fails_its_customers_and_ends_the_handover(session, brand):
    mine, handover = _running(session, brand)
    [call] = _calls(session)
    _answer(session, call, status=MessageStatus.DEAD, reason="接替成员没有实名", errcode=40098)
    assert {row.reason for row in steps_of(session, handover.id).values()} == {"接替成员没有实名"}
    assert session.get_one(Handover, handover.id).status == HandoverStatus.DONE
    assert try_again(session, brand.manager, handover.id, mine[:2], brand.manager.id) == 2
    assert session.get_one(Handover, handover.id).status == HandoverStatus.RUNNING
    assert _calls(session)[-1].payload["takeover_userid"] == "m21"
    with pytest.raises(Invalid):
        try_again(session, brand.manager, handover.id, mine[:2], brand.bo.id)


def test_results_move_the_customer_with_owner_tags_notes_and_tell_her_new_guide_once(session, brand):
    tag, *_ = make_tags(session, "高客单", "老客")
    mine, handover = _running(session, brand, 3)
    find_follow(session, mine[0], brand.ai.id).tag_ids = [tag.id]
    session.add(CustomerNote(customer_id=mine[0], staff_id=brand.ai.id, text="只穿宽松款", at=clock.now(), once="n1"))
    session.flush()
    [call] = _calls(session)
    _answer(session, call)
    at = clock.now()
    told = [Told("wm-g21a-0000", 1, at), Told("wm-g21a-0001", 3, at), Told("wm-g21a-0002", 2, at)]
    start_following(session, "g21b", "wm-g21a-0000", at=at)
    assert apply_results(session, handover.id, brand.bo.id, told, _later()) == 2
    assert apply_results(session, handover.id, brand.bo.id, told, _later()) == 0
    customer = session.get_one(Customer, mine[0])
    assert (customer.owner_id, customer.tag_ids) == (brand.bo.id, [tag.id])
    assert find_follow(session, mine[0], brand.ai.id).status == FollowStatus.TRANSFERRED
    change = session.scalars(select(OwnerChange).where(OwnerChange.customer_id == mine[0], OwnerChange.why == "handover")).one()
    assert change.now_id == brand.bo.id
    kinds = session.scalars(select(TimelineEntry.kind).where(TimelineEntry.customer_id == mine[0])).all()
    assert kinds.count("handed_over") == 1
    assert kinds.count("ended") == 1
    start_following(session, "g21b", "wm-g21a-0002", at=at)
    assert apply_results(session, handover.id, brand.bo.id, [Told("wm-g21a-0002", 1, at)], _later()) == 1
    assert session.get_one(Handover, handover.id).status == HandoverStatus.DONE
    cards = session.scalars(
        select(OutgoingMessage).where(OutgoingMessage.call == "message/send").order_by(OutgoingMessage.id)
    ).all()
    mine_cards = [one.payload for one in cards if one.about == f"handover:{handover.id}"]
    assert [one["touser"] for one in mine_cards] == ["g21b", "m21"]
    assert "2 位客户交给您了" in mine_cards[0]["template_card"]["main_title"]["title"]
    assert "只穿宽松款" in str(mine_cards[0])
    before, handed = page_handed(session, brand.bo, handover.id)
    assert before.id == brand.ai.id
    assert [(one.customer.id, one.note) for one in handed] == [(mine[0], "只穿宽松款"), (mine[2], "")]
    with pytest.raises(NotFound):
        page_handed(session, brand.far, handover.id)


def test_a_takeover_whose_relation_is_not_told_yet_waits_for_the_pull(session, brand):
    mine, handover = _running(session, brand, 1)
    _answer(session, _calls(session)[0])
    told = [Told("wm-g21a-0000", 1, clock.now())]
    assert apply_results(session, handover.id, brand.bo.id, told, _later()) == 0
    assert session.get_one(Customer, mine[0]).pull_wanted_at is not None
    long_ago = [Told("wm-g21a-0000", 1, clock.now() - timedelta(hours=2))]
    assert apply_results(session, handover.id, brand.bo.id, long_ago, _later()) == 1


def test_an_owner_moved_by_the_events_of_the_takeover_still_becomes_the_receivers(session, brand):
    mine, handover = _running(session, brand, 1)
    make_follow(session, brand.far, "wm-g21a-0000", days_ago=300)
    _answer(session, _calls(session)[0])
    at = clock.now()
    end_following(session, "g21a", "wm-g21a-0000", by="transfer", at=at)
    start_following(session, "g21b", "wm-g21a-0000", at=at)
    assert session.get_one(Customer, mine[0]).owner_id != brand.ai.id
    apply_results(session, handover.id, brand.bo.id, [Told("wm-g21a-0000", 1, at)], _later())
    assert session.get_one(Customer, mine[0]).owner_id == brand.bo.id


def test_what_the_platform_never_heard_of_fails_after_a_day_and_a_half(session, brand):
    _, handover = _running(session, brand, 2)
    _answer(session, _calls(session)[0])
    assert give_up_unknown(session, handover.id, brand.bo.id, [], clock.now()) == 0
    assert give_up_unknown(session, handover.id, brand.bo.id, ["wm-g21a-0001"], _later(60 * 40)) == 1
    takings = list_takings(session, handover.id)
    assert takings[0].count(HandoverStep.FAILED) == 1


def test_leavers_are_learnt_from_the_platform(session, brand):
    make_customers(session, brand.ai, 2)
    left = int((clock.now() - timedelta(days=1)).timestamp())
    rows = [
        {"handover_userid": "g21a", "external_userid": "wm-g21a-0000", "dimission_time": left},
        {"handover_userid": "g21a", "external_userid": "wm-new", "dimission_time": left},
        {"handover_userid": "stranger", "external_userid": "wm-other", "dimission_time": left},
    ]
    assert take_unassigned(session, rows) == 2
    assert take_unassigned(session, rows) == 0
    session.expire_all()
    ai = session.get_one(type(brand.ai), brand.ai.id)
    assert (ai.status, ai.departed_at) == (StaffStatus.DEPARTED, clock.from_unix(left))
    assert [one.waiting for one in list_leavers(session, brand.manager)] == [3]
    want_those_gone(session, "g21a", ["wm-g21a-0000", "wm-new"])
    session.expire_all()
    wanted = session.scalars(select(Customer.external_userid).where(Customer.pull_wanted_at.is_not(None))).all()
    assert "wm-g21a-0001" in wanted
    assert "wm-g21a-0000" not in wanted
