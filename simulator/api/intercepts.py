"""敏感词 rules: add, list, get, update, delete; each app sees only its own (DOC 95097)."""

from typing import Any

from simulator import ids
from simulator.api.call import Call, Endpoint, integer, integers, mapping, strings, text
from simulator.errors import ApiError
from simulator.world.intercepts import BLOCK, WARN, Rule

MOST_RULES, MOST_WORDS, MOST_RANGE = 100, 300, 1000


def add(call: Call) -> dict[str, Any]:
    rules = call.state.intercepts.by_id
    if len(rules) >= MOST_RULES:
        raise ApiError(41069)
    rule = Rule(
        ids.opaque(call.world.rng, 32), call.app.agentid, _name(call, ""), call.world.seconds, _words(call), _semantics(call), 0
    )
    rule.intercept_type = _intercept_type(call)
    if not rule.word_list and not rule.semantics_list:
        raise ApiError(41083)
    _widen(call, rule, mapping(call.body, "applicable_range"))
    if not rule.users and not rule.departments:
        raise ApiError(40063)
    rules[rule.rule_id] = rule
    return {"rule_id": rule.rule_id}


def list_rules(call: Call) -> dict[str, Any]:
    mine = (each for each in call.state.intercepts.by_id.values() if each.agentid == call.app.agentid)
    rows = [{"rule_id": each.rule_id, "rule_name": each.rule_name, "create_time": each.create_time} for each in mine]
    return {"rule_list": rows}


def get(call: Call) -> dict[str, Any]:
    """The semantics stand in both places the documentation shows."""
    rule = _find(call)
    return {
        "rule": {
            "rule_id": rule.rule_id, "rule_name": rule.rule_name, "word_list": rule.word_list,
            "semantics_list": rule.semantics_list, "extra_rule": {"semantics_list": rule.semantics_list},
            "intercept_type": rule.intercept_type,
            "applicable_range": {"user_list": rule.users, "department_list": rule.departments},
        }
    }  # fmt: skip


def update(call: Call) -> dict[str, Any]:
    """Nothing is changed when any of it is refused."""
    rule, body = _find(call), call.body
    name = _name(call, rule.rule_id) if "rule_name" in body else rule.rule_name
    words = _words(call) if "word_list" in body else rule.word_list
    semantics = _semantics(call) if "semantics_list" in body or "extra_rule" in body else rule.semantics_list
    kind = _intercept_type(call) if "intercept_type" in body else rule.intercept_type
    removed = mapping(body, "remove_applicable_range")
    users, departments = strings(removed, "user_list"), integers(removed, "department_list")
    _widen(call, rule, mapping(body, "add_applicable_range"))
    rule.rule_name, rule.word_list, rule.semantics_list, rule.intercept_type = name, words, semantics, kind
    rule.users = [each for each in rule.users if each not in users]
    rule.departments = [each for each in rule.departments if each not in departments]
    return {}


def delete(call: Call) -> dict[str, Any]:
    rule = _find(call)
    del call.state.intercepts.by_id[rule.rule_id]
    call.state.intercepts.deleted.append(rule.rule_id)
    return {}


def _find(call: Call) -> Rule:
    """41071 for a rule that is gone, 41070 for an unknown one or another app's."""
    rule_id = text(call.body, "rule_id", missing=41070)
    rule = call.state.intercepts.by_id.get(rule_id)
    if rule is None or rule.agentid != call.app.agentid:
        raise ApiError(41071 if rule_id in call.state.intercepts.deleted else 41070)
    return rule


def _name(call: Call, own: str) -> str:
    name = text(call.body, "rule_name", missing=40063, max_chars=20)
    if any(each.rule_name == name and each.rule_id != own for each in call.state.intercepts.by_id.values()):
        raise ApiError(41077)
    return name


def _words(call: Call) -> list[str]:
    words = strings(call.body, "word_list")
    if len(words) > MOST_WORDS:
        raise ApiError(41068)
    if not all(1 <= len(each) <= 32 for each in words):
        raise ApiError(41083)
    return words


def _semantics(call: Call) -> list[int]:
    """At the top or under extra_rule."""
    where = call.body if "semantics_list" in call.body else mapping(call.body, "extra_rule")
    semantics = integers(where, "semantics_list")
    if not set(semantics) <= {1, 2, 3}:
        raise ApiError(41084)
    return semantics


def _intercept_type(call: Call) -> int:
    kind = integer(call.body, "intercept_type")
    if kind not in (BLOCK, WARN):
        raise ApiError(40058)
    return kind


def _widen(call: Call, rule: Rule, scope: dict[str, Any]) -> None:
    users, departments = strings(scope, "user_list"), integers(scope, "department_list")
    if len(users) > MOST_RANGE or len(departments) > MOST_RANGE:
        raise ApiError(41076)
    for userid in users:
        if call.world.sees(call.app, userid) is None:
            raise ApiError(60111 if call.world.member(userid) is None else 60011)
    for department in departments:
        if department not in call.state.people.departments:
            raise ApiError(60003)
    rule.users += [each for each in users if each not in rule.users]
    rule.departments += [each for each in departments if each not in rule.departments]


ROUTES = {
    "externalcontact/add_intercept_rule": Endpoint("POST", add, "customer"),
    "externalcontact/get_intercept_rule_list": Endpoint("GET", list_rules, "customer", {"rule_list": []}),
    "externalcontact/get_intercept_rule": Endpoint("POST", get, "customer"),
    "externalcontact/update_intercept_rule": Endpoint("POST", update, "customer"),
    "externalcontact/del_intercept_rule": Endpoint("POST", delete, "customer"),
}
