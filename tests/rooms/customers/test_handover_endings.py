"""How handovers end: customers erased on the way, calls that are gone, pairs that take turns, leavers nobody waits for."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from customers.handover_actions import confirm_handover, move_customers, start_handover
from customers.handover_asking import transfer_answered
from customers.handover_finishing import finish_left_over
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.handover_queries import list_polled
from customers.handover_results import give_up_unknown
from customers.models import Customer
from customers.person_requests import ask_for_data, confirm_erasing, erase_confirmed
from foundation import clock
from foundation.db import transaction
from jobs import handover_jobs
from jobs.tick import facts_of, note_facts
from outbox.models import MessageStatus, OutgoingMessage, ResultStatus
from tests.builders.handover import make_customers, make_leaver, steps_of
from tests.builders.sop import make_brand
from wecom.errors import CORP_WIDE, problem


@pytest.fixture
def brand(session):
    return make_brand(session)


def _running(session, brand, count=5):
    """Three customers go to one colleague and the others to the store manager, asked for."""
    make_leaver(session, brand.ai)
    mine = make_customers(session, brand.ai, count)
    handover = start_handover(session, brand.manager, brand.ai.id)
    move_customers(session, brand.manager, handover.id, brand.bo.id, mine[:3])
    if mine[3:]:
        move_customers(session, brand.manager, handover.id, brand.manager.id, mine[3:])
    confirm_handover(session, brand.manager, handover.id, "")
    return mine, handover


def _calls(session):
    session.expire_all()
    query = select(OutgoingMessage).where(OutgoingMessage.call.contains("transfer_customer")).order_by(OutgoingMessage.id)
    return session.scalars(query).all()


def _erase(session, brand, external_userid):
    request = ask_for_data(session, brand.headquarters, external_userid, "erase", "会员卡", f"once-{external_userid}")
    confirm_erasing(session, brand.headquarters, request.id, "删除")
    return request


def _answer(session, message):
    told = [{"external_userid": one, "errcode": 0} for one in message.payload["external_userid"]]
    message.status, message.answer = MessageStatus.SENT, {"errcode": 0, "customer": told}
    session.flush()
    transfer_answered(session, message)


def test_one_is_erased_and_the_others_of_her_call_are_handed_over_all_the_same(session, brand):
    mine, handover = _running(session, brand)
    assert sorted(len(call.payload["external_userid"]) for call in _calls(session)) == [2, 3]
    _erase(session, brand, "wm-g21a-0000")
    assert erase_confirmed(session) == 1
    assert [call.payload["external_userid"] for call in _calls(session)] == [
        ["wm-g21a-0001", "wm-g21a-0002"],
        ["wm-g21a-0003", "wm-g21a-0004"],
    ]
    for call in _calls(session):
        _answer(session, call)
    assert {one.step for one in steps_of(session, handover.id).values()} == {HandoverStep.WAITING}
    assert set(steps_of(session, handover.id)) == set(mine[1:])


def test_an_answered_call_keeps_the_others_answers_and_one_of_her_alone_goes(session, brand):
    _running(session, brand, 4)
    for call in _calls(session):
        _answer(session, call)
    for external_userid in ("wm-g21a-0001", "wm-g21a-0003"):
        _erase(session, brand, external_userid)
    assert erase_confirmed(session, 2) == 2
    [call] = _calls(session)
    assert call.payload["external_userid"] == ["wm-g21a-0000", "wm-g21a-0002"]
    assert [one["external_userid"] for one in call.answer["customer"]] == ["wm-g21a-0000", "wm-g21a-0002"]
    assert not session.scalar(text("SELECT count(*) FROM outgoing_message AS one WHERE one::text ~ 'wm-g21a-000[13]'")), (
        "nothing names her"
    )


def test_while_a_call_of_hers_is_on_its_way_nothing_is_said_to_be_done(session, brand):
    _running(session, brand)
    request, later = _erase(session, brand, "wm-g21a-0000"), _erase(session, brand, "wm-g21a-0004")
    first, _ = _calls(session)
    first.status = MessageStatus.SENDING
    session.flush()
    assert erase_confirmed(session, 2) == 1, "the other one need not wait for her"
    assert (request.done_at, later.done_at is None) == (None, False)
    assert "places" not in request.proof
    assert session.scalar(select(func.count()).select_from(Customer).where(Customer.external_userid == "wm-g21a-0000")) == 1
    _answer(session, _calls(session)[0])
    assert erase_confirmed(session) == 1
    assert request.done_at is not None
    assert not session.scalar(text("SELECT count(*) FROM outgoing_message AS one WHERE one::text LIKE '%wm-g21a-0000%'"))


def test_whose_call_is_gone_has_failed_a_day_and_a_half_later(session, brand):
    _, handover = _running(session, brand)
    first, second = _calls(session)
    late = clock.now() + timedelta(hours=40)
    assert give_up_unknown(session, handover.id, brand.bo.id, [], late) == 0, "the call is still to be made"
    first.status, first.result_status = MessageStatus.SENT, ResultStatus.WANTED
    session.flush()
    assert give_up_unknown(session, handover.id, brand.bo.id, [], late) == 0, "its answer is still to be taken"
    session.execute(delete(OutgoingMessage).where(OutgoingMessage.id == first.id))
    second.status, second.result_status = MessageStatus.DEAD, ResultStatus.FAILED
    session.flush()
    assert give_up_unknown(session, handover.id, brand.bo.id, ["wm-g21a-0002"], clock.now()) == 0
    assert give_up_unknown(session, handover.id, brand.bo.id, ["wm-g21a-0002"], late) == 2
    assert give_up_unknown(session, handover.id, brand.manager.id, [], late) == 2
    assert give_up_unknown(session, handover.id, brand.bo.id, [], late) == 1
    assert session.get_one(Handover, handover.id).status == HandoverStatus.DONE


def test_when_the_last_one_under_way_is_erased_the_handover_ends(session, brand):
    _, handover = _running(session, brand, 1)
    assert finish_left_over(session) == 0
    _erase(session, brand, "wm-g21a-0000")
    assert erase_confirmed(session) == 1
    assert (finish_left_over(session), finish_left_over(session)) == (1, 0)
    assert session.get_one(Handover, handover.id, populate_existing=True).status == HandoverStatus.DONE


def test_pairs_take_turns_when_one_run_cannot_ask_for_all(database, monkeypatch):
    with transaction() as session:
        brand = make_brand(session)
        _running(session, brand)
        bo, manager = brand.bo.id, brand.manager.id
    asked = []
    monkeypatch.setattr(handover_jobs, "PAIRS", 1)
    monkeypatch.setattr(handover_jobs, "_poll", lambda pair: asked.append(pair.to_id) or 0)
    for _ in range(4):
        handover_jobs.poll_handovers()
    one, other = sorted([bo, manager])
    assert asked == [one, other, one, other]
    with transaction() as session:
        assert [pair.to_id for pair in list_polled(session)] == [one, other]


@pytest.fixture
def refused(database, monkeypatch):
    """A handover of two pairs asked for ten days ago; `told` is what the platform answers to a poll, by the receiver."""
    with transaction() as session:
        brand = make_brand(session)
        handover_id = _running(session, brand)[1].id
        asked_at = clock.now() - timedelta(days=10)
        session.execute(update(HandoverCustomer).values(step=HandoverStep.WAITING, asked_at=asked_at))
    told: dict[str, object] = {}

    def answer(departed, from_userid, to_userid):
        wanted = told.get(to_userid, 40003)
        if isinstance(wanted, int):
            # As when the token it needs is asked for: a secret refused there is final.
            raise problem("gettoken", wanted)
        return wanted

    monkeypatch.setattr(handover_jobs.reads, "transfer_results", answer)
    return brand, handover_id, told


def _since(days_ago):
    """Set the noted first refusals back."""
    with transaction() as session:
        facts = facts_of(session, handover_jobs.POLL)
        at = (clock.now() - timedelta(days=days_ago)).isoformat()
        note_facts(session, handover_jobs.POLL, facts | {"refused": [[*key, at] for *key, _ in facts["refused"]]})


def _refusals():
    with transaction() as session:
        return [to_id for _, to_id, _ in facts_of(session, handover_jobs.POLL)["refused"]]


def test_a_pair_is_given_up_a_week_after_the_first_refusal_not_after_the_asking(refused):
    brand, handover_id, _ = refused
    assert handover_jobs.poll_handovers() == 0, "asked for ten days ago, refused once"
    assert sorted(_refusals()) == sorted([brand.bo.id, brand.manager.id])
    _since(6.9)
    assert handover_jobs.poll_handovers() == 0
    _since(7.1)
    assert handover_jobs.poll_handovers() == 5
    with transaction() as session:
        assert {one.step for one in steps_of(session, handover_id).values()} == {HandoverStep.FAILED}
        assert session.get_one(Handover, handover_id).status == HandoverStatus.DONE
    handover_jobs.poll_handovers()
    assert _refusals() == [], "who is not asked about is not remembered"


def test_what_is_wrong_with_the_whole_corp_gives_nobody_up(refused):
    brand, _, told = refused
    for errcode in sorted(CORP_WIDE):
        told |= dict.fromkeys((brand.bo.userid, brand.manager.userid), errcode)
        assert (handover_jobs.poll_handovers(), _refusals()) == (0, []), errcode
    told.clear()
    handover_jobs.poll_handovers()
    _since(30)
    told |= dict.fromkeys((brand.bo.userid, brand.manager.userid), 60020)
    assert handover_jobs.poll_handovers() == 0, "nor one refused long ago"


def test_a_pair_told_of_in_between_begins_its_week_anew(refused):
    brand, handover_id, told = refused
    handover_jobs.poll_handovers()
    _since(30)
    accounts = [f"wm-g21a-{number:04}" for number in range(5)]
    told[brand.bo.userid] = [{"external_userid": one, "status": 2} for one in accounts]
    assert handover_jobs.poll_handovers() == 2
    assert _refusals() == [brand.manager.id]
    told.clear()
    assert handover_jobs.poll_handovers() == 0
    assert _refusals() == [brand.bo.id]
    with transaction() as session:
        waiting = [one.to_id for one in steps_of(session, handover_id).values() if one.step == HandoverStep.WAITING]
        assert waiting == [brand.bo.id] * 3


@pytest.mark.usefixtures("refused")
def test_refusals_are_remembered_from_turn_to_turn(monkeypatch):
    monkeypatch.setattr(handover_jobs, "PAIRS", 1)
    for _ in range(2):
        handover_jobs.poll_handovers()
    _since(30)
    assert [handover_jobs.poll_handovers() for _ in range(4)].count(0) == 2
    for _ in range(2):
        handover_jobs.poll_handovers()
    assert _refusals() == []


@pytest.fixture
def left(database):
    """A leaver with two customers, one who left long ago, and a guide at work."""
    with transaction() as session:
        brand = make_brand(session)
        make_leaver(session, brand.ai)
        make_leaver(session, brand.bo, days_ago=400)
        for guide in (brand.ai, brand.bo, brand.far):
            make_customers(session, guide, 2)
    return brand


def _wanted():
    with transaction() as session:
        chosen = select(Customer.external_userid).where(Customer.pull_wanted_at.is_not(None))
        return sorted(session.scalars(chosen))


def test_a_leaver_whose_whole_list_was_given_away_is_pulled(left, monkeypatch):
    monkeypatch.setattr(handover_jobs.reads, "list_unassigned", lambda cursor: ([], ""))
    handover_jobs.pull_unassigned()
    assert _wanted() == ["wm-g21a-0000", "wm-g21a-0001"]


def test_a_list_that_was_not_read_to_its_end_says_nothing_of_who_is_missing(left, monkeypatch):
    monkeypatch.setattr(handover_jobs, "MOST_PAGES", 2)
    monkeypatch.setattr(handover_jobs.reads, "list_unassigned", lambda cursor: ([], f"{cursor}x"))
    handover_jobs.pull_unassigned()
    assert _wanted() == []
    row = {"handover_userid": "g21a", "external_userid": "wm-g21a-0001", "dimission_time": int(clock.now().timestamp()) - 86400}
    pages = {"": ([row], "more"), "more": ([], "")}
    monkeypatch.setattr(handover_jobs.reads, "list_unassigned", pages.__getitem__)
    handover_jobs.pull_unassigned()
    assert _wanted() == ["wm-g21a-0000"]
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(HandoverCustomer)) == 0
