"""Nothing reaches a customer without being asked for: one function owes the calls that do, and every sender goes through it."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from outbox.rules import TO_CUSTOMERS
from tests.architecture.test_house_rules import PRODUCT, ROOT, name

OUTSIDE = ("simulator/", "benchmarks/", "demo/", "supervisor/", "migrations/")
THE_ONE = "customers/respect.py"
# They pass on a call somebody else named; the outbox itself decides nothing about whom it reaches.
PASSES_ON = {THE_ONE, "outbox/actions.py", "outbox/media.py"}
OWING = {"enqueue", "enqueue_each", "owing", "keep_expired"}


def _named(to: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    """A = "text", or A, B = "text", "other"."""
    if isinstance(to, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield to.id, value.value
    if isinstance(to, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(to.elts, value.elts, strict=True):
            yield from _named(one, other)


@cache
def _constants(path_of_module: str) -> dict[str, str]:
    """Texts that a module gives a name, its imports of other rooms followed."""
    found: dict[str, str] = {}
    for node in ast.parse((ROOT / path_of_module).read_text()).body:
        if isinstance(node, ast.Assign):
            found |= {name: text for to in node.targets for name, text in _named(to, node.value)}
        if isinstance(node, ast.ImportFrom) and node.module:
            other, wanted = node.module.replace(".", "/") + ".py", [alias for alias in node.names if alias.name.isupper()]
            if wanted and (ROOT / other).exists():
                theirs = _constants(other)
                found |= {alias.asname or alias.name: theirs[alias.name] for alias in wanted if alias.name in theirs}
    return found


def _may_be(node: ast.AST | None, known: dict[str, str], scope: ast.AST) -> set[str | None]:
    """The texts an argument may be; None among them when one cannot be read from the code."""
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _may_be(node.body, known, scope) | _may_be(node.orelse, known, scope)
    if isinstance(node, ast.Name) and node.id in known:
        return {known[node.id]}
    if isinstance(node, ast.Name):
        assigned = [one for one in ast.walk(scope) if isinstance(one, ast.Assign)]
        given = [one.value for one in assigned if any(isinstance(to, ast.Name) and to.id == node.id for to in one.targets)]
        return {text for value in given for text in _may_be(value, known, scope)} or {None}
    return {None}


def _owed_calls(path_of_module: str) -> dict[int, set[str | None]]:
    """Line of each owing → the paths the call may have."""
    known, tree = _constants(path_of_module), ast.parse((ROOT / path_of_module).read_text())
    calls: dict[int, set[str | None]] = {}
    for scope in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(scope):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", getattr(node.func, "attr", "")) not in OWING:
                continue
            if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "broker":
                continue
            calls[node.lineno] = _may_be(node.args[2] if len(node.args) > 2 else None, known, scope)
    return calls


ROOMS = [name(path) for path in PRODUCT if not name(path).startswith(OUTSIDE) and name(path) not in PASSES_ON]


@pytest.mark.parametrize("path", [one for one in ROOMS if _owed_calls(one)])
def test_a_call_to_customers_is_owed_only_by_the_function_that_asks(path: str) -> None:
    for line, calls in _owed_calls(path).items():
        assert None not in calls, f"{path}:{line}: name the platform's path as a constant, so that this test can read it"
        late = "keep_expired" in (ROOT / path).read_text().splitlines()[line - 1]
        assert late or not calls & TO_CUSTOMERS, f"{path}:{line}: use customers.respect.send_to_customers for {calls}"


def test_the_one_function_asks_before_it_owes() -> None:
    tree = ast.parse((ROOT / THE_ONE).read_text())
    (sending,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "send_to_customers"]
    called = [node.func.id for node in ast.walk(sending) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert {"may_contact", "enqueue"} <= set(called)
    owing = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "enqueue"]
    assert len(owing) == 1


def test_what_sends_is_known_to_this_test() -> None:
    callers = {path for path in ROOMS if "send_to_customers(" in (ROOT / path).read_text()}
    assert "acquisition/welcomes.py" in callers


def test_a_phone_asks_before_it_sends_into_a_chat() -> None:
    scripts = {path.name: path.read_text() for path in (ROOT / "sidebar/static/sidebar").glob("*.js")}
    assert [each for each, text in scripts.items() if 'call("sendChatMessage"' in text] == ["sends.js"]
    sending = scripts["sends.js"].split("const send = ")[1]
    assert sending.index("await allowed(") < sending.index("await sendOne(")
