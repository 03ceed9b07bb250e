"""敏感词 at work: which rule, if any, a message of a member runs into."""

import re

from simulator.world.intercepts import BLOCK, Rule
from simulator.world.world import World

MOBILE, MAIL, RED_PACKET = 1, 2, 3
PATTERNS = {
    MOBILE: re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    MAIL: re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
}


def blocked_by(world: World, userid: str, text: str, msgtype: str = "text") -> Rule | None:
    """The rule she runs into, one that stops the message before one that only warns."""
    hit = [
        each for each in world.state.intercepts.by_id.values() if _covers(world, each, userid) and _matches(each, text, msgtype)
    ]
    return min(hit, key=lambda each: each.intercept_type != BLOCK, default=None)


def _covers(world: World, rule: Rule, userid: str) -> bool:
    if userid.lower() in (each.lower() for each in rule.users):
        return True
    return any(userid.lower() in world.state.people.below(each) for each in rule.departments)


def _matches(rule: Rule, text: str, msgtype: str) -> bool:
    if any(word.lower() in text.lower() for word in rule.word_list):
        return True
    if RED_PACKET in rule.semantics_list and msgtype == "redpacket":
        return True
    return any(pattern.search(text) for kind, pattern in PATTERNS.items() if kind in rule.semantics_list)
