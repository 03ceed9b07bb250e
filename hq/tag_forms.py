"""Tags and tag rules as they are typed: text to drafts and back. Whether it is right is customers' to say."""

from collections.abc import Mapping

from customers.models import Tag, TagGroup
from customers.tag_models import TagRule
from customers.tag_rules import RuleDraft
from foundation.db import Json
from hq.forms import as_number

GROUP_FIELDS = ("name", "exclusive", "tags")
TAG_FIELDS = ("name",)
RULE_FIELDS = (
    "name", "tag_id", "event", "words", "item_id", "category", "min_yuan", "channels", "times", "days", "expires_days",
)  # fmt: skip
UNREADABLE = 0


def lines_of(text: str) -> list[str]:
    """One a line; empty lines are dropped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def words_of(text: str) -> list[str]:
    """Words between commas of either width, 、 or line ends; each once."""
    for sign in ("，", "、", "；", ";", "\n"):
        text = text.replace(sign, ",")
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def group_values(group: TagGroup) -> dict[str, str]:
    """A kept group as the form shows it; `tags` are those to add."""
    return {"name": group.name, "exclusive": "on" if group.exclusive else "", "tags": ""}


def tag_values(tag: Tag) -> dict[str, str]:
    """A kept tag as the form shows it."""
    return {"name": tag.name}


def _or_wrong(text: str) -> int | None:
    """A number, None when nothing was typed, 0 (which no rule takes) when it is no number."""
    return None if not text.strip() else as_number(text) or UNREADABLE


def rule_draft(values: Mapping[str, str]) -> RuleDraft:
    """The draft behind a typed rule."""
    item = as_number(values["item_id"])
    match: Json = {
        "words": words_of(values["words"]), "items": [item] if item is not None else [],
        "category": as_number(values["category"]), "min_yuan": _or_wrong(values["min_yuan"]),
        "channels": words_of(values["channels"]),
    }  # fmt: skip
    return RuleDraft(
        values["name"].strip(), as_number(values["tag_id"]), values["event"], match, _or_wrong(values["times"]) or 0,
        _or_wrong(values["days"]), _or_wrong(values["expires_days"]),
    )  # fmt: skip


def rule_values(rule: TagRule) -> dict[str, str]:
    """A kept rule as the form shows it."""
    match = rule.match
    return {
        "name": rule.name, "tag_id": str(rule.tag_id), "event": rule.event, "words": "、".join(match.get("words") or []),
        "item_id": str((match.get("items") or [""])[0]), "category": str(match.get("category") or ""),
        "min_yuan": str(match.get("min_yuan") or ""), "channels": "、".join(match.get("channels") or []),
        "times": str(rule.times), "days": str(rule.days or ""), "expires_days": str(rule.expires_days or ""),
    }  # fmt: skip


def new_rule_values() -> dict[str, str]:
    """A fresh form: twice within a week."""
    return dict.fromkeys(RULE_FIELDS, "") | {"event": "open", "times": "2", "days": "7"}
