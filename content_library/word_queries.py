"""What is read of watched words (禁用词): pages for their editors, and how many there are of each kind."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content_library.persona_models import WatchedWord, WordKind


def page_words(
    session: Session, *, after_id: int = 0, limit: int = 60, kind: WordKind | None = None, q: str = ""
) -> list[WatchedWord]:
    """Watched words by id, those that hold `q`."""
    chosen = select(WatchedWord).where(WatchedWord.id > after_id)
    if kind:
        chosen = chosen.where(WatchedWord.kind == kind)
    if q:
        chosen = chosen.where(func.strpos(func.lower(WatchedWord.word), q.lower()) > 0)
    return list(session.scalars(chosen.order_by(WatchedWord.id).limit(limit)))


def count_words(session: Session) -> dict[str, int]:
    """How many words of each kind are watched for."""
    counted = select(WatchedWord.kind, func.count()).group_by(WatchedWord.kind)
    return {kind: count for kind, count in session.execute(counted)}
