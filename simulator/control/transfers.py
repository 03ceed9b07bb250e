"""/_control/transfers: customers on their way from one member to another, and the rules they go by."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from simulator import transferring
from simulator.actions.request import ImpossibleError
from simulator.control.answer import PAGE, answer, body, number, world
from simulator.world.transfers import Transfer, TransferRules
from simulator.world.world import World

bp = Blueprint("transfers", __name__, url_prefix="/_control")
LISTS = ("not_real_name", "not_logged_in")
EXAMPLE = '{"hours": 24, "customer_limit": 20000, "not_real_name": ["zhouting"]}'


@bp.get("/transfers")
def list_transfers() -> Response:
    """The newest first; `status` 1 done, 2 waiting, 3 refused, 4 the takeover member is full."""
    found, status, limit = world(), request.args.get("status", ""), number("limit", PAGE)
    with found.lock:
        wanted = [each for each in reversed(found.state.transfers.all) if status in ("", str(each.status))]
        rows = [_row(found, each) for each in wanted[:limit]]
        leavers = [
            {"userid": each.member.userid, "name": each.member.name, "dimission_time": each.dimission_time,
             "unassigned": len(transferring.unassigned(found, each))}
            for each in found.state.transfers.leavers.values()
        ]  # fmt: skip
        return answer({"transfers": rows, "leavers": leavers, "rules": dataclasses.asdict(found.state.transfers.rules)})


@bp.post("/transfers")
def change_rules() -> Response:
    """What the platform decides by account or by how long ago somebody logged in; for transfers started from now on."""
    wanted, found = body(), world()
    known = {each.name for each in dataclasses.fields(TransferRules)}
    if not wanted or not set(wanted) <= known or not all(_acceptable(*each) for each in wanted.items()):
        raise ImpossibleError(f"rules of transfers look like {EXAMPLE}", 400)
    with found.lock:
        for key, value in wanted.items():
            setattr(found.state.transfers.rules, key, [each.lower() for each in value] if key in LISTS else value)
        return answer({"rules": dataclasses.asdict(found.state.transfers.rules)})


def _acceptable(key: str, value: Any) -> bool:
    if key in LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _row(found: World, transfer: Transfer) -> dict[str, Any]:
    customer = found.state.customers.find(transfer.external_userid)
    return dataclasses.asdict(transfer) | {
        "name": customer.name if customer else "", "avatar": customer.avatar if customer else "",
        "handover_name": transferring.name_of(found, transfer.handover_userid),
        "takeover_name": transferring.name_of(found, transfer.takeover_userid),
    }  # fmt: skip
