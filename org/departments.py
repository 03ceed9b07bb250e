"""Changes of the department tree: places are computed for the whole tree, only what differs is written."""

from collections.abc import Sequence

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from foundation import clock
from foundation.config import settings
from foundation.db import Json
from foundation.text import clean
from org.models import Department, Staff, Store
from org.rules import ROOT_ID, ROOT_PATH, Node, Place, places_of
from org.staffing import place_staff

TREE_LOCK = 720_001


def apply_departments(session: Session, rows: Sequence[Json], *, complete: bool = False) -> int:
    """Take over department rows {id, parentid, name, order} (any but `id` may be missing); the number that changed.

    `complete`: the rows are the whole visible tree, so what they lack is gone (DOC 90208).
    """
    known = _lock_tree(session)
    nodes = {node.id: node for node in known.values()}
    for row in rows:
        node = _merged(row, nodes.get(int(row["id"])))
        nodes[node.id] = node
    told = {int(row["id"]) for row in rows} | {ROOT_ID}
    living = {key: node for key, node in nodes.items() if not complete or key in told}
    return _write_tree(session, living)


def remove_department(session: Session, department_id: int) -> None:
    """A department was deleted on the platform. Its row stays for history, its store is closed."""
    nodes = _lock_tree(session)
    nodes.pop(department_id, None)
    _write_tree(session, nodes)


def _merged(row: Json, known: Node | None) -> Node:
    parent = row.get("parentid")
    name = clean(str(row.get("name") or ""))[:200]
    order = row.get("order")
    return Node(
        id=int(row["id"]),
        parent_id=int(parent) if parent not in (None, "") else (known.parent_id if known else None),
        name=name or (known.name if known else ""),
        order=int(order) if order not in (None, "") else (known.order if known else 0),
    )


def _lock_tree(session: Session) -> dict[int, Node]:
    """One change of the tree at a time: a place depends on all the places above it."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TREE_LOCK})
    session.execute(
        upsert(Department)
        .values(id=ROOT_ID, parent_id=None, name=settings().brand_name, order=0, path=ROOT_PATH, kind="headquarters")
        .on_conflict_do_nothing()
    )
    found = session.execute(
        select(Department.id, Department.parent_id, Department.name, Department.order).where(Department.removed_at.is_(None))
    )
    return {row.id: Node(row.id, row.parent_id, row.name, row.order) for row in found}


def _write_tree(session: Session, nodes: dict[int, Node]) -> int:
    places = places_of(nodes.values(), settings().store_department_depth)
    before = {row.id: row for row in session.execute(select(Department.__table__))}
    gone = [key for key, row in before.items() if row.removed_at is None and key not in nodes]
    wanted = {key: _columns(node, places[key]) for key, node in nodes.items()}
    fresh = [values for key, values in wanted.items() if key not in before]
    changed = [values for key, values in wanted.items() if key in before and _differs(before[key], values)]
    if fresh:
        session.execute(insert(Department), fresh)
    if changed:
        session.execute(update(Department), changed)
    if gone:
        session.execute(update(Department).where(Department.id.in_(gone)).values(removed_at=clock.now()))
    if fresh or changed or gone:
        _write_stores(session, nodes, places)
        place_staff(session, Staff.department_id.in_([*gone, *(int(values["id"]) for values in fresh + changed)]))
    session.expire_all()
    return len(fresh) + len(changed) + len(gone)


def _columns(node: Node, place: Place) -> Json:
    return {
        "id": node.id,
        "parent_id": node.parent_id,
        "name": node.name,
        "order": node.order,
        "path": place.path,
        "kind": place.kind,
        "removed_at": None,
    }


def _differs(row: object, values: Json) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _write_stores(session: Session, nodes: dict[int, Node], places: dict[int, Place]) -> None:
    shops = [(key, places[key].path, nodes[key].name) for key in nodes if places[key].store_id == key]
    ids: Sequence[int] = [shop[0] for shop in shops]
    session.execute(update(Store).where(Store.closed_at.is_(None), Store.department_id.not_in(ids)).values(closed_at=clock.now()))
    if shops:
        session.execute(OPEN_STORES, {"ids": ids, "paths": [s[1] for s in shops], "names": [s[2] for s in shops]})


OPEN_STORES = text("""
INSERT INTO store (department_id, path, code, name, city, opening_hours)
SELECT id, path, 'S' || id, name, '', ''
FROM unnest(CAST(:ids AS bigint[]), CAST(:paths AS text[]), CAST(:names AS text[])) AS shop (id, path, name)
ON CONFLICT (department_id) DO UPDATE SET path = excluded.path, name = excluded.name, closed_at = NULL
WHERE (store.path, store.name, store.closed_at IS NULL) IS DISTINCT FROM (excluded.path, excluded.name, true)
""")
