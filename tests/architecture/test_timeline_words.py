"""Every kind of moment the code writes has its sentence in the one table, and every sentence can be said."""

import ast
import re
from collections.abc import Iterator

from customers.timeline_rules import GROUPS, KINDS, kinds_of, sentence
from tests.architecture.test_house_rules import PRODUCT, name

OUTSIDE = ("simulator/", "benchmarks/", "demo/")


def _texts(node: ast.AST | None, scope: ast.AST) -> Iterator[str]:
    """The texts an argument may be: a constant, either side of a choice, what a name was given in the same function."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, scope)
        yield from _texts(node.orelse, scope)
    elif isinstance(node, ast.Name):
        for other in ast.walk(scope):
            if isinstance(other, ast.Assign) and any(isinstance(to, ast.Name) and to.id == node.id for to in other.targets):
                yield from _texts(other.value, scope)


def _written(tree: ast.Module) -> Iterator[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] or [tree]
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in WRITERS:
                yield from _texts(node.args[2] if len(node.args) > 2 else None, function)
            if isinstance(node, ast.FunctionDef) and node.name == "tag_entry":
                for said in ast.walk(node):
                    if isinstance(said, ast.Return):
                        yield from _texts(said.value, node)
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                keys = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
                if {"kind", "once", "facts"} <= set(keys):
                    yield from _texts(keys["kind"], function)


def _told_by_sql(sql: str) -> Iterator[str]:
    """The kinds an INSERT INTO timeline_entry names: the third thing of each SELECT, or the column it comes from."""
    for part in sql.split("INSERT INTO timeline_entry")[1:]:
        part = part.split("ON CONFLICT")[0]
        for found in re.finditer(r"\bSELECT\b", part):
            things = _cut(part[found.end() :])
            if len(things) >= 6:
                yield from re.findall(r"(?:THEN|ELSE|^)\s*'([a-z_]+)'", things[2].strip()) or [f"column {things[2].strip()}"]


def _cut(selected: str) -> list[str]:
    """What stands between the commas outside of brackets."""
    things, depth = [""], 0
    for letter in selected:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        if letter == "," and depth == 0:
            things.append("")
        else:
            things[-1] += letter
    return things


def _by_sql(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "INSERT INTO timeline_entry" in node.value:
            yield from _told_by_sql(node.value)


# A pull writes entries made in Python, where the other half of this test finds their kinds.
MADE_ELSEWHERE = {"column kind": "customers/pulling_sql.py"}
WRITERS = {"note_timeline", "note_tagged"}


def test_every_kind_that_is_written_has_its_sentence() -> None:
    written: dict[str, str] = {}
    for path in PRODUCT:
        if not name(path).startswith(OUTSIDE):
            tree = ast.parse(path.read_text())
            written |= dict.fromkeys([*_written(tree), *_by_sql(tree)], name(path))
    known = {"added", "half_added", "sent", "opened", "care", "ended", "consent", "ordered", "moved", "auto_tagged"}
    assert known <= set(written)
    assert {kind: path for kind, path in written.items() if kind.startswith("column ")} == MADE_ELSEWHERE
    written = {kind: path for kind, path in written.items() if not kind.startswith("column ")}
    assert {kind: path for kind, path in written.items() if kind not in KINDS} == {}, "put it into customers/timeline_rules.py"


def test_kinds_written_by_sql_are_found() -> None:
    sql = """INSERT INTO timeline_entry (customer_id, staff_id, kind, at, facts, once)
        SELECT id, now(), 'new_kind', f(1, 'x'), '{}', 'a:' || id FROM told
        UNION ALL SELECT id, 1, CASE WHEN a = 'b' THEN 'one' ELSE 'two' END, at, (SELECT 1, 2), 'k' FROM told"""
    assert list(_told_by_sql(sql)) == ["new_kind", "one", "two"]


def test_no_sentence_is_written_into_the_facts() -> None:
    """Facts hold names and her own words; what is said of them stands in the one table, so that it can be said otherwise."""
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for path in PRODUCT:
        if name(path).startswith(OUTSIDE):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "note_timeline":
                said = [one.value for word in node.keywords for one in ast.walk(word) if isinstance(one, ast.Constant)]
                assert not [one for one in said if isinstance(one, str) and chinese.search(one)], f"{name(path)}:{node.lineno}"


def test_every_kind_can_be_said_with_and_without_facts() -> None:
    facts = {
        "title": "新款", "channel": "收银台", "add": ["高客单"], "remove": ["等折扣"], "by": "customer", "why": "两次打开",
        "outcome": "done", "to": "none", "words": "退订", "source": "message", "reason": "customer_refused", "bubbles": 2,
        "edited": True, "note": "备注",
    }  # fmt: skip
    for kind, moment in KINDS.items():
        assert sentence(kind, {}) == moment.name
        assert sentence(kind, facts).startswith(moment.name)
        assert moment.group in GROUPS
        assert len(sentence(kind, {"title": "长" * 500, "words": "长" * 500})) <= 80
    assert {kind for group in GROUPS for kind in kinds_of(group)} == set(KINDS)
    assert sentence("unheard_of", {}) == "unheard_of"
