"""Two people at one form: who saves second is shown what the first changed, and loses nothing of her own."""

import hashlib
from collections.abc import Mapping

TYPED_BY_HAND = frozenset(
    {"title", "body", "advice", "name", "role", "description", "tone", "say", "never_say", "samples",
     "on", "at", "story", "selling", "pictures",
     "day", "estimated_minutes", "url", "desc", "terms", "appid", "page", "text", "follow_up", "note",
     "tags", "products", "variants", "places", "phone", "member_no", "birthday", "province", "city", "quiet_from", "quiet_until"}
)  # fmt: skip
LONGEST_SHOWN = 200


def fingerprint(values: Mapping[str, str]) -> str:
    """What a form was filled with; goes along as its hidden field `seen`."""
    told = "\x00".join(f"{name}={values[name]}" for name in sorted(values))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def overtaken(seen: str, kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What somebody kept while this form was open, field by field where it differs from what was typed; empty when nothing did.

    A form without `seen` was filled by no page of ours and is not held up.
    """
    if not seen or seen == fingerprint(kept):
        return {}
    return {name: _told(name, value) for name, value in kept.items() if typed.get(name, "") != value}


def _told(name: str, value: str) -> str:
    if name not in TYPED_BY_HAND:
        return "有人刚刚改过这一项"
    return f"有人刚刚改成了：「{value[:LONGEST_SHOWN]}」" if value else "有人刚刚清空了这一项"
