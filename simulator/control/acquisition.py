"""/_control/acquisition_links: 获客链接 with what they brought, the quota, and the settings a corp has for them."""

import dataclasses
from typing import Any

from flask import Blueprint, Response

from simulator import link_contacts
from simulator.actions.request import ImpossibleError
from simulator.control.answer import answer, body, world
from simulator.world.links import Link
from simulator.world.world import World

bp = Blueprint("acquisition", __name__, url_prefix="/_control")
EXAMPLE = '{"most": 10000, "profile_events": true}'


@bp.get("/acquisition_links")
def list_links() -> Response:
    found = world()
    with found.lock:
        links = found.state.links
        rows = [_row(found, each) for each in links.by_id.values()]
        quota = {
            "balance": links.balance,
            "used": links.used,
            "batches": [dataclasses.asdict(each) for each in links.quotas],
        }
        return answer({"links": rows, "quota": quota, "most": links.most, "profile_events": links.profile_events})


@bp.post("/acquisition_links")
def change_settings() -> Response:
    """`most` links a corp may have (41095), `profile_events`: does open_profile come?"""
    wanted, found = body(), world()
    most, told = wanted.get("most", found.state.links.most), wanted.get("profile_events", found.state.links.profile_events)
    right = isinstance(most, int) and not isinstance(most, bool) and most >= 0 and isinstance(told, bool)
    if not wanted or not set(wanted) <= {"most", "profile_events"} or not right:
        raise ImpossibleError(f"settings of 获客链接 look like {EXAMPLE}", 400)
    with found.lock:
        found.state.links.most, found.state.links.profile_events = most, told
    return answer({"most": most, "profile_events": told})


def _row(found: World, link: Link) -> dict[str, Any]:
    brought = found.state.links.customers.get(link.link_id, [])
    return {
        "link_id": link.link_id, "name": link.name, "url": f"{found.base_url}/ca/{link.key}", "agentid": link.agentid,
        "create_time": link.created_at, "user_list": link.user_list, "department_list": link.department_list,
        "user_names": [each.name for each in link_contacts.servants(found, link)][:20],
        "skip_verify": link.skip_verify, "available": link.available,
        "clicks": sum(len(each) for each in link.clicks.values()), "added": sum(link.added.values()),
        "customers": [dataclasses.asdict(each) for each in brought[-200:]],
    }  # fmt: skip
