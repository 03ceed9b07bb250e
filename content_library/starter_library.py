"""A starter library for a down-jacket brand (starter/*.json): personas, shelves, scripts, posters, looks, watched words and a
month of the persona calendar, put into an empty library once."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library.actions import mirror
from content_library.categories import names_of, shelves
from content_library.library_queries import has_items
from content_library.models import Category, Item, ItemKind, ItemStatus, ItemVersion, Persona
from content_library.persona_models import EntryStatus, PersonaEntry
from content_library.queries import list_categories, list_personas
from content_library.starter_looks import draw_look
from content_library.word_actions import seed_words
from foundation import audit, clock
from foundation.blobs import keep_blob
from org.models import Staff

FOLDER = Path(__file__).parent / "starter"
LOOKS_SHELF = "搭配灵感"
Entry = dict[str, Any]


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def care_scripts(session: Session) -> dict[int, int]:
    """Day of the lifecycle plan → id of the starter script that suits it, for whoever sets up that plan."""
    days = {entry["title"]: int(entry["care_day"]) for entry in _read("scripts") if "care_day" in entry}
    found = session.execute(select(Item.title, Item.id).where(Item.title.in_(days), Item.status == ItemStatus.PUBLISHED))
    return {days[title]: item_id for title, item_id in found}


def seed_content(session: Session, staff: Staff) -> int:
    """Fill an empty library in the name of `staff` (headquarters); how many items were added, 0 when there are any already."""
    if has_items(session):
        return 0
    seed_words(session, staff)
    now = clock.now()
    people = [{**entry, "created_at": now} for entry in _read("personas")]
    session.execute(insert(Persona).on_conflict_do_nothing(), people)
    personas = {persona.name: persona.id for persona in list_personas(session)}
    places = _seed_shelves(session)
    scripts = [(ItemKind.SCRIPT, entry, _script_body(entry, personas)) for entry in _read("scripts")]
    posters = [(ItemKind.POSTER, entry, entry["body"]) for entry in _read("posters")]
    looks = [(ItemKind.LOOK, {**entry, "category": LOOKS_SHELF}, _look_body(entry)) for entry in _read("looks")]
    items = _publish(session, staff, [*scripts, *posters, *looks], personas, places)
    _seed_calendar(session, staff, personas, {item.title: item.id for item in items}, clock.today())
    audit.record(session, f"staff:{staff.id}", "content.load_starter", "item:0", added=len(items))
    return len(items)


def _seed_shelves(session: Session) -> dict[str, int]:
    """The tree of shelves; full name → id."""
    tops = [Category(name=top["name"], order=order) for order, top in enumerate(_read("categories"), start=1)]
    session.add_all(tops)
    session.flush()
    for parent, top in zip(tops, _read("categories"), strict=True):
        for order, below in enumerate(top.get("children", []), start=1):
            session.add(Category(name=below["name"], parent_id=parent.id, order=order))
    session.flush()
    return {path: id_ for id_, path in names_of(shelves(list_categories(session))).items()}


def _script_body(entry: Entry, personas: Mapping[str, int]) -> Entry:
    variants = [
        {"persona_id": personas[one["persona"]], "stage": "", "bubbles": one["bubbles"]}
        | ({"note": one["note"]} if one.get("note") else {})
        for one in entry.get("variants", [])
    ]
    body: Entry = {"bubbles": entry["bubbles"]} | ({"variants": variants} if variants else {})
    return body | {name: entry[name] for name in ("follow_up", "note") if entry.get(name)}


def _look_body(entry: Entry) -> Entry:
    products = [{"name": one["name"], "role": one["role"]} for one in entry["products"]]
    drawn = draw_look(entry["title"], entry["occasion"], tuple((one["role"], one["name"]) for one in products))
    return {"products": products, "text": entry["text"], "blob_key": keep_blob(drawn)}


def _publish(
    session: Session,
    staff: Staff,
    drafts: Sequence[tuple[ItemKind, Entry, Entry]],
    personas: Mapping[str, int],
    places: Mapping[str, int],
) -> list[Item]:
    """All drafts published at once, in four batches instead of eight statements each."""
    now = clock.now()
    pairs = []
    for kind, entry, body in drafts:
        placed = {
            "title": entry["title"],
            "persona_id": personas.get(entry.get("persona", "")),
            "category_id": places[entry["category"]],
            "stage": entry.get("stage", ""),
            "content_type": entry.get("content_type", ""),
            "scene": entry.get("scene", ""),
            "tags": entry.get("tags", []) or entry["occasion"].split("、"),
            "path": "",
        }
        version = ItemVersion(
            number=1, body=body, **placed, approved_by=staff.id, published_at=now, created_by=staff.id, created_at=now
        )
        item = Item(kind=kind, status=ItemStatus.PUBLISHED, title=entry["title"], created_by=staff.id, created_at=now)
        mirror(item, version)
        pairs.append((item, version))
    session.add_all(item for item, _ in pairs)
    session.flush()
    for item, version in pairs:
        version.item_id = item.id
    session.add_all(version for _, version in pairs)
    session.flush()
    for item, version in pairs:
        item.version_id = version.id
    session.flush()
    return [item for item, _ in pairs]


def _seed_calendar(session: Session, staff: Staff, personas: Mapping[str, int], items: Mapping[str, int], today: date) -> None:
    """The month's calendar as drafts over the coming thirty days: day 1 is tomorrow."""
    told = ("content_type", "trait", "story", "selling", "text", "follow_up", "pictures")
    for entry in _read("calendar"):
        hour, minute = map(int, entry["time"].split(":"))
        session.add(
            PersonaEntry(
                persona_id=personas[entry["persona"]], on=today + timedelta(days=entry["day"]), at_minute=hour * 60 + minute,
                item_ids=[items[title] for title in entry["scripts"]], status=EntryStatus.DRAFT, created_by=staff.id,
                created_at=clock.now(), **{name: entry.get(name, "") for name in told},
            )
        )  # fmt: skip
    session.flush()
