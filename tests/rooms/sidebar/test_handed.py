"""Customers a guide took over: the page a card opens, with the last words of the guide before."""

from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.merging import merge
from customers.models import Customer, Follow, FollowStatus
from customers.service_models import CustomerNote
from foundation import clock
from foundation.db import transaction
from tests.builders.handover import make_customers
from tests.builders.sop import make_brand, make_follow
from tests.web import signed_in


def _taken_over(session, brand, ids):
    """These customers were handed from ai to bo, who follows them."""
    handover = Handover(
        from_id=brand.ai.id, departed=True, status=HandoverStatus.DONE, staff_id=brand.manager.id, created_at=clock.now()
    )
    session.add(handover)
    session.flush()
    for id_ in ids:
        row = HandoverCustomer(handover_id=handover.id, customer_id=id_, to_id=brand.bo.id, step=HandoverStep.TAKEN, fit={})
        session.add(row)
        make_follow(session, brand.bo, session.get_one(Customer, id_).external_userid)
    return handover.id


def test_her_new_customers_with_the_last_notes_page_by_page(app, count_sql):
    with transaction() as session:
        brand = make_brand(session)
        ids = make_customers(session, brand.ai, 35)
        handover = _taken_over(session, brand, ids)
        session.add(CustomerNote(customer_id=ids[0], staff_id=brand.ai.id, text="只穿宽松款", at=clock.now(), once="n1"))
    hers = signed_in(app, brand.bo)
    with count_sql() as statements:
        page = hers.get(f"/sidebar/handovers/{handover}")
    assert len(statements) <= 6, "\n".join(statements)
    assert "G21A 交给您的客户" in page.text
    assert "只穿宽松款" in page.text
    assert page.text.count("/sidebar/customers/wm-g21a-") == 30
    rest = hers.get(f"/sidebar/handovers/{handover}?after={ids[29]}", headers={"HX-Request": "true"})
    assert rest.text.count("/sidebar/customers/wm-g21a-") == 5
    assert "<html" not in rest.text
    assert signed_in(app, brand.ai).get(f"/sidebar/handovers/{handover}").status_code == 404


def test_whom_she_sees_no_more_is_not_shown_and_only_the_guide_before_speaks(app):
    with transaction() as session:
        brand = make_brand(session)
        ids = make_customers(session, brand.ai, 3)
        handover = _taken_over(session, brand, ids)
        hers = {follow.customer_id: follow for follow in session.query(Follow).filter_by(staff_id=brand.bo.id)}
        hers[ids[0]].status = FollowStatus.ENDED_BY_GUIDE
        said = [(brand.ai, ids[0], "她的旧事"), (brand.ai, ids[2], "只穿宽松款"), (brand.far, ids[2], "她刚离婚")]
        for number, (guide, id_, text) in enumerate(said):
            session.add(CustomerNote(customer_id=id_, staff_id=guide.id, text=text, at=clock.now(), once=f"n{number}"))
        kept = make_follow(session, brand.far, "wm-far").customer_id
    with transaction() as session:
        merge(session, kept, ids[1], "hand", "staff:1")
    page = signed_in(app, brand.bo).get(f"/sidebar/handovers/{handover}").text
    shown = [number for number in range(3) if f"/sidebar/customers/wm-g21a-000{number}" in page]
    assert shown == [1, 2]
    assert ("她的旧事" in page, "只穿宽松款" in page, "她刚离婚" in page) == (False, True, False)


def test_the_card_still_opens_when_she_sees_nobody_of_them_any_more(app):
    with transaction() as session:
        brand = make_brand(session)
        handover = _taken_over(session, brand, make_customers(session, brand.ai, 1))
        session.query(Follow).filter_by(staff_id=brand.bo.id).update({"status": FollowStatus.TRANSFERRED})
    answer = signed_in(app, brand.bo).get(f"/sidebar/handovers/{handover}")
    assert (answer.status_code, "这些客户现在都不由您跟进了" in answer.text) == (200, True)
    assert "/sidebar/customers/wm-g21a" not in answer.text
