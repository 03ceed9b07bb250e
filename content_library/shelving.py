"""Many items at once: published, taken down, and put back as they were when that was a slip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from content_library.actions import allow_edit, archive_item, locked, may_show_again, mirror, publish_item
from content_library.models import Item, ItemStatus, ItemVersion
from content_library.queries import get_item
from foundation import audit
from foundation.errors import AppError
from org.models import Staff

MOST = 100


@dataclass(frozen=True)
class Change:
    """What one item was before and is now: status and the version guides have."""

    item_id: int
    status: ItemStatus
    version_id: int | None
    now_status: ItemStatus
    now_version_id: int | None


@dataclass(frozen=True)
class Bulk:
    """What came of a deed over many: the changes, and item id → why it was left alone."""

    changes: tuple[Change, ...]
    left: dict[int, str]


def _each(session: Session, item_ids: Sequence[int], act: Callable[[int], Item]) -> Bulk:
    changes: list[Change] = []
    left: dict[int, str] = {}
    for item_id in sorted(set(item_ids))[:MOST]:
        try:
            # Each on its own: one that may not be touched does not hold up the others.
            with session.begin_nested():
                item = get_item(session, item_id)
                status, version_id = item.status, item.version_id
                item = act(item_id)
        except AppError as problem:
            left[item_id] = problem.message
            continue
        if (status, version_id) != (item.status, item.version_id):
            changes.append(Change(item_id, ItemStatus(status), version_id, ItemStatus(item.status), item.version_id))
    return Bulk(tuple(changes), left)


def archive_many(session: Session, staff: Staff, item_ids: Sequence[int]) -> Bulk:
    """Take down at most 100 items; those she may not change are left alone with the reason."""
    return _each(session, item_ids, lambda item_id: archive_item(session, staff, item_id))


def publish_many(session: Session, staff: Staff, item_ids: Sequence[int]) -> Bulk:
    """Publish the newest version of at most 100 items; those with words to be confirmed are left alone with the reason."""
    return _each(session, item_ids, lambda item_id: publish_item(session, staff, item_id))


def put_back(session: Session, staff: Staff, changes: Sequence[Change]) -> int:
    """Make items again what they were before a bulk deed; what somebody changed since is left alone. How many went back."""
    return sum(_put_back(session, staff, change) for change in changes[:MOST])


def _put_back(session: Session, staff: Staff, change: Change) -> bool:
    item = locked(session, change.item_id)
    allow_edit(staff, item.path)
    if (item.status, item.version_id) != (change.now_status, change.now_version_id):
        return False
    if item.status == ItemStatus.ARCHIVED and not may_show_again(staff, item):
        return False
    item.status, item.version_id = change.status, change.version_id
    version = session.get(ItemVersion, change.version_id) if change.version_id else None
    if version is not None:
        mirror(item, version)
    if change.now_version_id and change.now_version_id != change.version_id:
        # It was never meant to be approved: if it waited for review before, it waits again.
        session.get_one(ItemVersion, change.now_version_id).approved_by = None
    audit.record(session, f"staff:{staff.id}", "content.put_back", f"item:{item.id}", status=str(change.status))
    session.flush()
    return True
