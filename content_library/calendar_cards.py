"""At an entry's moment its guides get a card that opens what to post. Chunk by chunk; keys make every repetition harmless."""

from sqlalchemy.orm import Session

from content_library.calendar_queries import get_entry, page_voices_owing
from content_library.calendar_rules import due_at, time_of
from content_library.persona_models import EntryStatus, PersonaEntry
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from org.models import Staff
from outbox.actions import enqueue
from outbox.models import Lane
from wecom.cards import Row, text_notice, to_member

# A reminder that comes hours late helps nobody.
GOOD_FOR = clock.days(0.25)


def post_card(entry: PersonaEntry, guide: Staff) -> Json:
    """message/send of an entry: what to post, with text and pictures ready behind it."""
    rows: list[Row] = [("时间", time_of(entry.at_minute)), ("类型", entry.content_type)]
    if entry.selling:
        rows.append(("带货", entry.selling))
    if entry.pictures:
        rows.append(("配图", entry.pictures))
    card = text_notice(
        "该发朋友圈了，文案已经备好",
        f"{settings().public_base_url}/sidebar/posts#post-{entry.id}",
        desc="约 2 分钟：复制文案，配图，发出去",
        text=entry.story,
        rows=rows,
        source=settings().brand_name,
    )
    return to_member(guide.userid, card)


def owe_cards(session: Session, entry_id: int, after_id: int, limit: int = 500) -> int:
    """Owe the next guides of an entry their card: the last guide's id to go on after, 0 when all have it."""
    entry = get_entry(session, entry_id)
    if entry.status != EntryStatus.PUBLISHED:
        return 0
    guides = page_voices_owing(session, entry, after_id=after_id, limit=limit)
    cards = {f"post:{entry.id}:{guide.id}": post_card(entry, guide) for guide in guides}
    if cards:
        enqueue(session, Lane.BULK, "message/send", cards, about=f"post:{entry.id}", expires_at=due_at(entry) + GOOD_FOR)
    return guides[-1].id if guides else 0
