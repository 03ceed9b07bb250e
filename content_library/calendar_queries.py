"""What is read of the persona calendar (人设剧本): a month for its editors, what is due for a guide, how far it was done."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from content_library.calendar_rules import LATE_DAYS, due_at
from content_library.models import Item
from content_library.persona_models import EntryStatus, PersonaEntry, PersonaPost
from content_library.persona_queries import at_counter, persona_of, voices
from foundation import clock
from foundation.errors import NotFound
from org.models import Staff
from org.rules import ROOT_PATH

# A month of one persona; nobody writes more than a dozen a day.
MOST_ENTRIES = 400
CARD_PATIENCE = timedelta(hours=2)


def list_entries(session: Session, persona_id: int, first: date, last: date) -> list[PersonaEntry]:
    """The entries of a persona from `first` to `last`, both included, in their order."""
    chosen = select(PersonaEntry).where(PersonaEntry.persona_id == persona_id, PersonaEntry.on.between(first, last))
    return list(session.scalars(chosen.order_by(PersonaEntry.on, PersonaEntry.at_minute, PersonaEntry.id).limit(MOST_ENTRIES)))


def get_entry(session: Session, entry_id: int, *, lock: bool = False) -> PersonaEntry:
    """An entry for its editors; raises NotFound."""
    query = select(PersonaEntry).where(PersonaEntry.id == entry_id)
    entry = session.scalar(query.with_for_update() if lock else query)
    if entry is None:
        raise NotFound("没有这条剧本")
    return entry


def posts_due(session: Session, staff: Staff, on: date) -> list[PersonaEntry]:
    """What she is to post on a day, in its order: the published entries of her persona."""
    return posts_between(session, staff, on, on)


def posts_between(session: Session, staff: Staff, first: date, last: date) -> list[PersonaEntry]:
    """The published entries of her persona from `first` to `last`, both included."""
    persona = persona_of(session, staff)
    if persona is None:
        return []
    entries = list_entries(session, persona.id, first, last)
    return [entry for entry in entries if entry.status == EntryStatus.PUBLISHED]


def get_post_of(session: Session, staff: Staff, entry_id: int) -> PersonaEntry:
    """An entry she may post: published, of her persona (or done by her already), at most a week old. Raises NotFound."""
    today = clock.today()
    entry = session.scalar(
        select(PersonaEntry).where(
            PersonaEntry.id == entry_id,
            PersonaEntry.status == EntryStatus.PUBLISHED,
            PersonaEntry.on.between(today - timedelta(days=LATE_DAYS), today + timedelta(days=LATE_DAYS)),
        )
    )
    if entry is not None:
        persona = persona_of(session, staff)
        if (persona is not None and persona.id == entry.persona_id) or list_done(session, staff, [entry.id]):
            return entry
    raise NotFound("这条剧本不在您的人设里，或者已经撤下")


def list_done(session: Session, staff: Staff, entry_ids: Sequence[int]) -> dict[int, PersonaPost]:
    """Those of these entries she did, by entry id."""
    if not entry_ids:
        return {}
    hers = select(PersonaPost).where(PersonaPost.staff_id == staff.id, PersonaPost.entry_id.in_(entry_ids))
    return {post.entry_id: post for post in session.scalars(hers)}


def count_done(session: Session, viewer: Staff, entry_ids: Sequence[int]) -> dict[int, int]:
    """How many guides of the viewer's subtree, of those who speak in the entry's persona now, did each of these entries."""
    if not entry_ids:
        return {}
    voice = voices(*at_counter(viewer.path))
    counted = (
        select(PersonaPost.entry_id, func.count())
        .join(PersonaEntry, PersonaEntry.id == PersonaPost.entry_id)
        .join(voice, and_(voice.c.staff_id == PersonaPost.staff_id, voice.c.persona_id == PersonaEntry.persona_id))
        .where(PersonaPost.entry_id.in_(entry_ids))
    )
    return {entry_id: count for entry_id, count in session.execute(counted.group_by(PersonaPost.entry_id))}


def item_titles(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """Titles by item id."""
    found = session.execute(select(Item.id, Item.title).where(Item.id.in_(set(item_ids)))) if item_ids else ()
    return {item_id: title for item_id, title in found}


def list_to_card(session: Session) -> list[int]:
    """Published entries whose moment came within the last two hours, the earliest first: guides are to be told of them."""
    now, today = clock.now(), clock.today()
    recent = select(PersonaEntry).where(
        PersonaEntry.status == EntryStatus.PUBLISHED, PersonaEntry.on.between(today - timedelta(days=1), today)
    )
    due = [entry for entry in session.scalars(recent) if now - CARD_PATIENCE < due_at(entry) <= now]
    return [entry.id for entry in sorted(due, key=due_at)]


def page_voices_owing(session: Session, entry: PersonaEntry, *, after_id: int, limit: int) -> list[Staff]:
    """Guides anywhere who speak in the entry's persona and did not post it yet, by id."""
    voice = voices(*at_counter(ROOT_PATH), Staff.id > after_id)
    done = select(PersonaPost.id).where(PersonaPost.entry_id == entry.id, PersonaPost.staff_id == Staff.id)
    owing = select(Staff).join(voice, voice.c.staff_id == Staff.id).where(voice.c.persona_id == entry.persona_id, ~done.exists())
    return list(session.scalars(owing.order_by(Staff.id).limit(limit)))
