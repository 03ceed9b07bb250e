"""A customer pays her guide in the chat (对外收款). WeCom tells apps nothing of it: both phones show it, no callback goes out."""

from typing import Any

from simulator import chatting
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.customers import Relation

MOST = 20_000_000


def pays(wish: Wish) -> dict[str, Any]:
    """`amount` in 分, optional `note`. The line in the chat has msgtype payment."""
    follow = wish.follow()
    if follow.relation not in (Relation.MUTUAL, Relation.HALF):
        raise ImpossibleError("they are not connected: she has to add the guide again")
    amount = wish.number("amount")
    if not 0 < amount <= MOST:
        raise ImpossibleError(f'amount is in 分, 1 to {MOST}, for example {{"amount": 129900}}', 400)
    body = {"amount": amount, "note": wish.text("note", "")}
    message = chatting.say(wish.world, follow.userid, follow.external_userid, "customer", "payment", body)
    return {"id": message.id}
