"""Nobody imports the roof: import-linter sees packages only, and app.py is a module."""

import ast
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("foundation", "wecom", "outbox", "org", "customers", "acquisition", "content_library", "sop", "leaderboard")
EDGES = ("bot", "sidebar", "hq", "jobs", "supervisor", "simulator", "demo")


@pytest.mark.parametrize("room", [*ROOMS, *EDGES])
def test_nobody_imports_the_roof(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert "app" not in names, path


def test_every_room_with_doors_has_a_lock(app: Flask) -> None:
    unlocked = {name for name in app.blueprints if name not in app.before_request_funcs}
    assert unlocked <= {"bot", "health"}, "bot is locked by the seal of each envelope, health shows nothing of anybody"


def test_no_two_blueprints_share_a_template_name() -> None:
    seen: dict[str, Path] = {}
    for path in ROOT.glob("*/templates/**/*.html"):
        if path.parts[len(ROOT.parts)] in {"simulator", "node_modules", "var"}:
            continue
        name = str(path).split("/templates/", 1)[1]
        assert name not in seen, f"{path} and {seen.get(name)}"
        seen[name] = path
