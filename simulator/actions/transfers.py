"""What a customer does about being handed over to another member: refuses or accepts before the day is over."""

from typing import Any

from simulator import transferring
from simulator.actions.request import ImpossibleError, Wish
from simulator.world.transfers import Transfer


def refuses(wish: Wish) -> dict[str, Any]:
    """She stays with her member (or with nobody, when that one has left); the apps get transfer_fail."""
    transfer = _waiting(wish)
    transferring.refuse(wish.world, transfer)
    return {"status": transfer.status}


def accepts(wish: Wish) -> dict[str, Any]:
    """It takes effect at once instead of after a day."""
    transfer = _waiting(wish)
    transferring.complete(wish.world, transfer)
    return {"status": transfer.status}


def _waiting(wish: Wish) -> Transfer:
    customer, takeover = wish.customer(), wish.text("takeover_userid")
    for transfer in wish.world.state.transfers.waiting(customer.external_userid):
        if transfer.takeover_userid.lower() == takeover.lower():
            return transfer
    raise ImpossibleError(f"no transfer of this customer to {takeover} is waiting; GET /_control/transfers lists them", 404)
