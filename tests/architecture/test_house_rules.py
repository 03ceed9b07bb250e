"""The house keeps its own rules: sizes, names, empty __init__, no unfinished work."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WALL, FUNCTION_WALL = 300, 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "manager"}


def tracked(pattern: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


PYTHON = [path for path in tracked("*.py") if "migrations/versions" not in str(path)]
PRODUCT = [path for path in PYTHON if path.relative_to(ROOT).parts[0] != "tests"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_file_stays_below_the_wall(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= WALL, "split it by the nouns it holds"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_a_function_stays_below_the_wall(path: Path) -> None:
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_WALL
    ]
    assert long == []


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_a_module_says_what_it_is_and_has_a_name_that_means_something(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    if path.name == "__init__.py":
        assert path.read_text().strip() == "", "__init__.py stays empty"
    else:
        assert ast.get_docstring(ast.parse(path.read_text())), "say in a module docstring what it does"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nothing_is_left_unfinished(path: Path) -> None:
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"))
    assert not re.search(rf"\b({marks})\b", path.read_text())


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_rules_are_pure() -> None:
    for path in PRODUCT:
        rules = path.name == "rules.py" or (path.name.endswith("_rules.py") and path.parent.name != "routes")
        if not rules or name(path).startswith("simulator/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                assert module.split(".")[0] not in {"sqlalchemy", "redis", "requests", "random", "flask", "secrets"}, (
                    f"{name(path)} imports {module}"
                )


def test_only_the_clock_asks_for_the_time() -> None:
    asks = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|func\.now\(\)|\bnow\(\)\s*AT TIME|CURRENT_TIMESTAMP")
    for path in PRODUCT:
        if name(path) == "foundation/clock.py" or name(path).startswith(("simulator/", "benchmarks/")):
            continue
        assert not asks.search(path.read_text()), name(path)


def test_nobody_commits_but_the_transaction() -> None:
    for path in PRODUCT:
        if name(path).startswith(("foundation/db.py", "benchmarks/")):
            continue
        assert ".commit()" not in path.read_text(), f"{name(path)}: edges own transactions (foundation.db.transaction)"
