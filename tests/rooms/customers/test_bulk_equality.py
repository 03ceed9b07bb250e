"""A bulk tag in lanes leaves what tagging one by one leaves, on random relations and merged rows; taken back, nothing is left."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.batches import start_batch, undo_batch
from customers.merging import merge
from customers.models import Customer, Follow, FollowStatus, TagGroup, TimelineEntry
from customers.rules import SEEN_BY_GUIDE
from customers.tag_bulk_sql import TAG_UNIONS
from customers.tag_models import BatchStatus, CustomerBatch, TagMark
from customers.tagging import tag_customer
from foundation.db import transaction
from jobs.batch_jobs import work_batch
from org.models import Role, Staff
from org.queries import find_staff
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff

PEOPLE, TAG = 24, 2
Left = dict[str, list[object]]


def build(seed: int) -> None:
    """The same people twice, as a… and b…: some follow relations each, some of them two rows of one person."""
    with transaction() as session:
        tags = make_tags(session, "高客单", "会员", "送礼", "爱看直播")
        session.get_one(TagGroup, tags[0].group_id).exclusive = seed % 2 == 1
        make_staff(session, userid="lead", role=Role.STORE_MANAGER, path="1.2.")
        guides = [make_staff(session, userid=f"g{number}", path=path) for number, path in enumerate(("1.2.", "1.2.", "1.3."))]
        for town in "ab":
            people(session, random.Random(seed), town, guides, [tag.id for tag in tags], 2 - seed % 2)


def people(session: Session, dice: random.Random, town: str, guides: list[Staff], tags: list[int], most: int) -> None:
    rows, at = [], datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number in range(PEOPLE):
        for guide in dice.sample(guides, dice.randint(1, 3)):
            status = dice.choice([FollowStatus.ACTIVE] * 5 + list(FollowStatus))
            has = sorted(dice.sample(tags, dice.choice((0, 0, 1, most))))
            since = at - timedelta(days=dice.randint(1, 3))
            follow = make_follow(session, guide, f"{town}{number:02d}", status=status, tag_ids=has, at=since)
        rows.append(follow.customer_id)
        session.get_one(Customer, rows[-1]).owner_id = dice.choice([None, *(one.id for one in guides)])
        session.flush()
    for kept, gone in zip(rows[::6], rows[3::6], strict=True):
        merge(session, kept, gone, "hand", "staff:1")
    session.execute(TAG_UNIONS, {"ids": rows})


def hers(session: Session, home: Customer) -> list[Follow]:
    rows = select(Customer.id).where((Customer.id == home.id) | (Customer.merged_into_id == home.id))
    return list(session.scalars(select(Follow).where(Follow.customer_id.in_(rows)).order_by(Follow.id)))


def homes(session: Session, town: str) -> list[Customer]:
    chosen = select(Customer).where(Customer.external_userid.startswith(town), Customer.merged_into_id.is_(None))
    return list(session.scalars(chosen.order_by(Customer.id)))


def one_by_one(kind: str) -> int:
    """What the batch's own words promise, by single changes; how many customers changed."""
    changed = 0
    with transaction() as session:
        inside = {one.id: one for one in session.scalars(select(Staff).where(Staff.path == "1.2."))}
        for home in homes(session, "b"):
            follows = hers(session, home)
            if not any(one.status in SEEN_BY_GUIDE and one.staff_id in inside for one in follows):
                continue
            living = [one for one in follows if one.status == FollowStatus.ACTIVE and one.staff_id in inside]
            if kind == "untag":
                chosen, deed = [one for one in living if TAG in one.tag_ids], {"remove": [TAG]}
            else:
                living.sort(key=lambda one: (one.staff_id != home.owner_id, one.followed_at, one.id))
                chosen, deed = living[:1] if TAG not in home.tag_ids else [], {"add": [TAG]}
            for follow in chosen:
                tag_customer(session, inside[follow.staff_id], follow.customer_id, by="console:batch:1", **deed)
            changed += bool(chosen)
    return changed


def left(town: str) -> Left:
    """Tags, marks and moments of each person and relation, without what names the town."""
    found: Left = {}
    with transaction() as session:
        for home in homes(session, town):
            about = found[home.external_userid[1:]] = [home.tag_ids]
            about += [(follow.staff_id, follow.tag_ids) for follow in hers(session, home)]
            rows = select(Customer.id).where((Customer.id == home.id) | (Customer.merged_into_id == home.id))
            marks = session.scalars(select(TagMark).where(TagMark.customer_id.in_(rows)))
            about += sorted((one.staff_id, one.tag_id, one.source, one.by, one.ended_by, one.ended_at is None) for one in marks)
            told = select(TimelineEntry).where(TimelineEntry.customer_id.in_(rows), TimelineEntry.kind.contains("tagged"))
            moments = ((one.staff_id, "told", one.facts["add"], one.facts["remove"]) for one in session.scalars(told))
            about += sorted(moments, key=str)
    return found


def tags_alone(about: list[object]) -> list[object]:
    return [one for one in about if not isinstance(one, tuple) or len(one) == 2]


def one_each(about: list[object]) -> bool:
    """Whether each guide has one relation with her: where she has two, marks do not say which had the tag."""
    guides = [one[0] for one in about if isinstance(one, tuple)]
    return len(set(guides)) == len(guides)


@pytest.mark.parametrize("seed", range(6))
def test_in_lanes_as_one_by_one_and_back(database: None, seed: int) -> None:
    build(seed)
    kind, before = ("untag", "tag")[seed % 3 > 0], left("a")
    assert before == left("b")
    with transaction() as session:
        lead = find_staff(session, "lead")
        assert lead is not None
        asked = list(session.scalars(select(Customer.id).where(Customer.external_userid.startswith("a"))))
        batch_id = start_batch(session, lead, kind, {"customers": asked}, {"tag": TAG}, "b1").id
    work_batch(batch_id, limit=3)
    changed = one_by_one(kind)
    assert changed > 1
    assert left("a") == left("b")
    with transaction() as session:
        batch = session.get_one(CustomerBatch, batch_id)
        assert (batch.status, batch.done, batch.left_out) == (BatchStatus.DONE, changed, len(asked) - changed)
        undo_id = undo_batch(session, lead, batch_id).id
    work_batch(undo_id, limit=3)
    with transaction() as session:
        assert session.get_one(CustomerBatch, undo_id).done == changed
        assert session.get_one(CustomerBatch, batch_id).status == BatchStatus.UNDONE
        assert not session.scalars(select(TagMark).where(TagMark.batch_id == batch_id, TagMark.ended_at.is_(None))).all()
    again = {key: tags_alone(about) for key, about in left("a").items()}
    assert {key: about for key, about in again.items() if one_each(about)} == {
        key: about for key, about in before.items() if one_each(about)
    }
