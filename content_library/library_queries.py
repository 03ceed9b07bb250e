"""The library as its editors read it: narrowed many ways, waiting for review, commented. Drafts and taken-down items too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Text, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from content_library import rules
from content_library.models import Item, ItemComment, ItemKind, ItemStatus, ItemVersion
from content_library.queries import below, found_by
from foundation import clock
from foundation.errors import NotFound
from org.models import Role, Staff
from org.queries import inside

SOON = timedelta(days=7)
NO_PERSONA = 0
LOOKED_AT = 2000


class Validity(StrEnum):
    """When an item may be used, as of now."""

    NOW = "now"
    ENDING = "ending"
    LATER = "later"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """How the library is narrowed; an empty field does not narrow. `persona_id` 0 means items for every persona.

    `category_id` takes in what lies below it; `path` asks for items shown only inside that subtree.
    """

    q: str = ""
    kind: ItemKind | None = None
    status: ItemStatus | None = None
    category_id: int | None = None
    persona_id: int | None = None
    stage: str = ""
    content_type: str = ""
    scene: str = ""
    tag: str = ""
    path: str = ""
    validity: Validity | None = None


def seen_by(viewer: Staff) -> ColumnElement[bool]:
    """Items shown to everybody, above her, or inside her subtree."""
    return or_(func.starts_with(literal(viewer.path, Text), Item.path), inside(Item.path, viewer.path))


def _valid(validity: Validity) -> ColumnElement[bool]:
    now = clock.now()
    begun = or_(Item.valid_from.is_(None), Item.valid_from <= now)
    return {
        Validity.NOW: and_(begun, or_(Item.valid_until.is_(None), Item.valid_until > now)),
        Validity.ENDING: and_(begun, Item.valid_until > now, Item.valid_until <= now + SOON),
        Validity.LATER: Item.valid_from > now,
        Validity.ENDED: Item.valid_until <= now,
    }[validity]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    parts = found_by(rules.search_terms(wanted.q))
    same = {"kind": Item.kind, "status": Item.status, "stage": Item.stage, "content_type": Item.content_type, "scene": Item.scene}
    parts += [column == value for name, column in same.items() if (value := getattr(wanted, name))]
    if wanted.category_id:
        parts.append(below(wanted.category_id))
    if wanted.persona_id is not None:
        parts.append(Item.persona_id == wanted.persona_id if wanted.persona_id != NO_PERSONA else Item.persona_id.is_(None))
    if wanted.tag:
        parts.append(Item.tags.contains([wanted.tag]))
    if wanted.path:
        parts.append(inside(Item.path, wanted.path))
    if wanted.validity:
        parts.append(_valid(wanted.validity))
    return parts


def get_item_in(session: Session, viewer: Staff, item_id: int) -> Item:
    """An item she sees, drafts too. Raises NotFound for any other."""
    item = session.scalar(select(Item).where(Item.id == item_id, seen_by(viewer)))
    if item is None:
        raise NotFound("这条内容不存在")
    return item


def page_library(
    session: Session, viewer: Staff, wanted: Wanted, *, after_id: int | None = None, limit: int = 50
) -> list[tuple[Item, ItemVersion]]:
    """A page of the library, newest first: those after `after_id` in that order, each with the version it shows.

    Of it she sees what is shown to everybody, above her, or inside her subtree.
    """
    chosen = select(Item.id).where(seen_by(viewer), *_narrowed(wanted))
    if after_id:
        chosen = chosen.where(Item.id < after_id)
    page = chosen.order_by(Item.id.desc()).limit(limit).subquery()
    later = aliased(ItemVersion)
    newest = select(func.max(later.id)).where(later.item_id == Item.id).scalar_subquery()
    shown = func.coalesce(Item.version_id, newest)
    found = select(Item, ItemVersion).join(page, page.c.id == Item.id).join(ItemVersion, ItemVersion.id == shown)
    return [(row[0], row[1]) for row in session.execute(found.order_by(Item.id.desc()))]


def page_waiting(session: Session, viewer: Staff, *, after: int | None = None, limit: int = 30) -> list[tuple[Item, ItemVersion]]:
    """Versions that wait for review, the longest waiting first by number; below headquarters those of her own subtree."""
    chosen = select(Item, ItemVersion).join(Item, Item.id == ItemVersion.item_id).where(*_waiting(viewer))
    if after:
        chosen = chosen.where(ItemVersion.id > after)
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(ItemVersion.id).limit(limit))]


def count_waiting(session: Session, viewer: Staff, most: int = 100) -> int:
    """How many versions wait for review, counted to `most`."""
    waiting = select(ItemVersion.id).join(Item, Item.id == ItemVersion.item_id).where(*_waiting(viewer)).limit(most)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _waiting(viewer: Staff) -> tuple[ColumnElement[bool], ...]:
    undecided = (ItemVersion.submitted_at.is_not(None), ItemVersion.approved_by.is_(None))
    return undecided if viewer.role == Role.HEADQUARTERS else (*undecided, inside(ItemVersion.path, viewer.path))


def list_comments(session: Session, item_id: int, limit: int = 100) -> list[ItemComment]:
    """What was said about an item, newest first."""
    return list(
        session.scalars(select(ItemComment).where(ItemComment.item_id == item_id).order_by(ItemComment.id.desc()).limit(limit))
    )


def list_tags(session: Session, viewer: Staff, limit: int = 60) -> list[str]:
    """The tags most in use among the newest 2000 items she sees: a whole library is not gone through for a page."""
    newest = (
        select(Item.tags).where(seen_by(viewer), Item.status != ItemStatus.ARCHIVED).order_by(Item.id.desc()).limit(LOOKED_AT)
    )
    used = select(func.unnest(newest.subquery().c.tags).label("tag")).subquery()
    counted = select(used.c.tag).group_by(used.c.tag).order_by(func.count().desc(), used.c.tag).limit(limit)
    return list(session.scalars(counted))


def count_by_category(session: Session) -> dict[int, int]:
    """How many items stand on each shelf itself, taken-down ones too; empty shelves are missing."""
    counted = select(Item.category_id, func.count()).where(Item.category_id.is_not(None)).group_by(Item.category_id)
    return {category_id: count for category_id, count in session.execute(counted) if category_id is not None}


def has_items(session: Session) -> bool:
    """Whether the library holds anything at all."""
    return bool(session.scalar(select(exists().where(Item.id > 0))))


def versions_of(session: Session, item_id: int, version_ids: Sequence[int]) -> list[ItemVersion]:
    """These versions of one item, by number; numbers of other items' versions are left out."""
    asked = select(ItemVersion).where(ItemVersion.item_id == item_id, ItemVersion.id.in_(version_ids))
    return list(session.scalars(asked.order_by(ItemVersion.number)))
