"""规则组标签 (DOC 94882): tags of one 客户规则组, of the first level only; they share the corp tags' quota."""

from typing import Any

from simulator.api.call import Call, Endpoint, integer
from simulator.api.customer_tags import added_to, asked_for, delete_tags, edit_tag
from simulator.api.strategies import own_strategy
from simulator.errors import ApiError


def list_tags(call: Call) -> dict[str, Any]:
    """Of one strategy, or of all this app made; tag_id and group_id narrow it down."""
    if integer(call.body, "strategy_id"):
        wanted = [own_strategy(call)]
    else:
        wanted = [each for each in call.state.strategies.by_id.values() if each.agentid == call.app.agentid]
    groups = [group for strategy in wanted for group in call.state.tags.of_strategy(strategy.id)]
    of_group = {group.id: group.strategy_id for group in groups}
    rows = asked_for(call, groups)
    return {"tag_group": [row | {"strategy_id": of_group[row["group_id"]]} for row in rows]}


def add_tags(call: Call) -> dict[str, Any]:
    strategy = own_strategy(call)
    if strategy.parent_id:
        raise ApiError(40058, "only a strategy of the first level has tags")
    return {"tag_group": added_to(call, strategy.id) | {"strategy_id": strategy.id}}


def edit(call: Call) -> dict[str, Any]:
    return edit_tag(call, of_corp=False)


def delete(call: Call) -> dict[str, Any]:
    return delete_tags(call, of_corp=False)


ROUTES = {
    "externalcontact/get_strategy_tag_list": Endpoint("POST", list_tags, "customer", {"tag_group": []}),
    "externalcontact/add_strategy_tag": Endpoint("POST", add_tags, "customer"),
    "externalcontact/edit_strategy_tag": Endpoint("POST", edit, "customer"),
    "externalcontact/del_strategy_tag": Endpoint("POST", delete, "customer"),
}
