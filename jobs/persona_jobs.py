"""Jobs of the persona calendar: at an entry's moment, its guides' cards; chunk by chunk, one transaction each."""

from content_library.calendar_cards import owe_cards
from content_library.calendar_queries import list_to_card
from foundation.db import transaction
from jobs.tick import facts_of, note_facts

NAME = "content_library.post_cards"
CHUNK = 500


def _still_to_do() -> list[int]:
    with transaction() as session:
        due = list_to_card(session)
        done = set(facts_of(session, NAME).get("done", [])) if due else set()
    return [entry_id for entry_id in due if entry_id not in done]


def _note_done(entry_id: int) -> None:
    """Kept only as long as the entry is looked at: two hours."""
    with transaction() as session:
        looked_at = set(list_to_card(session))
        done = set(facts_of(session, NAME).get("done", [])) & looked_at
        note_facts(session, NAME, {"done": sorted(done | {entry_id})})


def send_post_cards() -> int:
    """Tell the guides of every entry whose moment came; how many entries. A run that stops is done again, without doubles."""
    waiting = _still_to_do()
    for entry_id in waiting:
        after_id = -1
        while after_id:
            with transaction() as session:
                after_id = owe_cards(session, entry_id, max(after_id, 0), CHUNK)
        _note_done(entry_id)
    return len(waiting)
