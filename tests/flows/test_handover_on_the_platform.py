"""Handing customers over against a platform that is a process of its own: leaver and on the job, refusals, results, cards."""

import pytest
from sqlalchemy import select, update

from customers.handover_actions import confirm_handover, move_customers, start_handover
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep, Loss
from customers.handover_queries import list_leavers
from customers.models import Customer, Follow, FollowStatus, Tag
from customers.queries import find_follow
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import transaction
from jobs import handover_jobs
from jobs.tick import facts_of, note_facts
from org.models import Role, Staff, StaffStatus
from tests.flows.town import Town, simulator, town

__all__ = ["simulator", "town"]
GUIDE = "lixiaomei"
DAY = 86_400


def _boss(session) -> Staff:
    return session.scalars(select(Staff).where(Staff.role == Role.HEADQUARTERS)).first()


def _colleague(session, town: Town) -> Staff:
    """Somebody who may take over: at work in the same store, not the guide herself."""
    guide = town.staff(GUIDE)
    chosen = select(Staff).where(
        Staff.store_id == guide.store_id, Staff.status == StaffStatus.ACTIVE, Staff.id != guide.id, Staff.role == Role.GUIDE
    )
    return session.scalars(chosen.order_by(Staff.id)).first()


def _settled(town: Town, handover_id: int) -> dict[str, HandoverStep]:
    """Work and ask until nothing changes; the steps by external_userid."""
    for _ in range(3):
        town.work()
        handover_jobs.poll_handovers()
    town.work()
    with transaction() as session:
        rows = session.execute(
            select(Customer.external_userid, HandoverCustomer.step)
            .join(Customer, Customer.id == HandoverCustomer.customer_id)
            .where(HandoverCustomer.handover_id == handover_id)
        )
        return {external_userid: HandoverStep(step) for external_userid, step in rows}


def _confirmed(town: Town) -> tuple[int, Staff, list[str]]:
    with transaction() as session:
        handover = start_handover(session, _boss(session), town.staff(GUIDE).id)
        to = _colleague(session, town)
        rows = session.scalars(select(HandoverCustomer.customer_id).where(HandoverCustomer.handover_id == handover.id)).all()
        move_customers(session, _boss(session), handover.id, to.id, rows)
        confirm_handover(session, _boss(session), handover.id, handover.welcome)
        names = session.scalars(select(Customer.external_userid).where(Customer.id.in_(rows)).order_by(Customer.id)).all()
    town.work()
    return handover.id, to, list(names)


def _refusing(town: Town, errcode: int) -> None:
    town.mend()
    town.fault(path="externalcontact/transfer_result", kind="errcode", errcode=errcode)


def _cards_to(town: Town, userid: str) -> str:
    return str(town.platform.inbox(userid))


@pytest.mark.timeout(180)
def test_a_leavers_customers_go_to_a_colleague_and_one_refuses(town: Town) -> None:
    town.platform.do("member_resigns", userid=GUIDE)
    town.work()
    handover_jobs.pull_unassigned()
    town.work()
    with transaction() as session:
        [leaver] = list_leavers(session, _boss(session))
        assert leaver.staff.userid == GUIDE
    handover_id, to, names = _confirmed(town)
    assert len(names) == leaver.waiting >= 3
    steps = _settled(town, handover_id)
    assert set(steps.values()) == {HandoverStep.WAITING}
    town.platform.do("customer_refuses_transfer", external_userid=names[0], takeover_userid=to.userid)
    town.platform.do("customer_accepts_transfer", external_userid=names[1], takeover_userid=to.userid)
    steps = _settled(town, handover_id)
    assert (steps[names[0]], steps[names[1]], steps[names[2]]) == (
        HandoverStep.REFUSED, HandoverStep.TAKEN, HandoverStep.WAITING,
    )  # fmt: skip
    for name in names[2:]:
        town.platform.do("customer_accepts_transfer", external_userid=name, takeover_userid=to.userid)
    steps = _settled(town, handover_id)
    assert set(steps.values()) == {HandoverStep.REFUSED, HandoverStep.TAKEN}
    with transaction() as session:
        assert session.get_one(Handover, handover_id).status == HandoverStatus.DONE
        owners = session.scalars(select(Customer.owner_id).where(Customer.external_userid.in_(names[1:]))).all()
        assert set(owners) == {to.id}
        old = session.scalars(
            select(Follow.status)
            .join(Customer, Customer.id == Follow.customer_id)
            .where(Follow.staff_id == town.staff(GUIDE).id, Customer.external_userid.in_(names[1:]))
        )
        assert set(old) == {FollowStatus.TRANSFERRED}
        assert session.scalars(select(Loss)).all() == []
    assert f"{len(names) - 1} 位客户交给您了" in _cards_to(town, to.userid)


@pytest.mark.timeout(180)
def test_on_the_job_the_welcome_goes_along_the_tags_come_and_nobody_is_lost(town: Town) -> None:
    with transaction() as session:
        guide = town.staff(GUIDE)
        follow = session.scalars(
            select(Follow).where(Follow.staff_id == guide.id, Follow.status == FollowStatus.ACTIVE).order_by(Follow.id)
        ).first()
        tag = session.scalars(select(Tag).where(Tag.platform_id.is_not(None), Tag.removed_at.is_(None)).order_by(Tag.id)).first()
        tag_customer(session, guide, follow.customer_id, add=[tag.id], by="guide")
        tagged = session.get_one(Customer, follow.customer_id).external_userid
    town.work()
    handover_id, to, names = _confirmed(town)
    assert tagged in names
    for name in names:
        town.platform.do("customer_accepts_transfer", external_userid=name, takeover_userid=to.userid)
    steps = _settled(town, handover_id)
    assert set(steps.values()) == {HandoverStep.TAKEN}
    said = [line for line in town.platform.chat(to.userid, tagged) if line["via"] == "transfer"]
    assert "我是您的新导购" in str(said)
    contacts = town.platform.get(f"members/{to.userid}")["contacts"]
    assert [tag.name in one["tag_names"] for one in contacts if one["external_userid"] == tagged] == [True]
    with transaction() as session:
        assert session.scalars(select(Loss)).all() == []
        customer = session.scalars(select(Customer).where(Customer.external_userid == tagged)).one()
        assert (customer.owner_id, tag.id in customer.tag_ids) == (to.id, True)
        assert find_follow(session, customer.id, to.id).status == FollowStatus.ACTIVE
        assert session.get_one(Handover, handover_id).status == HandoverStatus.DONE


@pytest.mark.timeout(180)
def test_a_pair_the_platform_never_tells_of_is_given_up_after_a_week_and_may_be_asked_for_again(town: Town) -> None:
    handover_id, to, names = _confirmed(town)
    with transaction() as session:
        session.execute(update(HandoverCustomer).values(asked_at=clock.now() - clock.days(9)))
    _refusing(town, 60020)
    assert set(_settled(town, handover_id).values()) <= {HandoverStep.ASKED, HandoverStep.WAITING}, (
        "a new address is nobody's fault"
    )
    _refusing(town, 40003)
    assert set(_settled(town, handover_id).values()) <= {HandoverStep.ASKED, HandoverStep.WAITING}, "refused only since now"
    with transaction() as session:
        facts = facts_of(session, handover_jobs.POLL)
        [[*pair, _]] = facts["refused"]
        assert pair == [handover_id, to.id]
        note_facts(session, handover_jobs.POLL, facts | {"refused": [[*pair, (clock.now() - clock.days(7)).isoformat()]]})
    assert set(_settled(town, handover_id).values()) == {HandoverStep.FAILED}
    with transaction() as session:
        assert session.get_one(Handover, handover_id).status == HandoverStatus.DONE
        reasons = session.scalars(select(HandoverCustomer.reason).where(HandoverCustomer.handover_id == handover_id)).all()
        assert len(reasons) == len(names)
        assert all(one.startswith("企业微信一直没有告诉结果") for one in reasons)
