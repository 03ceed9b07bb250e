"""Follow relations as events tell them, and the timeline. The customer's row is locked first, always: one order, no deadlock."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.accounts import find_relation
from customers.losses import handed_over, note_loss
from customers.models import Consent, Customer, Follow, FollowStatus, TimelineEntry
from customers.owning import refresh_owners
from customers.respect_models import ConsentChange
from customers.rules import SAME_ADDING, Standing, added, ended, ended_at, is_gone, merged
from customers.tag_moments import noted
from customers.tier_due import want_retier
from foundation import audit, clock
from foundation.db import Json
from foundation.wake import ring
from org.actions import meet
from org.models import Staff

PULL_JOB = "customers.pull_wanted"
POLL_JOB = "customers.poll_handovers"
# The source of a change of consent that is her own written word.
SAID = "message"


def lock_customer(session: Session, external_userid: str) -> Customer:
    """The customer's row, locked; one never heard of is created, to be pulled soon."""
    chosen = (
        select(Customer)
        .where(Customer.external_userid == external_userid)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(chosen).one_or_none()
    if found is None:
        now = clock.now()
        values = {"external_userid": external_userid, "created_at": now, "pull_wanted_at": now}
        session.execute(insert(Customer).values(**values).on_conflict_do_nothing())
        found = session.scalars(chosen).one()
    return found


def standing_of(follow: Follow) -> Standing:
    """The stored relation, for rules."""
    return Standing(FollowStatus(follow.status), follow.changed_at, follow.followed_at, follow.state)


def _apply(session: Session, customer: Customer, staff: Staff, event: Standing) -> Follow:
    """Merge one event into the relation of these two; the row is created when this is the first word of it."""
    follow, place = find_relation(session, customer, staff.id)
    result = event if follow is None else merged(standing_of(follow), event)
    if follow is None:
        follow = Follow(customer_id=place.customer_id, staff_id=staff.id, external_userid=place.external_userid)
        session.add(follow)
    write_standing(follow, result)
    session.flush()
    home = customer.merged_into_id or customer.id
    refresh_unions(session, [home])
    want_retier(session, [home])
    session.refresh(customer)
    return follow


def write_standing(follow: Follow, standing: Standing) -> None:
    """Store what the rules decided."""
    follow.status, follow.changed_at = standing.status, standing.changed_at
    follow.followed_at, follow.state = standing.followed_at, standing.state[:64]
    follow.ended_at = ended_at(standing)


def start_following(
    session: Session, userid: str, external_userid: str, *, at: datetime, state: str = "", half: bool = False, channel: str = ""
) -> Follow:
    """A customer was added (DOC 92130). Older than what is known, it changes nothing but the history.

    `channel` is the name of the channel code, for the timeline. The profile is pulled soon after.
    """
    customer = lock_customer(session, external_userid)
    staff = meet(session, userid)
    follow = _apply(session, customer, staff, added(at, half=half, state=state))
    facts: Json = {"state": state, "channel": channel} if state else {}
    if half or not _complete_pulled(session, follow, at, facts):
        kind = "half_added" if half else "added"
        once = f"{kind}:{follow.id}:{int(at.timestamp())}"
        note_timeline(session, follow.customer_id, kind, staff_id=staff.id, at=at, once=once, **facts)
    customer.pull_wanted_at = clock.now()
    ring(session, PULL_JOB)
    session.flush()
    return follow


def _complete_pulled(session: Session, follow: Follow, at: datetime, facts: Json) -> bool:
    """A pull may have noted this adding before its event came, at a `createtime` a moment apart, without the channel."""
    entry = session.scalars(
        select(TimelineEntry)
        .where(
            TimelineEntry.customer_id == follow.customer_id,
            TimelineEntry.staff_id == follow.staff_id,
            TimelineEntry.kind == "added",
            TimelineEntry.at.between(at - SAME_ADDING, at + SAME_ADDING),
            TimelineEntry.facts.has_key("pulled"),
        )
        .limit(1)
    ).first()
    if entry is not None:
        entry.facts = {**entry.facts, **facts}
        noted(session, follow.customer_id, follow.staff_id, "added", entry.facts, at)
    return entry is not None


def end_following(session: Session, userid: str, external_userid: str, *, by: str, at: datetime) -> Follow:
    """The relation ended: `by` customer (del_follow_user), guide (del_external_contact) or transfer. Any order is right."""
    customer = lock_customer(session, external_userid)
    follow = _apply(session, customer, meet(session, userid), ended(at, by))
    note_ended(session, follow, by, at)
    if by == "transfer":
        ring(session, POLL_JOB)
    return follow


def note_ended(session: Session, follow: Follow, by: str, at: datetime) -> None:
    """The timeline's word of an end, and the board's when she is lost.

    A takeover is told twice, by its event and by its result, at moments that may lie apart: once a day.
    """
    once = f"ended:{follow.id}:{by}:{clock.day_of(at)}" if by == "transfer" else f"ended:{follow.id}:{int(at.timestamp())}"
    note_loss(session, follow, by, at)
    note_timeline(session, follow.customer_id, "ended", staff_id=follow.staff_id, at=at, once=once, by=by)


def transfer_failed(session: Session, userid: str, external_userid: str, *, reason: str, at: datetime) -> None:
    """A takeover failed (customer_refused, customer_limit_exceed): a word on the timeline, nothing else changes."""
    customer = lock_customer(session, external_userid)
    staff = meet(session, userid)
    once = f"transfer_failed:{customer.id}:{staff.id}:{int(at.timestamp())}"
    note_timeline(
        session, customer.merged_into_id or customer.id, "transfer_failed", staff_id=staff.id, at=at, once=once, reason=reason
    )


def end_absent(session: Session, follows: Sequence[Follow], absent_at: datetime) -> int:
    """End the relations a complete answer asked for at `absent_at` did not list; their customers' rows are locked already."""
    gone = [follow for follow in follows if is_gone(standing_of(follow), absent_at)]
    moved = handed_over(session, gone, absent_at)
    for follow in gone:
        by = "transfer" if follow.id in moved else "guide"
        write_standing(follow, merged(standing_of(follow), ended(absent_at, by)))
        note_ended(session, follow, by, absent_at)
    session.flush()
    refresh_unions(session, [follow.customer_id for follow in gone])
    want_retier(session, [follow.customer_id for follow in gone])
    return len(gone)


def refresh_unions(session: Session, customer_ids: Sequence[int]) -> None:
    """Recompute `tag_ids` (over her active relations) and the owner (by the brand's rules) of some customers."""
    refresh_owners(session, customer_ids)


def note_timeline(
    session: Session, customer_id: int, kind: str, *, staff_id: int | None, at: datetime, once: str, **facts: object
) -> bool:
    """Add one moment to her timeline. False when this cause was noted before (`once`, at most 200 characters)."""
    added_id = session.scalar(
        insert(TimelineEntry)
        .values(customer_id=customer_id, staff_id=staff_id, kind=kind, at=at, facts=facts, once=once[:200])
        .on_conflict_do_nothing(index_elements=["once"])
        .returning(TimelineEntry.id)
    )
    if added_id is not None:
        noted(session, customer_id, staff_id, kind, facts, at)
    return added_id is not None


def touch(session: Session, staff_id: int, customer_id: int, at: datetime) -> None:
    """This guide was in contact with this customer at `at`; an older contact never hides a newer one."""
    session.execute(TOUCH, {"staff_id": staff_id, "customer_id": customer_id, "at": at})


TOUCH = text("""
UPDATE follow SET last_contact_at = GREATEST(last_contact_at, :at)
WHERE staff_id = :staff_id AND customer_id = :customer_id
""")


def set_consent(
    session: Session, customer_id: int, consent: Consent, actor: str, source: str, *, staff_id: int | None = None, words: str = ""
) -> None:
    """What this customer lets us send, with who said so and where (for the audit); `staff_id` is the member she told.

    `words` are her own, as evidence (the first 200 characters). Choosing what holds already changes nothing; what she says
    herself (source SAID) is kept all the same, so that whoever takes back another's change sees that she has spoken since.
    """
    customer = session.get_one(Customer, customer_id, with_for_update={"key_share": True}, populate_existing=True)
    before, now = customer.consent, clock.now()
    if before == consent and source != SAID:
        return
    customer.consent = consent
    change = {"customer_id": customer_id, "was": before, "now": consent, "source": source[:20], "words": words[:200]}
    session.add(ConsentChange(**change, staff_id=staff_id, at=now))
    session.flush()
    if before == consent:
        return
    once = f"consent:{customer_id}:{now.timestamp()}"
    said = {"words": words[:200]} if words else {}
    note_timeline(session, customer_id, "consent", staff_id=staff_id, at=now, once=once, to=consent, source=source, **said)
    audit.record(session, actor, "customer.consent", f"customer:{customer_id}", before=before, after=consent, source=source)
    session.flush()


def want_pull(session: Session, external_userid: str) -> None:
    """Ask for this customer's profile to be pulled; one never heard of is created (an edit may arrive before its add)."""
    lock_customer(session, external_userid).pull_wanted_at = clock.now()
    ring(session, PULL_JOB)
    session.flush()
