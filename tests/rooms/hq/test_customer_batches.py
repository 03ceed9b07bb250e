"""Deeds on many customers from the list: told first, done once, followed, stopped, taken back; wrong input keeps the form."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from customers.batches import work_batch
from customers.models import Customer, Follow
from customers.tag_models import BatchStatus, CustomerBatch
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from segments.choosing import forget_chosen
from segments.facts import refresh
from segments.models import Segment, SegmentMember, SegmentRun
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow

BOUGHT = '{"all":[{"field":"following","op":"is","value":true}]}'


@pytest.fixture
def customers(brand):
    """Two of 华东, one of 华北; ids of customers and of a tag."""
    with transaction() as session:
        tag = make_tags(session, "羽绒服")[0]
        follows = [make_follow(session, guide, f"wm{n}", days_ago=3) for n, guide in enumerate([brand.ai, brand.bo, brand.far])]
        for follow, guide in zip(follows, [brand.ai, brand.bo, brand.far], strict=True):
            session.get_one(Customer, follow.customer_id).owner_id = guide.id
        session.flush()
        while refresh(session):
            pass
        return [follow.customer_id for follow in follows], tag.id


def _once(page: str) -> str:
    found = re.search(r'name="once" value="([0-9a-f]{24})"', page)
    assert found is not None
    return found[1]


def _work() -> None:
    with transaction() as session:
        open_ = select(CustomerBatch.id).where(CustomerBatch.status.in_(["waiting", "running"]))
        waiting = list(session.scalars(open_.order_by(CustomerBatch.id)))
    for id_ in waiting:
        more = True
        while more:
            with transaction() as session:
                more = work_batch(session, id_, 1)


def _tagged() -> list[bool]:
    with transaction() as session:
        return [bool(ids) for ids in session.scalars(select(Follow.tag_ids).order_by(Follow.id))]


def test_chosen_customers_are_tagged_once_and_it_is_taken_back(brand, sign_in, customers):
    ids, tag = customers
    browser = sign_in(brand.headquarters)
    plan = browser.post("/hq/customers/bulk", kind="tag", c=ids[:2])
    assert "选中的 2 位客户" in plan.text
    form = {"kind": "tag", "c": ids[:2], "tag": str(tag), "once": _once(plan.text)}
    first, again = browser.post("/hq/batches", **form), browser.post("/hq/batches", **form)
    assert first.status_code == 302
    assert first.location == again.location
    assert "马上开始" in browser.get(first.location)
    _work()
    assert _tagged() == [True, True, False]
    page = browser.get(first.location)
    assert "做完了" in page
    assert "打标签“羽绒服”" in page
    undo = browser.post(f"{first.location}/undo")
    _work()
    assert _tagged() == [False, False, False]
    assert "撤销：打标签" in browser.get(undo.location)
    assert "已撤销" in browser.get(first.location)
    assert "已撤销" in browser.get("/hq/batches")


def test_everybody_a_rule_holds_for_is_frozen_and_only_hers_are_touched(brand, sign_in, customers):
    _, tag = customers
    browser = sign_in(brand.east)
    plan = browser.post("/hq/customers/bulk", kind="tag", everyone="yes", rule=BOUGHT)
    assert "<strong>2</strong> 位" in plan.text
    answer = browser.post("/hq/batches", kind="tag", everyone="yes", rule=BOUGHT, tag=str(tag), once=_once(plan.text))
    _work()
    assert _tagged() == [True, True, False]
    assert "<strong>" not in browser.get(answer.location).split('role="status"')[1].split("</p>")[0]
    with transaction() as session:
        assert session.query(Segment).filter(Segment.archived_at.is_(None)).count() == 0


def test_an_owner_is_given_and_taken_back(brand, sign_in, customers):
    ids, _ = customers
    browser = sign_in(brand.headquarters)
    form = {"kind": "owner", "c": ids[:1], "guide": brand.bo.userid, "once": "a" * 24}
    answer = browser.post("/hq/batches", **form)
    assert answer.status_code == 302, answer.text
    _work()
    with transaction() as session:
        assert session.get_one(Customer, ids[0]).owner_id == brand.bo.id
    browser.post(f"{answer.location}/undo")
    _work()
    with transaction() as session:
        assert session.get_one(Customer, ids[0]).owner_id == brand.ai.id


def test_the_same_form_with_other_people_is_refused(brand, sign_in, customers):
    _, tag = customers
    browser = sign_in(brand.headquarters)
    form = {"kind": "tag", "everyone": "yes", "tag": str(tag), "once": "a" * 24}
    first = browser.post("/hq/batches", rule=BOUGHT, **form)
    assert browser.post("/hq/batches", rule=BOUGHT, **form).location == first.location
    other = browser.post("/hq/batches", rule="{}", **form)
    assert (other.status_code, "已经提交过一次" in other.text) == (409, True)


def test_what_an_undo_could_not_reach_is_told_and_taken_back_by_headquarters(brand, sign_in, customers):
    ids, tag = customers
    browser = sign_in(brand.east)
    first = browser.post("/hq/batches", kind="tag", c=ids[:2], tag=str(tag), once="b" * 24)
    _work()
    with transaction() as session:
        session.get_one(Staff, brand.east.id).path = brand.far.path
    undo = browser.post(f"{first.location}/undo")
    _work()
    assert _tagged() == [True, True, False]
    assert "其中 2 位不在发起人的管理范围内" in browser.get(undo.location)
    whole = sign_in(brand.headquarters)
    page = whole.get(first.location)
    assert ("做完了" in page, "上次撤销没有做完：有 2 位客户" in page) == (True, True)
    whole.post(f"{first.location}/undo")
    _work()
    assert _tagged() == [False, False, False]
    page = whole.get(first.location)
    assert ("已撤销" in page, "上次撤销没有做完" in page) == (True, False)


def test_a_list_is_kept_of_them(brand, sign_in, customers):
    browser = sign_in(brand.headquarters)
    browser.post("/hq/batches", kind="list", everyone="yes", rule="{}", list="老朋友", once="b" * 24)
    _work()
    with transaction() as session:
        segment = session.scalars(select(Segment).where(Segment.name == "老朋友")).one()
        run = session.scalars(select(SegmentRun).where(SegmentRun.segment_id == segment.id)).one()
        assert (segment.count, run.status, session.query(SegmentMember).filter_by(run_id=run.id).count()) == (3, "done", 3)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"kind": "tag", "tag": ""}, "请选一个标签"), ({"kind": "tag", "tag": "9999"}, "标签"),
        ({"kind": "owner", "guide": ""}, "填导购的姓名或账号"), ({"kind": "owner", "guide": "没有这人"}, "没有这位导购"),
        ({"kind": "consent", "consent": "all"}, "只能逐位进行"),
        ({"kind": "consent", "consent": "x"}, "请选择接收意愿"), ({"kind": "list", "list": "x" * 61}, "1 到 60 个字"),
        ({"kind": "list", "list": "好", "c": []}, "请先选择客户"),
    ],
)  # fmt: skip
def test_a_wrong_form_comes_back_with_all_that_was_chosen(brand, sign_in, customers, form, told):
    ids, _ = customers
    answer = sign_in(brand.headquarters).post("/hq/batches", **({"c": ids, "once": "c" * 24} | form))
    assert answer.status_code == 400
    assert told in answer.text
    assert answer.text.count('name="c"') == len(form.get("c", ids))
    with transaction() as session:
        assert session.query(CustomerBatch).count() == 0


def test_a_batch_is_stopped_and_a_strangers_is_not_there(brand, sign_in, customers):
    ids, tag = customers
    whole = sign_in(brand.headquarters)
    answer = whole.post("/hq/batches", kind="tag", c=ids, tag=str(tag), once="d" * 24)
    with transaction() as session:
        work_batch(session, session.scalars(select(CustomerBatch.id)).one(), 1)
    assert "已看过 <strong>1</strong> / 3" in whole.get(answer.location)
    assert whole.post(f"{answer.location}/cancel").status_code == 302
    assert "已停止" in whole.get(answer.location)
    assert whole.post(f"{answer.location}/cancel").status_code == 409
    assert sign_in(brand.east).status(answer.location) == 404
    with transaction() as session:
        assert session.scalars(select(CustomerBatch.status)).one() == BatchStatus.CANCELLED
    assert whole.post("/hq/batches", kind="erase", c=ids, once="e" * 24).status_code in {404, 409}


def test_the_batch_behind_a_wish_is_linked_from_her_page(brand, sign_in, customers):
    ids, _ = customers
    whole = sign_in(brand.headquarters)
    whole.post("/hq/batches", kind="consent", c=ids[:1], consent="none", once="f" * 24)
    _work()
    link = '<a href="/hq/batches/1">批量操作 1</a>'
    assert link in whole.get("/hq/customers/wm0")
    assert link in whole.get("/hq/customers/wm0/parts/contacts")


def test_chosen_people_are_forgotten_when_nothing_can_be_taken_back_any_more(brand, sign_in, customers):
    _, tag = customers
    sign_in(brand.headquarters).post("/hq/batches", kind="tag", everyone="yes", rule="{}", tag=str(tag), once="9" * 24)
    with transaction() as session:
        assert forget_chosen(session) == 0
        session.scalars(select(SegmentRun)).one().created_at = clock.now() - timedelta(days=16)
    with transaction() as session:
        assert forget_chosen(session) == 0, "its batch waits still"
    _work()
    with transaction() as session:
        assert session.query(SegmentMember).count() == 3
        assert forget_chosen(session) == 1
    with transaction() as session:
        assert [session.query(kind).count() for kind in (SegmentMember, SegmentRun, Segment)] == [0, 0, 0]


def test_before_the_first_batch(brand, sign_in):
    assert "还没有批量操作" in sign_in(brand.headquarters).get("/hq/batches")
