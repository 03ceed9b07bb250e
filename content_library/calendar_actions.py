"""What changes of the persona calendar: entries written, moved, published; guides report what they posted. Never commits.

A published entry stays changeable until its moment comes; from then on it is in the guides' hands.
"""

from datetime import date

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.calendar_queries import get_entry, get_post_of, list_entries
from content_library.calendar_rules import EntryDraft, day_problem, due_at, entry_problems, is_frozen
from content_library.models import Item
from content_library.persona_models import EntryStatus, PersonaEntry, PersonaPost
from content_library.persona_queries import get_persona
from content_library.persona_rules import may_write
from content_library.word_checks import Finding, check_text
from content_library.word_rules import BLOCKING
from foundation import audit, clock
from foundation.errors import Conflict, Invalid, NotAllowed
from org.models import Staff


def allow_calendar(staff: Staff) -> None:
    """Raises NotAllowed for everybody but headquarters."""
    if not may_write(staff.role):
        raise NotAllowed("只有总部可以修改人设剧本")


def _changeable(session: Session, entry_id: int) -> PersonaEntry:
    entry = get_entry(session, entry_id, lock=True)
    if is_frozen(entry, clock.now()):
        raise Conflict("到点的剧本已经在导购手里，不能再改")
    return entry


def save_entry(session: Session, staff: Staff, persona_id: int, draft: EntryDraft, entry_id: int | None = None) -> PersonaEntry:
    """Write an entry as a draft, or change one. Raises Invalid (each field named), NotAllowed, NotFound, Conflict (begun)."""
    allow_calendar(staff)
    entry = None if entry_id is None else _changeable(session, entry_id)
    persona = get_persona(session, persona_id if entry is None else entry.persona_id)
    problems = entry_problems(draft, clock.today())
    known = set(session.scalars(select(Item.id).where(Item.id.in_(draft.item_ids)))) if draft.item_ids else set()
    if set(draft.item_ids) - known:
        problems["item_ids"] = "有一条素材已经不在了，请重新选择"
    if problems or draft.on is None or draft.at_minute is None:
        raise Invalid("剧本没有保存，请看标红的地方", problems)
    if entry is None:
        entry = PersonaEntry(
            persona_id=persona.id, status=EntryStatus.DRAFT, created_by=staff.id, created_at=clock.now(), published_at=None
        )
        session.add(entry)
    entry.on, entry.at_minute = draft.on, draft.at_minute
    entry.content_type, entry.trait = draft.content_type, draft.trait
    entry.story, entry.selling, entry.text = draft.story, draft.selling, draft.text
    entry.follow_up, entry.pictures, entry.item_ids = draft.follow_up, draft.pictures, list(draft.item_ids)
    if is_frozen(entry, clock.now()):
        raise Invalid("剧本没有保存，请看标红的地方", {"at": "这个时间已经过了；要改到过去，请先撤回发布"})
    session.flush()
    audit.record(session, f"staff:{staff.id}", "calendar.save", f"entry:{entry.id}", title=entry.story[:60])
    return entry


def move_entry(session: Session, staff: Staff, entry_id: int, on: date) -> PersonaEntry:
    """Put an entry on another day at its time. Raises Invalid (field on), Conflict, NotAllowed, NotFound."""
    allow_calendar(staff)
    entry = _changeable(session, entry_id)
    if problem := day_problem(on, clock.today()):
        raise Invalid(problem, {"on": problem})
    before, entry.on = entry.on, on
    if is_frozen(entry, clock.now()):
        entry.on = before
        raise Invalid("已发布的剧本不能移到过去", {"on": "已发布的剧本不能移到过去"})
    session.flush()
    audit.record(
        session, f"staff:{staff.id}", "calendar.move", f"entry:{entry.id}", before=before.isoformat(), after=on.isoformat()
    )
    return entry


def delete_entry(session: Session, staff: Staff, entry_id: int) -> None:
    """Drop a draft. Raises Conflict when it is published (take it back first), NotAllowed, NotFound."""
    allow_calendar(staff)
    entry = _changeable(session, entry_id)
    if entry.status == EntryStatus.PUBLISHED or session.scalar(select(exists().where(PersonaPost.entry_id == entry.id))):
        raise Conflict("已发布的剧本请先撤回，再删除")
    audit.record(session, f"staff:{staff.id}", "calendar.delete", f"entry:{entry.id}", title=entry.story[:60])
    session.delete(entry)
    session.flush()


def take_back(session: Session, staff: Staff, entry_id: int) -> PersonaEntry:
    """Make a published entry a draft again while its moment has not come. Raises Conflict, NotAllowed, NotFound."""
    allow_calendar(staff)
    entry = _changeable(session, entry_id)
    if entry.status == EntryStatus.PUBLISHED:
        entry.status, entry.published_at = EntryStatus.DRAFT, None
        audit.record(session, f"staff:{staff.id}", "calendar.take_back", f"entry:{entry.id}", title=entry.story[:60])
    session.flush()
    return entry


def _words_of(session: Session, entry: PersonaEntry) -> list[Finding]:
    said = "\n".join((entry.text, entry.follow_up))
    return [one for one in check_text(session, said, None) if one.kind in BLOCKING]


def publish_range(
    session: Session, staff: Staff, persona_id: int, first: date, last: date, *, anyway: bool = False
) -> tuple[list[PersonaEntry], list[tuple[PersonaEntry, list[Finding]]]]:
    """Release the drafts of these days whose moment is still to come: (published, held back with the words that hold them).

    With `anyway` nothing is held back and the audit says so. Entries whose time has passed stay drafts.
    """
    allow_calendar(staff)
    now = clock.now()
    drafts = [
        one for one in list_entries(session, persona_id, first, last) if one.status == EntryStatus.DRAFT and due_at(one) > now
    ]
    checked = [(entry, [] if anyway else _words_of(session, entry)) for entry in drafts]
    held = [(entry, words) for entry, words in checked if words]
    published = [entry for entry, words in checked if not words]
    for entry in published:
        entry.status, entry.published_at = EntryStatus.PUBLISHED, now
    session.flush()
    if published:
        audit.record(
            session, f"staff:{staff.id}", "calendar.publish", f"persona:{persona_id}", added=len(published),
            before=first.isoformat(), after=last.isoformat(), by_hand=anyway,
        )  # fmt: skip
    return published, held


def mark_posted(session: Session, staff: Staff, entry_id: int) -> PersonaPost:
    """She posted it; a second tap changes nothing. Raises NotFound (not hers), Conflict (its day has not come)."""
    entry = get_post_of(session, staff, entry_id)
    if entry.on > clock.today():
        raise Conflict("还没到这一天，到时候再发")
    row = {"entry_id": entry.id, "staff_id": staff.id, "posted_at": clock.now()}
    session.execute(insert(PersonaPost).values(row).on_conflict_do_nothing(index_elements=["entry_id", "staff_id"]))
    return session.scalars(select(PersonaPost).where(PersonaPost.entry_id == entry.id, PersonaPost.staff_id == staff.id)).one()


def mark_followed_up(session: Session, staff: Staff, entry_id: int) -> PersonaPost:
    """She added the follow-up comment (追评); a second tap changes nothing. Raises NotFound, Conflict (not posted yet)."""
    entry = get_post_of(session, staff, entry_id)
    mine = (PersonaPost.entry_id == entry.id, PersonaPost.staff_id == staff.id)
    session.execute(update(PersonaPost).where(*mine, PersonaPost.followed_up_at.is_(None)).values(followed_up_at=clock.now()))
    post = session.scalar(select(PersonaPost).where(*mine).execution_options(populate_existing=True))
    if post is None:
        raise Conflict("先发朋友圈，再来追评")
    return post
