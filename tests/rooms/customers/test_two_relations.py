"""A guide who knows both accounts of one person keeps two relations with her, each with its own tags and marks."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.actions import start_following
from customers.batches import start_batch, undo_batch, work_batch
from customers.merging import merge, undo_merge
from customers.models import Customer, Follow, Tag
from customers.page_queries import list_marks
from customers.tag_models import CustomerBatch, TagMark, TagMoment
from customers.tag_moments import happened
from customers.tag_rule_actions import save_rule, switch_on
from customers.tag_rule_sql import refused
from customers.tag_rule_work import end_expired, work_moments
from customers.tag_rules import RuleDraft
from customers.tagging import tag_customer
from foundation import clock
from tests.builders.customers import make_follow, make_tags
from tests.builders.sop import Brand, make_brand


@pytest.fixture
def brand(session: Session) -> Brand:
    return make_brand(session)


@pytest.fixture
def tags(session: Session) -> list[Tag]:
    return make_tags(session, "高客单", "会员")


@pytest.fixture
def both(session: Session, brand: Brand) -> tuple[Follow, Follow]:
    return make_follow(session, brand.ai, "wm1"), make_follow(session, brand.ai, "wm2")


def _bulk(session: Session, brand: Brand, kind: str, follow: Follow, tag: Tag) -> CustomerBatch:
    who = {"customers": [follow.customer_id]}
    return _run(session, start_batch(session, brand.headquarters, kind, who, {"tag": tag.id}, "b1"))


def _run(session: Session, batch: CustomerBatch) -> CustomerBatch:
    while work_batch(session, batch.id, 10):
        session.expire_all()
    session.expire_all()
    return batch


def _tagged(both: tuple[Follow, Follow]) -> list[list[int]]:
    return [list(one.tag_ids) for one in both]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("merged_first", [True, False])
def test_the_undo_of_a_bulk_untag_gives_each_relation_what_it_had(
    session: Session, brand: Brand, both: tuple[Follow, Follow], tags: list[Tag], which: int, merged_first: bool
) -> None:
    ids = [one.customer_id for one in both]
    tag_customer(session, brand.ai, ids[which], add=[tags[0].id], by="guide")
    if merged_first:
        merge(session, *ids, "hand", "staff:1")
    session.expire_all()
    before = _tagged(both)
    batch = _bulk(session, brand, "untag", both[which], tags[0])
    assert _tagged(both) == [[], []]
    if not merged_first:
        merge(session, *ids, "hand", "staff:1")
    _run(session, undo_batch(session, brand.headquarters, batch.id))
    assert _tagged(both) == before
    assert session.get_one(Customer, ids[0]).tag_ids == [tags[0].id]


def test_the_undo_of_a_bulk_tag_takes_it_from_the_relation_it_gave_it_to(
    session: Session, brand: Brand, both: tuple[Follow, Follow], tags: list[Tag]
) -> None:
    ids = [one.customer_id for one in both]
    merge(session, *ids, "hand", "staff:1")
    batch = _bulk(session, brand, "tag", both[0], tags[0])
    tag_customer(session, brand.ai, ids[1], add=[tags[0].id], by="guide")
    _run(session, undo_batch(session, brand.headquarters, batch.id))
    assert _tagged(both) == [[], [tags[0].id]]


def test_an_expiring_tag_goes_from_the_relation_that_stayed(
    session: Session, brand: Brand, both: tuple[Follow, Follow], tags: list[Tag]
) -> None:
    ids, soon = [one.customer_id for one in both], clock.now() + timedelta(days=1)
    tag_customer(session, brand.ai, ids[1], add=[tags[0].id], by="rule:x", expires_at=soon)
    tag_customer(session, brand.ai, ids[0], add=[tags[0].id], by="guide")
    merge(session, *ids, "hand", "staff:1")
    assert end_expired(session, clock.now() + timedelta(days=2)) == 1
    session.expire_all()
    assert _tagged(both) == [[tags[0].id], []]


def test_a_relation_that_steps_aside_takes_its_marks_along(session: Session, brand: Brand, tags: list[Tag]) -> None:
    kept, gone = make_follow(session, brand.bo, "wm1"), make_follow(session, brand.ai, "wm2")
    ids, soon = [kept.customer_id, gone.customer_id], clock.now() + timedelta(days=1)
    tag_customer(session, brand.ai, ids[1], add=[tags[0].id], by="rule:x", expires_at=soon)
    done = merge(session, *ids, "hand", "staff:1")
    assert session.scalars(select(TagMark.customer_id)).one() == ids[0]
    start_following(session, brand.ai.userid, "wm1", at=clock.now())
    assert session.scalars(select(TagMark.customer_id).execution_options(populate_existing=True)).one() == ids[1]
    assert end_expired(session, clock.now() + timedelta(days=2)) == 1
    session.expire_all()
    assert (gone.customer_id, gone.tag_ids) == (ids[1], [])
    assert undo_merge(session, done.id, "staff:1") == []
    assert session.scalars(select(TagMark.customer_id)).one() == ids[1]


def test_a_tag_taken_by_hand_on_either_relation_is_given_by_no_rule(
    session: Session, brand: Brand, both: tuple[Follow, Follow], tags: list[Tag]
) -> None:
    ids = [one.customer_id for one in both]
    for change in ({"add": [tags[0].id]}, {"remove": [tags[0].id]}):
        tag_customer(session, brand.ai, ids[1], by="guide", **change)
    merge(session, *ids, "hand", "staff:1")
    rule = save_rule(session, brand.headquarters, RuleDraft("买过", tags[0].id, "order", {}))
    switch_on(session, brand.headquarters, rule.id, rule.revision)
    session.flush()
    happened(session, ids[0], brand.ai.id, "order", {"paid_yuan": "100"}, clock.now())
    assert session.query(TagMoment).count() == 1
    work_moments(session)
    session.expire_all()
    assert _tagged(both) == [[], []]
    assert session.scalars(select(Customer.id).where(refused(tags[0].id), Customer.merged_into_id.is_(None))).all() == [ids[0]]
    marks = list_marks(session, brand.headquarters, ids[0])
    assert [(mark.customer_id, mark.ended_by) for mark, _, _, _ in marks] == [(ids[1], "guide")], "her page shows them all"
