"""A starter library for a down-jacket brand: personas, scripts and posters (starter/*.json), published once. Only data."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.actions import publish_item, save_item
from content_library.models import Category, Item, ItemKind, ItemStatus, Persona
from content_library.queries import list_personas
from org.models import Staff

FOLDER = Path(__file__).parent / "starter"


def _read(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def care_scripts(session: Session) -> dict[int, int]:
    """Day of the lifecycle plan → id of the starter script that suits it, for whoever sets up that plan."""
    days = {
        entry["title"]: int(entry["care_day"]) for shelf in _read("scripts") for entry in shelf["items"] if "care_day" in entry
    }
    found = session.execute(select(Item.title, Item.id).where(Item.title.in_(days), Item.status == ItemStatus.PUBLISHED))
    return {days[title]: item_id for title, item_id in found}


def seed_content(session: Session, staff: Staff) -> int:
    """Fill an empty library in the name of `staff` (headquarters); how many items were added, 0 when there are any already."""
    if session.scalar(select(func.count()).select_from(Item)):
        return 0
    session.execute(insert(Persona).on_conflict_do_nothing(), _read("personas"))
    personas = {persona.name: persona.id for persona in list_personas(session)}
    shelves = _read("scripts")
    categories = {}
    for order, shelf in enumerate(shelves, start=1):
        category = Category(name=shelf["category"], order=order)
        session.add(category)
        session.flush()
        categories[category.name] = category.id
    scripts = [(shelf["category"], entry) for shelf in shelves for entry in shelf["items"]]
    drafts = [(ItemKind.SCRIPT, category, entry, {"bubbles": entry["bubbles"]}) for category, entry in scripts]
    drafts += [(ItemKind.POSTER, entry["category"], entry, entry["body"]) for entry in _read("posters")]
    for kind, category_name, entry, body in drafts:
        item = save_item(
            session, staff, kind, entry["title"], body,
            persona_id=personas.get(entry.get("persona", "")), category_id=categories[category_name], stage=entry["stage"],
        )  # fmt: skip
        publish_item(session, staff, item.id)
    return len(drafts)
