"""Customers a guide took over: the page a card opens, with the last words of the guide before."""

from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.service_models import CustomerNote
from foundation import clock
from foundation.db import transaction
from tests.builders.handover import make_customers
from tests.builders.sop import make_brand
from tests.web import signed_in


def test_her_new_customers_with_the_last_notes_page_by_page(app, count_sql):
    with transaction() as session:
        brand = make_brand(session)
        ids = make_customers(session, brand.ai, 35)
        handover = Handover(
            from_id=brand.ai.id, departed=True, status=HandoverStatus.DONE, staff_id=brand.manager.id, created_at=clock.now()
        )
        session.add(handover)
        session.flush()
        for id_ in ids:
            row = HandoverCustomer(handover_id=handover.id, customer_id=id_, to_id=brand.bo.id, step=HandoverStep.TAKEN, fit={})
            session.add(row)
        session.add(CustomerNote(customer_id=ids[0], staff_id=brand.ai.id, text="只穿宽松款", at=clock.now(), once="n1"))
    hers = signed_in(app, brand.bo)
    with count_sql() as statements:
        page = hers.get(f"/sidebar/handovers/{handover.id}")
    assert len(statements) <= 6, "\n".join(statements)
    assert "G21A 交给您的客户" in page.text
    assert "只穿宽松款" in page.text
    assert page.text.count("/sidebar/customers/wm-g21a-") == 30
    rest = hers.get(f"/sidebar/handovers/{handover.id}?after={ids[29]}", headers={"HX-Request": "true"})
    assert rest.text.count("/sidebar/customers/wm-g21a-") == 5
    assert "<html" not in rest.text
    assert signed_in(app, brand.ai).get(f"/sidebar/handovers/{handover.id}").status_code == 404
