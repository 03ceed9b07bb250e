"""An item's words held against the watched words and its personas: what stops publishing, and what is only pointed out."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from content_library.bodies import Body, texts_of
from content_library.models import Item, ItemVersion, Persona
from content_library.word_checks import Finding, check_text
from content_library.word_rules import BLOCKING
from foundation import audit
from foundation.errors import Invalid
from org.models import Staff

SHORTEST_REASON, LONGEST_REASON = 4, 200


def findings_of(session: Session, title: str, body: Body, persona_id: int | None) -> list[Finding]:
    """What is found in everything a customer may read, each word once; a variant is held against its own persona."""
    own = session.get(Persona, persona_id) if persona_id else None
    variants = body.get("variants", [])
    found = check_text(session, "\n".join([title, *texts_of({**body, "variants": []})]), own)
    for variant in variants:
        voice = session.get(Persona, variant["persona_id"]) if variant.get("persona_id") else own
        found = [*found, *check_text(session, "\n".join(variant.get("bubbles", [])), voice)]
    return list({(one.word, one.kind): one for one in found}.values())


def stops(findings: Sequence[Finding]) -> list[Finding]:
    """Those that stop publishing until headquarters gives a reason."""
    return [one for one in findings if one.kind in BLOCKING]


def confirm_words(session: Session, staff: Staff, item: Item, version: ItemVersion, because: str) -> None:
    """Let a version pass: nothing stops it, or a reason is given and kept. Raises Invalid with the field `because`."""
    stopping = stops(findings_of(session, version.title, version.body, version.persona_id))
    if not stopping:
        return
    because = because.strip()
    told = "、".join(f"「{one.word}」（{one.why}）" for one in stopping[:5])
    if not SHORTEST_REASON <= len(because) <= LONGEST_REASON:
        wanted = f"请写明理由，{SHORTEST_REASON} 到 {LONGEST_REASON} 个字" if because else "要照样发布，请写明理由"
        raise Invalid(f"含有不宜使用的词：{told}。{wanted}", {"because": f"{told}。{wanted}"})
    words = [one.word for one in stopping]
    subject = f"item:{item.id}"
    audit.record(session, f"staff:{staff.id}", "content.words_confirmed", subject, words=words, reason=because)
