"""What is read of content. Visibility stands in every query: published, in its time, and shown on the reader's path."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from content_library import rules
from content_library.models import Category, Item, ItemKind, ItemSend, ItemStatus, ItemVersion, KeptPicture, Persona, PosterRender
from content_library.posters import PosterFacts
from foundation import clock
from foundation.blobs import blob_path
from foundation.errors import NotFound

# A common word finds thousands: the newest so many are ranked, titles first.
CANDIDATES = 200


def sendable(path: str) -> ColumnElement[bool]:
    """What a person on `path` may send now."""
    now = clock.now()
    return and_(
        Item.status == ItemStatus.PUBLISHED,
        func.starts_with(literal(path, Text), Item.path),
        or_(Item.valid_from.is_(None), Item.valid_from <= now),
        or_(Item.valid_until.is_(None), Item.valid_until > now),
    )


def _holds(term: str) -> ColumnElement[bool]:
    inside = func.strpos(Item.search_text, term) > 0
    return or_(inside, func.strpos(Item.initials, term) > 0) if term.isascii() and term.isalnum() else inside


def in_index(query: str) -> ColumnElement[bool]:
    """Whether the index holds what a tsquery of rules.index_query (or near_query, any_of_query) asks for.

    It stands in the statement as a quoted constant. As a parameter, a plan made once for whatever words comes to be used, and
    that one reads and sorts half of the library for a common character.
    """
    words = bindparam(None, query, Text, unique=True, literal_execute=True)
    return Item.search.op("@@")(cast(words, TSQUERY))


def found_by(terms: list[str]) -> list[ColumnElement[bool]]:
    """What an item must hold to be found by all these words; nothing for no words."""
    if not terms:
        return []
    return [in_index(rules.index_query(terms)), *(_holds(term) for term in terms)]


def below(category_id: int) -> ColumnElement[bool]:
    """Items on a shelf or on any below it."""
    tree = select(Category.id).where(Category.id == category_id).cte(recursive=True)
    tree = tree.union(select(Category.id).where(Category.parent_id == tree.c.id))
    return Item.category_id.in_(select(tree.c.id))


def search_items(
    session: Session, path: str, words: str, *, kind: ItemKind | None = None, category_id: int | None = None, limit: int = 20
) -> list[Item]:
    """Items a person on `path` may send that hold all the words, titles first, then the newest; no words: the newest.

    Any part of a word is enough, also one character, or the pinyin initials of the title ("yrf").
    """
    terms = rules.search_terms(words)
    chosen = select(Item).where(sendable(path), *found_by(terms))
    if kind:
        chosen = chosen.where(Item.kind == kind)
    if category_id:
        chosen = chosen.where(below(category_id))
    if not terms:
        return list(session.scalars(chosen.order_by(Item.id.desc()).limit(limit)))
    newest = chosen.with_only_columns(Item.id).order_by(Item.id.desc()).limit(CANDIDATES).subquery()
    in_title = and_(*(or_(func.strpos(func.lower(Item.title), t) > 0, func.strpos(Item.initials, t) > 0) for t in terms))
    ranked = select(Item).where(Item.id.in_(select(newest.c.id))).order_by(in_title.desc(), Item.id.desc())
    return list(session.scalars(ranked.limit(limit)))


def get_item_for(session: Session, path: str, item_id: int) -> tuple[Item, ItemVersion]:
    """A published item and its current version. Raises NotFound when it is not for this path or not (any more) valid."""
    found = session.execute(
        select(Item, ItemVersion).join(ItemVersion, ItemVersion.id == Item.version_id).where(Item.id == item_id, sendable(path))
    ).first()
    if found is None:
        raise NotFound("这条内容不存在或已下架")
    return found[0], found[1]


def get_item(session: Session, item_id: int) -> Item:
    """Any item, for its editors. Raises NotFound."""
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound("这条内容不存在")
    return item


def list_versions(session: Session, items: Sequence[Item]) -> dict[int, ItemVersion]:
    """The current version of each item, by item id, in one statement."""
    ids = [item.version_id for item in items if item.version_id]
    return {v.item_id: v for v in session.scalars(select(ItemVersion).where(ItemVersion.id.in_(ids)))} if ids else {}


def list_history(session: Session, item_id: int, limit: int = 50) -> list[ItemVersion]:
    """The versions of one item, newest first."""
    return list(
        session.scalars(
            select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(ItemVersion.number.desc()).limit(limit)
        )
    )


def list_categories(session: Session) -> list[Category]:
    """All shelves, in their order."""
    return list(session.scalars(select(Category).order_by(Category.parent_id.nulls_first(), Category.order, Category.id)))


def list_personas(session: Session) -> list[Persona]:
    """The voices in use."""
    return list(session.scalars(select(Persona).where(Persona.archived_at.is_(None)).order_by(Persona.id)))


def sent_at_of(session: Session, customer_id: int, item_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these items was last sent to the customer by anybody; items never sent are missing."""
    if not item_ids:
        return {}
    hers = and_(ItemSend.customer_id == customer_id, ItemSend.item_id.in_(item_ids))
    last = select(ItemSend.item_id, func.max(ItemSend.sent_at)).where(hers).group_by(ItemSend.item_id)
    return {row[0]: row[1] for row in session.execute(last)}


def get_shown(session: Session, path: str, item_id: int, version_id: int) -> tuple[Item, ItemVersion]:
    """A version guides on `path` were shown at some time, also when a newer one or none is shown by now: a send may be
    reported late. Raises NotFound for what was never published or is not for this path.
    """
    found = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(
            Item.id == item_id,
            ItemVersion.id == version_id,
            ItemVersion.published_at.is_not(None),
            func.starts_with(literal(path, Text), ItemVersion.path),
        )
    ).first()
    if found is None:
        raise NotFound("这条内容不存在或已下架")
    return found[0], found[1]


def find_drawn(session: Session, version_id: int, facts: PosterFacts) -> str | None:
    """The blob key of the poster already drawn for this guide and these facts; None when it must be drawn."""
    known = session.get(PosterRender, (version_id, facts.staff_id, facts.fingerprint()))
    return known.blob_key if known and blob_path(known.blob_key).exists() else None


def picture_key(url: str) -> str:
    """Under which key a picture from this address is kept."""
    return hashlib.sha256(url.encode()).hexdigest()


def list_pictures(session: Session, urls: Sequence[str]) -> dict[str, KeptPicture]:
    """What is known of the pictures at these addresses, by address."""
    keys = [picture_key(url) for url in urls if url]
    return {row.url: row for row in session.scalars(select(KeptPicture).where(KeptPicture.key.in_(keys)))} if keys else {}


def list_items_for(session: Session, path: str, item_ids: Sequence[int]) -> list[Item]:
    """Those of these items a person on `path` may send now."""
    return list(session.scalars(select(Item).where(Item.id.in_(item_ids), sendable(path)))) if item_ids else []
