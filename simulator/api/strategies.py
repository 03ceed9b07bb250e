"""客户规则组 (DOC 94883): a tree of ranges with privileges; an app sees only those it made."""

from typing import Any

from simulator.api.acquisition import page_size
from simulator.api.call import Call, Endpoint, boolean, integer, mapping, mappings, strings, text
from simulator.api.paging import cursor_of, position_of
from simulator.errors import ApiError
from simulator.world.strategies import FIXED, MOST_LEVELS, PRIVILEGES, Strategy

A_PAGE = 1_000
MOST_ADMINS = 20
NODES_A_CALL = 100
MOST_NODES = 3_000


def list_strategies(call: Call) -> dict[str, Any]:
    limit = page_size(call, A_PAGE)
    mine = [{"strategy_id": each.id} for each in call.state.strategies.by_id.values() if each.agentid == call.app.agentid]
    start = position_of(call, "customer_strategy/list", text(call.body, "cursor"))
    cursor = cursor_of(call, "customer_strategy/list", start + limit, len(mine))
    return {"strategy": mine[start : start + limit], "next_cursor": cursor}


def get(call: Call) -> dict[str, Any]:
    strategy = own_strategy(call)
    return {
        "strategy": {
            "strategy_id": strategy.id, "parent_id": strategy.parent_id, "strategy_name": strategy.name,
            "create_time": strategy.create_time, "admin_list": strategy.admin_list, "privilege": strategy.privilege,
        }
    }  # fmt: skip


def get_range(call: Call) -> dict[str, Any]:
    strategy, limit = own_strategy(call), page_size(call, A_PAGE)
    nodes: list[dict[str, Any]] = [{"type": 1, "userid": each} for each in strategy.users]
    nodes += [{"type": 2, "partyid": each} for each in strategy.parties]
    query = f"customer_strategy/get_range|{strategy.id}"
    start = position_of(call, query, text(call.body, "cursor"))
    return {"range": nodes[start : start + limit], "next_cursor": cursor_of(call, query, start + limit, len(nodes))}


def create(call: Call) -> dict[str, Any]:
    """A child takes its parent's privileges over and stays inside its range; five levels at most."""
    parent = own_strategy(call, "parent_id") if integer(call.body, "parent_id") else None
    strategies = call.state.strategies
    if parent is not None and strategies.level(parent) >= MOST_LEVELS:
        raise ApiError(40058, "strategy levels over limit")
    made = Strategy(0, parent.id if parent else 0, text(call.body, "strategy_name", missing=40063), call.world.seconds, 0)
    made.agentid, made.admin_list = call.app.agentid, _admins(call)
    given = _privilege(call, dict.fromkeys(PRIVILEGES, False))
    made.privilege = dict(parent.privilege) if parent else given
    users, parties = _nodes(call, "range", parent)
    if not users and not parties:
        raise ApiError(40063)
    made.users, made.parties = users, parties
    made.id = strategies.next_id()
    strategies.by_id[made.id] = made
    return {"strategy_id": made.id}


def edit(call: Call) -> dict[str, Any]:
    """What is given changes; everything is looked at before anything does."""
    strategy = own_strategy(call)
    parent = call.state.strategies.by_id.get(strategy.parent_id)
    name = text(call.body, "strategy_name") or strategy.name
    admins = _admins(call) if "admin_list" in call.body else strategy.admin_list
    given = _privilege(call, strategy.privilege)
    privilege = strategy.privilege if parent else given
    more_users, more_parties = _nodes(call, "range_add", parent)
    less_users, less_parties = _nodes(call, "range_del", None)
    users = [each for each in dict.fromkeys([*strategy.users, *more_users]) if each not in less_users]
    parties = [each for each in dict.fromkeys([*strategy.parties, *more_parties]) if each not in less_parties]
    if len(users) + len(parties) > MOST_NODES:
        raise ApiError(81017)
    strategy.name, strategy.admin_list, strategy.privilege = name, admins, privilege
    strategy.users, strategy.parties = users, parties
    return {}


def delete(call: Call) -> dict[str, Any]:
    """The strategy with everything under it and its tags."""
    gone = list(call.state.strategies.tree(own_strategy(call)))
    for strategy in gone:
        del call.state.strategies.by_id[strategy.id]
        for group in call.state.tags.of_strategy(strategy.id):
            call.state.customers.forget_tags(set(call.state.tags.remove_group(group.id)))
    return {}


def own_strategy(call: Call, key: str = "strategy_id") -> Strategy:
    strategy_id = integer(call.body, key)
    if not strategy_id:
        raise ApiError(40063)
    found = call.state.strategies.by_id.get(strategy_id)
    if found is None or found.agentid != call.app.agentid:
        raise ApiError(40058, f"invalid {key}")
    return found


def _admins(call: Call) -> list[str]:
    admins = strings(call.body, "admin_list")
    if len(admins) > MOST_ADMINS:
        raise ApiError(40032)
    for userid in admins:
        if call.world.sees(call.app, userid) is None:
            raise ApiError(60030)
    return admins


def _privilege(call: Call, before: dict[str, bool]) -> dict[str, bool]:
    given = mapping(call.body, "privilege")
    return {name: name in FIXED or boolean(given, name, before[name]) for name in PRIVILEGES}


def _nodes(call: Call, key: str, parent: Strategy | None) -> tuple[list[str], list[int]]:
    """Members and departments of one list of nodes; 60030 outside the app's range, 40058 outside the parent's."""
    nodes = mappings(call.body, key)
    if len(nodes) > NODES_A_CALL:
        raise ApiError(81017)
    users = [text(each, "userid", missing=41009) for each in nodes if _type(each) == 1]
    parties = [integer(each, "partyid") for each in nodes if _type(each) == 2]
    visible = call.world.visibility.departments(call.state.people, call.app)
    if any(call.world.sees(call.app, each) is None for each in users) or any(each not in visible for each in parties):
        raise ApiError(60030)
    if parent is not None and not _inside(call, parent, users, parties):
        raise ApiError(40058, f"{key} is not inside the parent's")
    return users, parties


def _type(node: dict[str, Any]) -> int:
    kind = integer(node, "type")
    if kind not in (1, 2):
        raise ApiError(40058)
    return kind


def _inside(call: Call, parent: Strategy, users: list[str], parties: list[int]) -> bool:
    people = call.state.people
    below = {each for top in parent.parties for each in people.tree(top)}
    known = {each.lower() for each in parent.users}
    members = (people.find(userid) for userid in users)
    found = (each for each in members if each)
    return below.issuperset(parties) and all(
        each.userid.lower() in known or below.intersection(each.departments) for each in found
    )


ROUTES = {
    "externalcontact/customer_strategy/list": Endpoint("POST", list_strategies, "customer", {"strategy": []}),
    "externalcontact/customer_strategy/get": Endpoint("POST", get, "customer"),
    "externalcontact/customer_strategy/get_range": Endpoint("POST", get_range, "customer", {"range": []}),
    "externalcontact/customer_strategy/create": Endpoint("POST", create, "customer"),
    "externalcontact/customer_strategy/edit": Endpoint("POST", edit, "customer"),
    "externalcontact/customer_strategy/del": Endpoint("POST", delete, "customer"),
}
