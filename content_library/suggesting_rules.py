"""What is decided about suggestions: how well an item fits a customer now, and the few words that say why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log2

from content_library.occasion_rules import needed_occasion
from content_library.rules import normal

PRIVATE_SCENES = ("", "私聊", "售后", "到店")
TASK, CARE, OCCASION, STAGE, TAG, PERSONA, USED = 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 0.8
AFTER_MEETING, TO_VERIFY = ("售后", "到店"), "先核实再发"
MOST_TAGS, MOST_USED = 2, 3.0
STRANGE_VOICE, STRANGE_STAGE, PUBLIC = 2.0, 1.5, 3.0


@dataclass(frozen=True)
class Candidate:
    """What scoring needs to know of an item. `uses`: sends by her store in 30 days. `text` is compared as rules.normal."""

    id: int
    title: str
    stage: str
    persona_id: int | None
    category: str
    scene: str
    tags: Sequence[str]
    text: str
    uses: int
    sent_at: datetime | None


@dataclass(frozen=True)
class Now:
    """The customer as she stands: stage, tags, persona of the guide, what task and care ask for, occasions.

    `occasions` maps a word to look for (see occasion_rules) to what is said of it ("生日" → "生日 3 天后"); `waiting` are
    categories within the contact gap, of which nothing is suggested. `stranger`: nobody has spoken with her or sold to her yet.
    """

    stage: str
    stage_why: str = ""
    tags: Sequence[str] = ()
    persona_id: int | None = None
    task_items: frozenset[int] = frozenset()
    care_items: Mapping[int, str] = field(default_factory=dict)
    occasions: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    stranger: bool = False


def score(one: Candidate, now: Now) -> tuple[float, list[str]]:
    """How well it fits, and why, the strongest reason first. 0 or less: not worth a line."""
    reasons: list[tuple[float, str]] = []
    words = [normal(word) for word in (one.title, *one.tags)]
    if one.id in now.task_items:
        reasons.append((TASK, "今天的任务"))
    if one.id in now.care_items:
        reasons.append((CARE, now.care_items[one.id]))
    reasons += [(OCCASION, said) for word, said in now.occasions.items() if any(normal(word) in text for text in words)][:1]
    if one.stage and one.stage == now.stage:
        reasons.append((STAGE, now.stage_why or now.stage))
    fitting = [tag for tag in now.tags if len(tag) > 1 and _about(tag, words, one.text)][:MOST_TAGS]
    reasons += [(TAG, f"标签“{tag}”") for tag in fitting]
    if now.persona_id and one.persona_id == now.persona_id:
        reasons.append((PERSONA, "您的人设"))
    if one.uses:
        reasons.append((min(MOST_USED, USED * log2(1 + one.uses)), f"本店用过 {one.uses} 次"))
    reasons.sort(key=lambda reason: -reason[0])
    return sum(weight for weight, _ in reasons) - _against(one, now), [said for _, said in reasons]


def presumes(one: Candidate, now: Now) -> bool:
    """Speaks of a purchase, a visit or a photo a customer nobody has dealt with never had."""
    return now.stranger and (one.scene in AFTER_MEETING or TO_VERIFY in one.tags)


def is_timely(one: Candidate, now: Now) -> bool:
    """Words of an occasion only when it is there; what a task or a care node asks for today knows its own occasion."""
    needed = needed_occasion(one.title, one.tags)
    return not needed or needed in now.occasions or one.id in now.task_items or one.id in now.care_items


def _may_stand(one: Candidate, now: Now) -> bool:
    """Not of a category she had within the contact gap, true of her, and true today."""
    return one.category not in now.waiting and not presumes(one, now) and is_timely(one, now)


def _about(tag: str, words: Sequence[str], text: str) -> bool:
    name = normal(tag)
    return any(name in word for word in words) or name in text


def _against(one: Candidate, now: Now) -> float:
    strange_voice = now.persona_id is not None and one.persona_id not in (None, now.persona_id)
    return (
        STRANGE_VOICE * strange_voice
        + STRANGE_STAGE * (bool(one.stage) and one.stage != now.stage)
        + PUBLIC * (one.scene not in PRIVATE_SCENES)
    )


def best(candidates: Sequence[Candidate], now: Now, limit: int = 3) -> list[tuple[Candidate, list[str]]]:
    """The few that fit best, with their reasons: not two of one category while another fits, the newest among equals."""
    scored = [(*score(one, now), one) for one in candidates if _may_stand(one, now)]
    ranked = sorted((part for part in scored if part[0] > 0), key=lambda part: (-part[0], -part[2].id))
    chosen: list[tuple[Candidate, list[str]]] = []
    later: list[tuple[Candidate, list[str]]] = []
    for _, reasons, one in ranked:
        known = {other.category for other, _ in chosen if other.category}
        (later if one.category in known else chosen).append((one, reasons))
        if len(chosen) == limit:
            break
    return (chosen + later)[:limit]
