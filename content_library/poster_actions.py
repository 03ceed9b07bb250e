"""What changes when posters are drawn ahead: many renders remembered at once."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.models import PosterRender
from content_library.posters import PosterFacts
from foundation import clock


def keep_all_drawn(session: Session, version_id: int, drawn: Mapping[PosterFacts, str]) -> None:
    """Remember the posters drawn of this version (facts → blob key), in one statement; harmless to repeat."""
    if not drawn:
        return
    rows = [
        {
            "version_id": version_id, "staff_id": facts.staff_id, "fingerprint": facts.fingerprint(),
            "blob_key": blob_key, "rendered_at": clock.now(),
        }
        for facts, blob_key in drawn.items()
    ]  # fmt: skip
    kept = insert(PosterRender).values(rows)
    keys = ["version_id", "staff_id", "fingerprint"]
    session.execute(kept.on_conflict_do_update(index_elements=keys, set_={"blob_key": kept.excluded.blob_key}))
