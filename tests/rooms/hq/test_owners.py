"""Owners and merges in the console: rules with a dry run, one customer's owner, pairs merged, kept apart and undone."""

import re

import pytest
from sqlalchemy import select

from customers.merge_finding import find_candidates, work_one
from customers.models import Customer
from customers.owner_models import CandidateStatus, CustomerMerge, MergeCandidate, OwnerChange
from customers.owning import refresh_owners, set_owner
from customers.policies import policy
from foundation.db import transaction
from jobs.owner_jobs import follow_orders, merge_wanted, work_owner_night
from tests.builders.sop import make_follow
from tests.builders.tiers import make_order

RULES = {
    "first_look": "hand", "second_look": "order", "third_look": "", "order_days": "180", "service_days": "30", "lock_days": "0",
}  # fmt: skip


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def customers(brand):
    """wm0 and wm1 of g21a, wm2 of 华北; wm0 and wm2 have the same UnionID, wm0 and wm1 the same phone."""
    with transaction() as session:
        ids = []
        for number, guide in enumerate([brand.ai, brand.ai, brand.far]):
            follow = make_follow(session, guide, f"wm{number}", days_ago=40 - number)
            one = session.get_one(Customer, follow.customer_id)
            one.name = f"客户{number}"
            ids.append(one.id)
        make_follow(session, brand.bo, "wm0", days_ago=5)
        for id_ in (ids[0], ids[2]):
            session.get_one(Customer, id_).unionid = "un-1"
        for id_ in ids[:2]:
            session.get_one(Customer, id_).phone, session.get_one(Customer, id_).phone_last4 = "13800138000", "8000"
        session.flush()
        refresh_owners(session, ids)
        return ids


def _owner(customer_id: int) -> int | None:
    with transaction() as session:
        return session.get_one(Customer, customer_id).owner_id


def test_rules_are_tried_saved_and_followed(brand, sign_in, customers):
    whole = sign_in(brand.headquarters)
    assert "还没有改过" in whole.get("/hq/owner-rules")
    with transaction() as session:
        make_order(session, customers[0], days_ago=1, staff_id=brand.bo.id)
    tried = whole.post("/hq/owner-rules/try", **RULES).text
    assert "会有 1 位客户换归属" in tried
    assert _owner(customers[0]) == brand.ai.id
    seen = _seen(whole.get("/hq/owner-rules"))
    assert whole.post("/hq/owner-rules", seen=seen, **RULES).status_code == 302
    follow_orders(customers)
    assert _owner(customers[0]) == brand.bo.id
    wrong = whole.post("/hq/owner-rules", **RULES | {"lock_days": "x", "second_look": "hand"})
    assert wrong.status_code == 422
    assert "同一项只能选一次" in wrong.text and "请填 0 到 365 之间的整数" in wrong.text  # noqa: PT018
    late = whole.post("/hq/owner-rules", seen=seen, **RULES | {"order_days": "90"})
    assert late.status_code == 409
    with transaction() as session:
        assert policy(session, "owner")["order_days"] == 180
    assert sign_in(brand.manager).status("/hq/owner-rules") == 403


def test_a_manager_moves_an_owner_within_her_subtree_only(brand, sign_in, customers, count_sql):
    east = sign_in(brand.east)
    with count_sql() as statements:
        page = east.get("/hq/customers/wm0/owner")
    assert len(statements) <= 12, "\n".join(statements)
    seen = _seen(page)
    moved = east.post("/hq/customers/wm0/owner", seen=seen, owner=str(brand.bo.id), hold="90", note="调店")
    assert moved.status_code == 302
    assert _owner(customers[0]) == brand.bo.id
    again = east.get("/hq/customers/wm0/owner")
    assert "调店" in again
    assert "保护到" in again
    late = east.post("/hq/customers/wm0/owner", seen=seen, owner=str(brand.ai.id))
    assert late.status_code == 409
    for wrong in ({"owner": str(brand.far.id)}, {"owner": "x"}, {"owner": str(brand.ai.id), "hold": "7"}):
        assert east.post("/hq/customers/wm0/owner", **wrong).status_code == 422, wrong
    assert east.status("/hq/customers/wm2/owner") == 404
    with transaction() as session:
        set_owner(session, customers[0], brand.far.id, "hand", "staff:1")
    assert "请由上一级或总部来改" in east.get("/hq/customers/wm0/owner")
    assert east.post("/hq/customers/wm0/owner", owner=str(brand.ai.id)).status_code == 403
    assert sign_in(brand.headquarters).post("/hq/customers/wm0/owner", owner="").status_code == 302
    assert _owner(customers[0]) == brand.ai.id
    with transaction() as session:
        assert [one.why for one in session.scalars(select(OwnerChange).order_by(OwnerChange.id))] == ["hand", "hand", "hand"]


def test_pairs_are_found_once_merged_kept_apart_and_undone(brand, sign_in, customers):
    whole = sign_in(brand.headquarters)
    assert "没有待确认的客户" in whole.get("/hq/merges")
    assert work_owner_night() == 3
    page = whole.get("/hq/merges")
    assert "UnionID 相同" in page
    assert "手机号相同" in page
    with transaction() as session:
        pairs = {one.because: one.id for one in session.scalars(select(MergeCandidate))}
    assert whole.post(f"/hq/merges/{pairs['phone']}/apart").status_code == 302
    assert whole.post(f"/hq/merges/{pairs['phone']}/apart").status_code == 409
    assert whole.post(f"/hq/merges/{pairs['unionid']}", kept="0").status_code in (400, 422)
    assert whole.post(f"/hq/merges/{pairs['unionid']}", kept=str(customers[2])).status_code == 302
    assert "客户0" in whole.get("/hq/merges/done")
    assert "合并进来的档案" in whole.get("/hq/customers/wm0/owner")
    with transaction() as session:
        done = session.scalars(select(CustomerMerge)).one()
        assert (done.kept_id, done.gone_id) == (customers[2], customers[0])
    answer = whole.post(f"/hq/merges/done/{done.id}/undo")
    assert answer.status_code == 302
    assert "已撤销" in whole.get("/hq/merges/done")
    with transaction() as session:
        assert session.get_one(Customer, customers[0]).merged_into_id is None
        assert find_candidates(session) == 0
        assert set(session.scalars(select(MergeCandidate.status))) == {CandidateStatus.APART}
    assert sign_in(brand.east).status("/hq/merges") == 403


def test_the_sure_ones_are_merged_in_the_background(brand, sign_in, customers):
    whole = sign_in(brand.headquarters)
    with transaction() as session:
        assert find_candidates(session) == 2
    assert "合并有把握的 1 对" in whole.get("/hq/merges")
    assert whole.post("/hq/merges/sure").location.endswith("/hq/merges?asked=1")
    assert "还剩" in whole.get("/hq/merges?asked=1")
    assert merge_wanted() == 1
    assert merge_wanted() == 0
    assert "还剩" not in whole.get("/hq/merges?asked=1")
    with transaction() as session:
        assert session.get_one(Customer, customers[2]).merged_into_id == customers[0]


def test_equal_unionids_merge_by_themselves_when_the_brand_says_so(brand, sign_in, customers):
    whole = sign_in(brand.headquarters)
    assert whole.post("/hq/owner-rules", **RULES | {"merge_unionid": "on"}).status_code == 302
    with transaction() as session:
        find_candidates(session)
        assert work_one(session)
        assert not work_one(session)
    with transaction() as session:
        assert session.scalars(select(CustomerMerge.by)).one() == "rule"


def test_a_pair_that_is_no_longer_alike_is_put_aside(brand, sign_in, customers):
    with transaction() as session:
        find_candidates(session)
        session.get_one(Customer, customers[1]).phone = "13900139000"
    with transaction() as session:
        find_candidates(session)
        statuses = {one.because: one.status for one in session.scalars(select(MergeCandidate))}
        assert statuses == {"unionid": CandidateStatus.OPEN, "phone": CandidateStatus.STALE}
