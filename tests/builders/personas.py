"""Small builders for personas and their calendar: a persona that says nothing yet, an entry that is out."""

from datetime import date

from sqlalchemy.orm import Session

from content_library.models import Persona
from content_library.persona_models import EntryStatus, PersonaEntry
from foundation import clock


def make_persona(session: Session, name: str = "产品专家") -> Persona:
    """A persona nobody wrote anything into."""
    persona = Persona(
        name=name, role="", description="", tone="", say=[], never_say=[], samples=[], mix={}, type_mix={}, created_at=clock.now()
    )
    session.add(persona)
    session.flush()
    return persona


def make_entry(
    session: Session,
    persona: Persona,
    on: date,
    *,
    story: str = "教大家看吊牌",
    status: EntryStatus = EntryStatus.PUBLISHED,
    **words: str,
) -> PersonaEntry:
    """An entry at eight in the morning (Shanghai), published unless told otherwise."""
    out = clock.now() if status == EntryStatus.PUBLISHED else None
    entry = PersonaEntry(
        persona_id=persona.id, on=on, at_minute=480, content_type="解决式", trait="专业度", story=story, item_ids=[],
        status=status, created_at=clock.now(), published_at=out, **words,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry
