"""敏感词 in the native client: what a member writes is stopped, or goes out with a warning."""

from typing import Any

from simulator.actions.request import ImpossibleError, Wish
from simulator.intercepting import blocked_by
from simulator.world.intercepts import BLOCK


def checked(wish: Wish, userid: str, msgtype: str, body: dict[str, Any]) -> dict[str, str]:
    """{} or {"warning": name of the rule}; ImpossibleError when the client stops the message."""
    rule = blocked_by(wish.world, userid, str(body.get("content") or ""), msgtype)
    if rule is None:
        return {}
    if rule.intercept_type == BLOCK:
        raise ImpossibleError(f"intercepted by the rule {rule.rule_name}: the client does not send it")
    return {"warning": rule.rule_name}
