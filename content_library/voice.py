"""In whose voice a guide speaks, by number alone: asked on every page of hers, so it is one short statement."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from org.models import Staff

NEAREST = text("""
SELECT persona_holder.persona_id FROM persona_holder
JOIN persona ON persona.id = persona_holder.persona_id AND persona.archived_at IS NULL
WHERE persona_holder.staff_id = :staff_id OR persona_holder.store_id = :store_id OR starts_with(:path, persona_holder.path)
ORDER BY persona_holder.staff_id IS NULL, persona_holder.store_id IS NULL, length(persona_holder.path) DESC NULLS LAST
LIMIT 1
""")


def voice_of(session: Session, staff: Staff) -> int | None:
    """The number of the persona `persona_queries.persona_of` gives: guide before store before the longest path."""
    found = session.scalar(NEAREST, {"staff_id": staff.id, "store_id": staff.store_id, "path": staff.path})
    return None if found is None else int(found)
