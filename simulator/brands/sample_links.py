"""获客链接 of the sample brand: one that 李小美 and 周婷 serve in turn, with a year's quota; and the figures its chats make."""

import random

from simulator import ids
from simulator.days import DAY, midnight
from simulator.world.links import Link, Quota
from simulator.world.state import State

NAME = "徐家汇店·新客专享"
USERS = ["lixiaomei", "zhouting"]
USES, DAYS = 500, 365


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    owner = min((app for app in state.apps.values() if app.kind == "app"), key=lambda app: app.agentid, default=None)
    if owner is not None:
        link = Link(ids.link_id(rng), ids.opaque(rng, 16), NAME, int(now) - 20 * DAY, owner.agentid, list(USERS))
        state.links.add(link)
        state.links.quotas.append(Quota(USES, midnight(now) + DAYS * DAY))
    _count(state)


def _count(state: State) -> None:
    """What people did before the simulator began, as if it had been counted then."""
    for userid in [member.userid for member in state.people.members.values()]:
        for follow in state.customers.of_member(userid):
            state.statistics.added(userid, follow.createtime)
            for line in state.chats.of(userid, follow.external_userid):
                state.statistics.wrote(userid, follow.external_userid, line.sender, line.at)
