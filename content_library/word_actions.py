"""What changes of watched words (禁用词): added or changed, removed, pasted as a list, and the list a brand begins with."""

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.persona_models import WatchedWord, WordKind
from content_library.persona_rules import may_write
from content_library.word_rules import Watched, pasted_words, word_problems
from foundation import audit, clock
from foundation.errors import Invalid, NotAllowed
from org.models import Staff

STARTER = Path(__file__).parent / "starter" / "words.json"
KINDS_OF_STARTER = {
    "superlatives": WordKind.SUPERLATIVE,
    "promises": WordKind.PROMISE,
    "sensitive": WordKind.SENSITIVE,
    "competitors": WordKind.COMPETITOR,
}


def _allow(staff: Staff) -> None:
    if not may_write(staff.role):
        raise NotAllowed("只有总部可以修改禁用词")


def _keep(session: Session, staff: Staff, words: Sequence[Watched], *, change: bool) -> int:
    """Add these words; what is there already is changed or left alone. How many were new."""
    before = session.scalar(select(func.count()).select_from(WatchedWord)) or 0
    rows = [{"word": w.word, "kind": w.kind, "why": w.why, "created_by": staff.id, "created_at": clock.now()} for w in words]
    if not rows:
        return 0
    new = insert(WatchedWord)
    changes = {"kind": new.excluded.kind, "why": new.excluded.why, "created_by": new.excluded.created_by}
    kept = new.on_conflict_do_update(index_elements=["word"], set_=changes) if change else new.on_conflict_do_nothing()
    session.execute(kept, rows)
    return (session.scalar(select(func.count()).select_from(WatchedWord)) or 0) - before


def save_word(session: Session, staff: Staff, word: str, kind: str, why: str) -> str:
    """Watch for a word, or change its kind and reason; the kind it had, "" for a new one.

    Raises Invalid (fields word, kind, why), NotAllowed.
    """
    _allow(staff)
    if problems := word_problems(word, kind, why):
        raise Invalid("没有保存，请看标红的地方", problems)
    had = session.scalar(select(WatchedWord.kind).where(WatchedWord.word == word).with_for_update())
    _keep(session, staff, [Watched(word, kind, why)], change=True)
    audit.record(session, f"staff:{staff.id}", "words.save", f"word:{word}", kind=kind, text=why)
    return had or ""


def import_words(session: Session, staff: Staff, pasted: str, kind: str, why: str) -> int:
    """Watch for every pasted line; how many were new. Raises Invalid naming the lines: then none is kept."""
    _allow(staff)
    words, problems = pasted_words(pasted, kind, why)
    if problems or not words:
        told = "；".join(problems[:5]) + (f"；还有 {len(problems) - 5} 处" if len(problems) > 5 else "")
        raise Invalid("一条也没有导入", {"pasted": told or "请粘贴要导入的词，一行一个"})
    added = _keep(session, staff, words, change=True)
    audit.record(session, f"staff:{staff.id}", "words.import", "word:all", added=added, kind=kind)
    return added


def remove_word(session: Session, staff: Staff, word_id: int) -> str:
    """Watch for it no longer; the word, or "" when it is gone already."""
    _allow(staff)
    word = session.scalar(delete(WatchedWord).where(WatchedWord.id == word_id).returning(WatchedWord.word))
    if word:
        audit.record(session, f"staff:{staff.id}", "words.remove", f"word:{word}")
    return word or ""


def seed_words(session: Session, staff: Staff) -> int:
    """Add the words of the starter list that are missing; how many. What headquarters changed stays changed."""
    _allow(staff)
    listed = json.loads(STARTER.read_text(encoding="utf-8"))
    words = [Watched(one["word"], kind, one["why"]) for name, kind in KINDS_OF_STARTER.items() for one in listed.get(name, [])]
    added = _keep(session, staff, words, change=False)
    audit.record(session, f"staff:{staff.id}", "words.import", "word:all", added=added, source="starter")
    return added
