"""Deeds on many customers: done once, in scope, cancelled, taken back; nobody's single tap is lost beside them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from customers.batch_kinds import DEEDS, Deed, add_deed
from customers.batches import can_undo, cancel_batch, start_batch, undo_batch, work_batch
from customers.following import set_consent
from customers.merging import merge
from customers.models import Consent, Customer, Follow, Tag, TagGroup, TimelineEntry
from customers.respect_models import ConsentChange
from customers.tag_models import BatchStatus, CustomerBatch, TagMark, TagsWanted
from customers.tagging import tag_customer
from foundation import clock
from foundation.audit import AuditEvent
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff
from outbox.models import OutgoingMessage
from tests.builders.customers import make_follow, make_tags
from tests.builders.org import make_staff


@pytest.fixture
def boss(session: Session) -> Staff:
    return make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")


@pytest.fixture
def ai(session: Session) -> Staff:
    return make_staff(session, userid="ai", path="1.2.")


@pytest.fixture
def tags(session: Session) -> list[Tag]:
    return make_tags(session, "高客单", "会员", "送礼")


def five(session: Session, ai: Staff) -> list[Follow]:
    return [make_follow(session, ai, f"wm{number}") for number in range(5)]


def run(session: Session, batch: CustomerBatch, limit: int = 2) -> None:
    while work_batch(session, batch.id, limit):
        session.expire_all()
    session.expire_all()


def start(
    session: Session, boss: Staff, kind: str, follows: list[Follow], deed: dict[str, object], once: str = "b1"
) -> CustomerBatch:
    return start_batch(session, boss, kind, {"customers": [one.customer_id for one in follows]}, deed, once)


def test_a_bulk_tag_is_given_once_to_those_who_lack_it_and_written_back_later(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag]
) -> None:
    follows = five(session, ai)
    tag_customer(session, ai, follows[0].customer_id, add=[tags[0].id], by="guide")
    batch = start(session, boss, "tag", follows, {"tag": tags[0].id})
    assert start(session, boss, "tag", follows, {"tag": tags[0].id}).id == batch.id
    run(session, batch)
    assert (batch.status, batch.total, batch.done, batch.left_out) == (BatchStatus.DONE, 5, 4, 1)
    assert all(one.tag_ids == [tags[0].id] for one in session.scalars(select(Customer)))
    assert len(session.scalars(select(OutgoingMessage)).all()) == 1
    assert set(session.scalars(select(TagsWanted.follow_id))) == {one.id for one in follows[1:]}
    marks = session.scalars(select(TagMark).where(TagMark.batch_id == batch.id)).all()
    assert {(one.source, one.by) for one in marks} == {("console", f"console:batch:{batch.id}")}
    assert len(session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "auto_tagged")).all()) == 4


def test_taking_back_leaves_what_people_changed_since(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    follows = five(session, ai)
    batch = start(session, boss, "tag", follows, {"tag": tags[0].id})
    run(session, batch)
    tag_customer(session, ai, follows[1].customer_id, remove=[tags[0].id], by="guide")
    tag_customer(session, ai, follows[1].customer_id, add=[tags[0].id], by="guide")
    undo = undo_batch(session, boss, batch.id)
    assert undo_batch(session, boss, batch.id).id == undo.id
    run(session, undo)
    session.expire_all()
    assert (undo.status, undo.done, batch.status) == (BatchStatus.DONE, 4, BatchStatus.UNDONE)
    assert [one.tag_ids for one in follows] == [[], [tags[0].id], [], [], []]


def test_untag_takes_from_everybody_and_its_undo_gives_back(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    follows = [make_follow(session, ai, f"wm{number}", tag_ids=[tags[0].id]) for number in range(3)]
    batch = start(session, boss, "untag", follows, {"tag": tags[0].id})
    run(session, batch)
    assert [one.tag_ids for one in follows] == [[], [], []]
    undo = undo_batch(session, boss, batch.id)
    run(session, undo)
    assert [one.tag_ids for one in follows] == [[tags[0].id]] * 3


def test_of_an_exclusive_group_the_batch_takes_the_place_and_gives_it_back(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag]
) -> None:
    session.get_one(TagGroup, tags[0].group_id).exclusive = True
    follow = make_follow(session, ai, "wm1", tag_ids=[tags[1].id])
    batch = start(session, boss, "tag", [follow], {"tag": tags[0].id})
    run(session, batch)
    assert follow.tag_ids == [tags[0].id]
    run(session, undo_batch(session, boss, batch.id))
    assert follow.tag_ids == [tags[1].id]


def test_a_manager_reaches_her_own_people_alone(session: Session, tags: list[Tag]) -> None:
    near, far = make_staff(session, userid="near", path="1.2."), make_staff(session, userid="far", path="1.3.")
    lead = make_staff(session, userid="lead", role=Role.STORE_MANAGER, path="1.2.")
    follows = [make_follow(session, near, "wm1"), make_follow(session, far, "wm2")]
    batch = start(session, lead, "tag", follows, {"tag": tags[0].id})
    run(session, batch)
    assert [one.tag_ids for one in follows] == [[tags[0].id], []]
    assert (batch.done, batch.left_out) == (1, 1)
    other = make_staff(session, userid="other", role=Role.STORE_MANAGER, path="1.3.")
    with pytest.raises(NotFound):
        cancel_batch(session, other, batch.id)


def test_cancelled_it_stops_and_what_was_done_can_be_taken_back(
    session: Session, boss: Staff, ai: Staff, tags: list[Tag]
) -> None:
    follows = five(session, ai)
    batch = start(session, boss, "tag", follows, {"tag": tags[0].id})
    assert work_batch(session, batch.id, 2)
    cancel_batch(session, boss, batch.id)
    assert not work_batch(session, batch.id, 2)
    with pytest.raises(Conflict):
        cancel_batch(session, boss, batch.id)
    run(session, undo_batch(session, boss, batch.id))
    assert not any(one.tag_ids for one in session.scalars(select(Customer)))


def test_consent_goes_back_unless_she_spoke_since(session: Session, boss: Staff, ai: Staff) -> None:
    follows = five(session, ai)
    batch = start(session, boss, "consent", follows, {"consent": "service_only"})
    run(session, batch)
    assert {one.consent for one in session.scalars(select(Customer))} == {Consent.SERVICE_ONLY}
    set_consent(session, follows[0].customer_id, Consent.NONE, "customer", "message", words="别再联系我")
    wish = {"was": "service_only", "now": "service_only", "source": "message", "words": "退订"}
    session.add(ConsentChange(customer_id=follows[1].customer_id, at=clock.now(), **wish))
    session.flush()
    undo = undo_batch(session, boss, batch.id)
    run(session, undo)
    wishes = [session.get_one(Customer, one.customer_id).consent for one in follows]
    assert wishes == [Consent.NONE, Consent.SERVICE_ONLY, Consent.ALL, Consent.ALL, Consent.ALL]
    assert (undo.done, undo.left_out) == (3, 2)


def test_consent_in_bulk_only_tightens(session: Session, boss: Staff, ai: Staff) -> None:
    follows = five(session, ai)
    session.get_one(Customer, follows[0].customer_id).consent = Consent.NONE
    with pytest.raises(Invalid, match="只能逐位进行"):
        start(session, boss, "consent", follows, {"consent": "all"})
    batch = start(session, boss, "consent", follows, {"consent": "service_only"})
    run(session, batch)
    assert (batch.done, batch.left_out) == (4, 1)
    assert session.get_one(Customer, follows[0].customer_id).consent == Consent.NONE


def test_consent_in_bulk_writes_what_a_single_change_writes_in_few_statements(
    session: Session, boss: Staff, ai: Staff, count_sql: object
) -> None:
    follows = five(session, ai) + [make_follow(session, ai, f"more{number}") for number in range(40)]
    one, other = follows[0].customer_id, follows[1].customer_id
    set_consent(session, one, Consent.SERVICE_ONLY, f"staff:{boss.id}", "batch:1", staff_id=boss.id)
    batch = start(session, boss, "consent", follows, {"consent": "service_only"})
    with count_sql() as statements:  # type: ignore[operator]
        assert not work_batch(session, batch.id)
    assert len(statements) < 20

    def written(customer_id: int) -> list[object]:
        change = session.scalars(select(ConsentChange).where(ConsentChange.customer_id == customer_id)).one()
        entry = session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id == customer_id)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"customer:{customer_id}")).one()
        kept = [change.was, change.now, change.source, change.words, change.staff_id]
        assert entry.once == f"consent:{customer_id}:{entry.at.timestamp()}"
        return [*kept, entry.staff_id, entry.kind, entry.facts, event.actor, event.action, event.facts]

    assert batch.id == 1
    assert written(one) == written(other)


def test_who_is_outside_her_subtree_is_left_out(session: Session) -> None:
    near, far = make_staff(session, userid="near", path="1.2."), make_staff(session, userid="far", path="1.3.")
    lead = make_staff(session, userid="lead", role=Role.STORE_MANAGER, path="1.2.")
    follows = [make_follow(session, near, "wm1"), make_follow(session, far, "wm2")]
    batch = start(session, lead, "consent", follows, {"consent": "none"})
    run(session, batch)
    assert [session.get_one(Customer, one.customer_id).consent for one in follows] == [Consent.NONE, Consent.ALL]
    assert (batch.done, batch.left_out) == (1, 1)


def test_a_batch_is_stopped_while_a_stretch_of_it_is_under_way(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        boss = make_staff(session, userid="boss", role=Role.HEADQUARTERS, path="1.")
        follows = five(session, make_staff(session, userid="ai", path="1.2."))

    def slow(_session: Session, batch: CustomerBatch, ids: object) -> int:
        with transaction() as other:
            cancel_batch(other, boss, batch.id)
            assert not work_batch(other, undo_batch(other, boss, batch.id).id), "its undo waits for the stretch"
        return 2

    monkeypatch.setitem(DEEDS, "probe", DEEDS["consent"])
    add_deed("probe", Deed("慢", lambda _session, _staff, deed: deed, slow, lambda *_: 2))
    with transaction() as session:
        batch = start(session, boss, "probe", follows, {})
    with transaction() as session:
        assert not work_batch(session, batch.id, 2)
    with transaction() as session:
        stopped = session.get_one(CustomerBatch, batch.id)
        assert (stopped.status, stopped.done, stopped.cursor > 0) == (BatchStatus.CANCELLED, 2, True)


def test_who_was_merged_is_reached_under_the_row_she_lives_on(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    kept, gone = make_follow(session, ai, "wm1"), make_follow(session, ai, "wm2")
    batch = start(session, boss, "tag", [gone], {"tag": tags[0].id})
    run(session, batch)
    merge(session, kept.customer_id, gone.customer_id, "hand", "staff:1")
    session.expire_all()
    assert session.get_one(Customer, kept.customer_id).tag_ids == [tags[0].id]
    run(session, undo_batch(session, boss, batch.id))
    assert (gone.tag_ids, session.get_one(Customer, kept.customer_id).tag_ids) == ([], [])
    quiet = start(session, boss, "consent", [gone], {"consent": "none"}, "b2")
    run(session, quiet)
    assert quiet.done == 1
    assert session.get_one(Customer, kept.customer_id).consent == Consent.NONE


def test_taken_from_a_merged_row_the_mark_given_there_ends(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    bo = make_staff(session, userid="bo", path="1.2.")
    kept, gone = make_follow(session, ai, "wm1"), make_follow(session, bo, "wm2")
    merge(session, kept.customer_id, gone.customer_id, "hand", "staff:1")
    for guide, follow in ((ai, kept), (bo, gone)):
        tag_customer(session, guide, follow.customer_id, add=[tags[0].id, tags[1].id], by="guide")
    run(session, start(session, boss, "untag", [kept], {"tag": tags[0].id}))
    living = select(TagMark.customer_id, TagMark.tag_id).where(TagMark.ended_at.is_(None)).order_by(TagMark.id)
    assert session.execute(living).all() == [(kept.customer_id, tags[1].id), (gone.customer_id, tags[1].id)]


def test_an_undo_broken_off_goes_on_where_it_stopped(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    follows = five(session, ai)
    batch = start(session, boss, "tag", follows, {"tag": tags[0].id})
    run(session, batch)
    undo = undo_batch(session, boss, batch.id)
    assert work_batch(session, undo.id, 2)
    cancel_batch(session, boss, undo.id)
    cursor = undo.cursor
    again = undo_batch(session, boss, batch.id)
    assert (again.id, again.status, again.cursor, again.finished_at) == (undo.id, BatchStatus.WAITING, cursor, None)
    run(session, again)
    assert (again.done, batch.status) == (5, BatchStatus.UNDONE)
    assert not any(one.tag_ids for one in follows)


def test_what_a_failed_batch_did_is_taken_back(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    follows = five(session, ai)
    batch = start(session, boss, "tag", follows, {"tag": tags[0].id})
    assert work_batch(session, batch.id, 2)
    tags[0].removed_at = clock.now()
    session.flush()
    assert not work_batch(session, batch.id, 2)
    session.refresh(batch)
    assert (batch.status, batch.done, can_undo(batch)) == (BatchStatus.FAILED, 2, True)
    run(session, undo_batch(session, boss, batch.id))
    assert not any(one.tag_ids for one in follows)


def test_what_is_wrong_is_told_and_nothing_begins(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    follow = make_follow(session, ai)
    who = {"customers": [follow.customer_id]}
    with pytest.raises(NotAllowed):
        start_batch(session, ai, "tag", who, {"tag": tags[0].id}, "x")
    with pytest.raises(Invalid):
        start_batch(session, boss, "tag", {"customers": []}, {"tag": tags[0].id}, "x")
    with pytest.raises(Invalid):
        start_batch(session, boss, "tag", {"customers": list(range(1, 1_002))}, {"tag": tags[0].id}, "x")
    with pytest.raises(Invalid):
        start_batch(session, boss, "tag", who, {"tag": 999}, "x")
    with pytest.raises(NotFound):
        start_batch(session, boss, "fly", who, {}, "x")
    assert session.scalars(select(CustomerBatch)).all() == []


def test_after_two_weeks_nothing_is_taken_back(session: Session, boss: Staff, ai: Staff, tags: list[Tag]) -> None:
    batch = start(session, boss, "tag", five(session, ai), {"tag": tags[0].id})
    run(session, batch)
    batch.created_at = clock.now() - timedelta(days=15)
    session.flush()
    with pytest.raises(Conflict):
        undo_batch(session, boss, batch.id)
