"""The check of a text against watched words and a persona's "never say"; the list is kept per version of its table."""

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from content_library.models import Persona
from content_library.persona_models import WatchedWord
from content_library.word_rules import PERSONA, Finding, Watch, Watched, findings_in, fragments, watch_for

__all__ = ["Finding", "check_text", "fragments"]

# (version, what is watched for) of the newest version this process met; replaced whole, so threads never see half of one.
_newest: tuple[str, Watch] = ("", {})


def _version(session: Session) -> str:
    """A digest of the whole table: it changes with every added, changed or removed word."""
    row = func.concat_ws("\x1f", cast(WatchedWord.id, String), WatchedWord.word, WatchedWord.kind, WatchedWord.why)
    return (
        session.scalar(select(func.md5(func.string_agg(row, aggregate_order_by(literal("\x1e"), WatchedWord.id.asc())))))
        or "empty"
    )


def _watched(session: Session) -> Watch:
    global _newest
    version, watch = _newest
    now = _version(session)
    if now != version:
        rows = session.execute(select(WatchedWord.word, WatchedWord.kind, WatchedWord.why))
        watch = watch_for(Watched(row.word, row.kind, row.why) for row in rows)
        _newest = (now, watch)
    return watch


def check_text(session: Session, text: str, persona: Persona | None) -> list[Finding]:
    """Every watched word in the text, and every one this persona never says, in the order they stand."""
    found = findings_in(text, _watched(session))
    if persona is not None and persona.never_say:
        why = f"「{persona.name}」不这样说话"
        found += findings_in(text, watch_for(Watched(word, PERSONA, why) for word in persona.never_say))
    return sorted(found, key=lambda one: (one.at, one.until))
