"""How far a daily job has come: a slot missed while nothing ran is made up, a repeated tick does nothing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from jobs.models import Tick

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
AGAIN = text("""
INSERT INTO tick (name, done_to, facts) VALUES (:name, :never, jsonb_build_object('again', CAST(:wanted AS text)))
ON CONFLICT (name) DO UPDATE SET facts = tick.facts || excluded.facts
""")
SATISFIED = text("UPDATE tick SET facts = facts - 'again' WHERE name = :name AND facts->>'again' = :wanted")


def newest_slot(at: str, now: datetime) -> datetime:
    """The last moment not after `now` at which the Shanghai clock showed `at` ("08:30")."""
    hour, minute = (int(part) for part in at.split(":"))
    slot = clock.at(clock.day_of(now), hour, minute)
    return slot if slot <= now else clock.at(clock.day_of(now) - timedelta(days=1), hour, minute)


def due_slot(session: Session, name: str, at: str, patience: timedelta, *, at_first: bool = False) -> date | None:
    """The day whose slot is to be done now, or None.

    Only the newest slot counts, and only within `patience` of its moment: a morning card at night helps nobody. A job seen for
    the first time begins with its next slot, or at once with its last one (`at_first`); so does one wanted again. A clock set
    back finds its slots done; one set forward makes up the newest only.
    """
    now = clock.now()
    slot = newest_slot(at, now)
    done_to = session.scalar(select(Tick.done_to).where(Tick.name == name))
    if done_to is None and at_first:
        want_again(session, [name])
    if again_since(session, name):
        return clock.day_of(slot)
    if done_to is None:
        _keep(session, name, now)
        return None
    if done_to >= slot or now - slot > patience:
        return None
    return clock.day_of(slot)


def slot_done(session: Session, name: str, at: str, day: date, wanted: str = "") -> None:
    """Everything of this day's slot is taken care of, and what `again_since` said when the work began."""
    hour, minute = (int(part) for part in at.split(":"))
    _keep(session, name, clock.at(day, hour, minute))
    if wanted:
        session.execute(SATISFIED, {"name": name, "wanted": wanted})


def want_again(session: Session, names: Iterable[str]) -> None:
    """Have these jobs done at once although their slots are done, or never came yet. Asked while one runs, it runs once more."""
    for name in sorted(names):
        session.execute(AGAIN, {"name": name, "never": NEVER, "wanted": clock.now().isoformat()})


def again_since(session: Session, name: str) -> str:
    """Since when the job is wanted again, "" when it is not."""
    return session.scalar(select(Tick.facts["again"].astext).where(Tick.name == name)) or ""


def _keep(session: Session, name: str, moment: datetime) -> None:
    fresh = insert(Tick).values(name=name, done_to=moment, facts={})
    session.execute(
        fresh.on_conflict_do_update(index_elements=[Tick.name], set_={"done_to": moment}, where=Tick.done_to < moment)
    )


def facts_of(session: Session, name: str) -> Json:
    """What a job noted for its next run, with the row locked; {} at first."""
    session.execute(insert(Tick).values(name=name, done_to=clock.now(), facts={}).on_conflict_do_nothing())
    return dict(session.execute(select(Tick.facts).where(Tick.name == name).with_for_update()).scalar_one())


def note_facts(session: Session, name: str, facts: Json) -> None:
    """Replace what a job noted."""
    row = session.get_one(Tick, name)
    row.facts, row.done_to = facts, clock.now()
    session.flush()
