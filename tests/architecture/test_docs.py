"""Documentation is part of the code: a setting, a door, a timed job or a lane without a word in docs/ fails here."""

import re
from pathlib import Path

from flask import Flask

from foundation.config import Settings
from foundation.db import Base

ROOT = Path(__file__).parent.parent.parent


def test_every_setting_has_a_heading() -> None:
    headings = set(re.findall(r"^### `([A-Z_]+)`$", (ROOT / "docs" / "settings.md").read_text(), re.M))
    assert headings == {field.upper() for field in Settings.model_fields}


def test_every_door_is_in_the_architecture(app: Flask) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    prefixes = {"/" + str(rule).strip("/").split("/")[0] for rule in app.url_map.iter_rules()}
    missing = {prefix for prefix in prefixes if prefix != "/" and f"`{prefix}" not in text}
    assert missing == set()


def test_every_timed_job_is_in_the_architecture() -> None:
    schedule = (ROOT / "jobs" / "schedule.py").read_text() + (ROOT / "jobs" / "daily.py").read_text()
    names = set(re.findall(r'(?:Sweep|Ask|Daily)\("([a-z_]+\.[a-z_]+)"', schedule))
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert names, "jobs/schedule.py names its jobs like room.job"
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_word_of_code_for_a_table_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = [path.parent.name for path in ROOT.glob("*/models.py")]
    assert {room for room in rooms if f"`{room}/`" not in text} == set()


def test_every_table_is_in_the_architecture(app: Flask) -> None:
    assert app.blueprints, "the app has loaded every room's models"
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert {name for name in Base.metadata.tables if f"`{name}`" not in text} == set()


def test_links_between_docs_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
