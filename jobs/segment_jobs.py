"""Jobs of segments: runs frozen, daily refreshes, counts of saved segments, and the facts while no counter leads."""

from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid
from foundation.leader import is_led
from jobs.alone import each_alone
from segments import actions, facts
from segments.choosing import forget_chosen
from segments.freezing import waiting_runs
from segments.growth import count_growth
from segments.models import FactsWanted, Segment, SegmentKind
from segments.queries import COUNTER, counted
from segments.rules import parse
from segments.scopes import Scope

ROUNDS = 10
COUNTED_AGAIN = timedelta(minutes=10)
COUNTED_AT_ONCE = 200


def refresh_alone() -> int:
    """Work out wanted facts, but only while no counter leads: it must see each change itself. How many customers."""
    done = 0
    for _ in range(ROUNDS):
        with transaction() as session:
            if session.scalar(select(FactsWanted.id).limit(1)) is None:
                return done
            facts.lock_facts(session)
            if is_led(session, facts.COUNTER_LEADER):
                return done
            done += len(facts.refresh(session))
    return done


def freeze_waiting() -> int:
    """Freeze the runs that wait, a transaction each; how many."""
    with transaction() as session:
        runs = waiting_runs(session)
    return each_alone("segments.freeze", runs, _freeze, actions.note_freeze_trouble)


def _freeze(run_id: int) -> bool:
    with transaction() as session:
        return actions.work_freeze(session, run_id)


def refresh_daily() -> int:
    """Segments whose hour has come are frozen; how many runs were made."""
    with transaction() as session:
        actions.freeze_due(session)
    return freeze_waiting()


def turn_day(day: date) -> None:
    """A new day: contacts and openings of thirty days ago no longer count; runs of a month ago and people chosen for batches
    that cannot be taken back any more are dropped.
    """
    with transaction() as session:
        facts.want_faded(session, day)
    with transaction() as session:
        actions.forget_old_runs(session)
    with transaction() as session:
        forget_chosen(session)


def count_customers(day: date) -> int:
    """The night's counts behind the charts of customers, as of the beginning of the day; rows written."""
    with transaction() as session:
        return count_growth(session, day)


def count_again() -> int:
    """The numbers beside saved segments, from the counter alone: it does not cost the database anything. How many."""
    with transaction() as session:
        done = 0
        for segment in _stale(session):
            try:
                told = counted(session, Scope(segment.path), parse(segment.rule))
            except Invalid:
                continue
            if told.by != COUNTER:
                return done
            segment.count, segment.counted_at = told.count, clock.now()
            done += 1
    return done


def _stale(session: Session) -> list[Segment]:
    old = or_(Segment.counted_at.is_(None), Segment.counted_at < clock.now() - COUNTED_AGAIN)
    chosen = select(Segment).where(Segment.archived_at.is_(None), Segment.kind == SegmentKind.RULE, old)
    by_age = chosen.order_by(func.coalesce(Segment.counted_at, Segment.created_at), Segment.id)
    return list(session.scalars(by_age.limit(COUNTED_AT_ONCE).with_for_update(skip_locked=True)))
