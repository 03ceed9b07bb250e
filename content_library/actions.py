"""What changes in content. Versions are only ever added; a send is recorded once, however often the page reports it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack
from typing import cast as cast_to

from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from content_library import bodies, layout, rules
from content_library.models import (
    Category,
    ContentType,
    Item,
    ItemKind,
    ItemSend,
    ItemStatus,
    ItemVersion,
    KeptPicture,
    Persona,
    PosterRender,
)
from content_library.posters import PosterFacts
from content_library.queries import get_item, picture_key
from content_library.wording import confirm_words
from foundation import audit, clock
from foundation.blobs import keep_blob
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff

NEW_PICTURE_TRIES = 5


class Placement(TypedDict, total=False):
    """Where an item stands and who sees it when; it belongs to a version and is applied when that is published."""

    persona_id: int | None
    category_id: int | None
    stage: str
    content_type: str
    scene: str
    tags: list[str]
    path: str
    valid_from: datetime | None
    valid_until: datetime | None


PLACES = tuple(Placement.__annotations__)


def allow_edit(staff: Staff, path: str) -> None:
    """Raises NotAllowed for who may not change what is shown on `path`."""
    if not rules.may_edit(staff.role, staff.path, path):
        raise NotAllowed("您没有修改这条内容的权限")


def _check(session: Session, kind: ItemKind, title: str, body: Mapping[str, Any], placement: Placement) -> None:
    fields = bodies.problems_of(kind, title, body) | _misplaced(session, placement)
    if kind == ItemKind.POSTER and (problem := layout.problem_of(dict(body))):
        fields["body"] = problem
    if fields:
        raise Invalid("内容还不能保存", fields)


def _misplaced(session: Session, placement: Placement) -> dict[str, str]:
    """What is wrong with where it is to stand: only what was given is looked at."""
    fields = {}
    if (persona_id := placement.get("persona_id")) and session.get(Persona, persona_id) is None:
        fields["persona_id"] = "这个人设已经不在了，请重新选"
    if (category_id := placement.get("category_id")) and session.get(Category, category_id) is None:
        fields["category_id"] = "这个分类已经不在了，请重新选"
    known = {"stage": rules.STAGES, "scene": rules.SCENES, "content_type": tuple(ContentType)}
    for name, words in known.items():
        if (given := placement.get(name, "")) and given not in words:
            fields[name] = f"没有「{str(given)[:10]}」这个选项"
    if problem := rules.tags_problem(placement.get("tags", [])):
        fields["tags"] = problem
    return fields


def mirror(item: Item, version: ItemVersion) -> None:
    """Show the item as this version has it: findable by its words, placed where it says."""
    item.title, item.initials = version.title, rules.initials(version.title)
    item.search_text = bodies.text_of(version.title, version.body, version.tags or [])
    item.search = func.array_to_tsvector(cast(rules.lexemes(item.search_text, item.initials), ARRAY(Text)))
    for name in PLACES:
        setattr(item, name, getattr(version, name))


def locked(session: Session, item_id: int) -> Item:
    """The item, held for this transaction. Raises NotFound."""
    item = session.scalar(select(Item).where(Item.id == item_id).with_for_update())
    return item or get_item(session, item_id)


def newest_version(session: Session, item_id: int) -> ItemVersion | None:
    """The version written last, published or not."""
    return session.scalar(select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(ItemVersion.number.desc()).limit(1))


def _placed(staff: Staff, last: ItemVersion | None, placement: Placement) -> Placement:
    """What is given, else what the last version had; new items of a regional manager are for her own subtree."""
    if "tags" in placement:
        placement["tags"] = list(dict.fromkeys(tag.strip() for tag in placement["tags"] if tag.strip()))
    if last is None:
        usual = Placement(path="" if staff.role == Role.HEADQUARTERS else staff.path)
    else:
        usual = cast_to(Placement, {name: getattr(last, name) for name in PLACES})
    placed: Placement = {**usual, **placement}
    allow_edit(staff, placed["path"])
    opens, ends = placed.get("valid_from"), placed.get("valid_until")
    for name, moment in {"valid_from": opens, "valid_until": ends}.items():
        if moment and moment.year not in rules.YEARS:
            raise Invalid("内容还不能保存", {name: f"请填 {rules.YEARS[0]} 到 {rules.YEARS[-1]} 年之间的日期"})
    if opens and ends and ends <= opens:
        raise Invalid("内容还不能保存", {"valid_until": "结束时间要晚于开始时间"})
    return placed


def _new(session: Session, staff: Staff, kind: ItemKind, title: str) -> Item:
    item = Item(kind=kind, title=title, created_by=staff.id, created_at=clock.now())
    session.add(item)
    session.flush()
    return item


def _editable(session: Session, staff: Staff, kind: ItemKind, item_id: int) -> Item:
    item = locked(session, item_id)
    allow_edit(staff, item.path)
    if item.kind != kind:
        raise Conflict("内容的类型不能改，请新建一条")
    return item


def save_item(
    session: Session,
    staff: Staff,
    kind: ItemKind,
    title: str,
    body: Mapping[str, Any],
    *,
    item_id: int | None = None,
    **placement: Unpack[Placement],
) -> Item:
    """Write a new item, or a new version of one; nothing of it reaches guides before `publish_item`.

    `path` is the subtree that may see it (new and not given: everybody for headquarters, her own subtree for a regional
    manager). What of the placement is not given stays as it was. Raises Invalid with the fields, NotAllowed, NotFound.
    """
    title = title.strip()
    _check(session, kind, title, body, placement)
    item = None if item_id is None else _editable(session, staff, kind, item_id)
    last = None if item is None else newest_version(session, item.id)
    placed = _placed(staff, last, placement)
    item = item or _new(session, staff, kind, title)
    version = ItemVersion(
        item_id=item.id, number=last.number + 1 if last else 1, title=title, body=dict(body), **placed,
        created_by=staff.id, created_at=clock.now(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    _call_back(item, last)
    if item.version_id is None:
        mirror(item, version)
    audit.record(session, f"staff:{staff.id}", "content.save", f"item:{item.id}", version=version.number)
    session.flush()
    return item


def _call_back(item: Item, last: ItemVersion | None) -> None:
    """A version that waited for review no longer does once a newer one is written."""
    if last is not None and last.submitted_at and not last.approved_by:
        last.submitted_at = last.submitted_by = None
    if item.status == ItemStatus.REVIEW:
        item.status = ItemStatus.DRAFT


def publish_item(session: Session, staff: Staff, item_id: int, *, because: str = "") -> Item:
    """Show the newest version to guides from now on; an archived item comes back. Headquarters only.

    Superlatives and promises stop it unless `because` says why they may stand (kept in the audit). Raises Invalid with the
    field `because`, NotFound, NotAllowed.
    """
    item = locked(session, item_id)
    if not rules.may_publish(staff.role):
        raise NotAllowed("发布要由总部审核，请先提交审核")
    allow_edit(staff, item.path)
    version = newest_version(session, item_id)
    if version is None:
        raise NotFound("这条内容还没有可发布的版本")
    allow_edit(staff, version.path)
    confirm_words(session, staff, item, version, because)
    item.version_id, item.status = version.id, ItemStatus.PUBLISHED
    version.published_at, version.approved_by = version.published_at or clock.now(), version.approved_by or staff.id
    mirror(item, version)
    audit.record(session, f"staff:{staff.id}", "content.publish", f"item:{item.id}", version=version.number)
    session.flush()
    return item


def archive_item(session: Session, staff: Staff, item_id: int) -> Item:
    """Take an item out of the guides' sight; what was sent stays recorded."""
    item = locked(session, item_id)
    allow_edit(staff, item.path)
    if item.status != ItemStatus.ARCHIVED or rules.may_publish(staff.role):
        item.status, item.archived_by = ItemStatus.ARCHIVED, staff.id
    audit.record(session, f"staff:{staff.id}", "content.archive", f"item:{item.id}")
    session.flush()
    return item


def may_show_again(staff: Staff, item: Item) -> bool:
    """Whether she may put an archived item before guides again without a review: who publishes, or took it down herself."""
    return rules.may_publish(staff.role) or item.archived_by == staff.id


def restore_item(session: Session, staff: Staff, item_id: int) -> Item:
    """Bring an archived item back as it was: the version guides had, or the draft it was. Harmless to repeat.

    What headquarters took down comes back as a draft, to be reviewed again, unless headquarters brings it back.
    """
    item = locked(session, item_id)
    allow_edit(staff, item.path)
    if item.status == ItemStatus.ARCHIVED:
        shown = item.version_id is not None and may_show_again(staff, item)
        item.status = ItemStatus.PUBLISHED if shown else ItemStatus.DRAFT
        audit.record(session, f"staff:{staff.id}", "content.restore", f"item:{item.id}")
    session.flush()
    return item


def record_send(
    session: Session,
    staff_id: int,
    customer_id: int,
    item_id: int,
    version_id: int,
    *,
    once: str,
    at: datetime,
    assignment_id: int | None = None,
) -> ItemSend | None:
    """Note that a guide sent a version to a customer. None when this send was already noted.

    `once` is the page's own key for this send, unique for the guide. Raises NotFound when the version is not of the item.
    """
    if session.scalar(select(ItemVersion.item_id).where(ItemVersion.id == version_id)) != item_id:
        raise NotFound("这条内容不存在")
    row = {
        "item_id": item_id, "version_id": version_id, "staff_id": staff_id, "customer_id": customer_id,
        "assignment_id": assignment_id, "sent_at": at, "once": f"{staff_id}:{once}"[:80],
    }  # fmt: skip
    return session.scalar(insert(ItemSend).values(row).on_conflict_do_nothing(index_elements=["once"]).returning(ItemSend))


def keep_drawn(session: Session, version_id: int, facts: PosterFacts, blob_key: str) -> None:
    """Remember the poster drawn of this version for this guide; harmless to repeat."""
    row = {
        "version_id": version_id, "staff_id": facts.staff_id, "fingerprint": facts.fingerprint(),
        "blob_key": blob_key, "rendered_at": clock.now(),
    }  # fmt: skip
    drawn = insert(PosterRender).values(row)
    keys = ["version_id", "staff_id", "fingerprint"]
    session.execute(drawn.on_conflict_do_update(index_elements=keys, set_={"blob_key": drawn.excluded.blob_key}))


def want_pictures(session: Session, urls: list[str]) -> None:
    """Ask for the pictures at these addresses to be kept; harmless when they are already kept or wanted."""
    rows = [{"key": picture_key(url), "url": url, "tries": 0, "wanted_at": clock.now()} for url in dict.fromkeys(urls) if url]
    if rows:
        session.execute(insert(KeptPicture).on_conflict_do_nothing(), rows)


def keep_picture(session: Session, url: str, content: bytes | None) -> KeptPicture:
    """Record what came from an address: the picture's blob, or one more try when nothing came."""
    blob_key = keep_blob(content) if content else None
    row = {"key": picture_key(url), "url": url, "blob_key": blob_key, "tries": 1, "wanted_at": clock.now()}
    kept = insert(KeptPicture).values(row)
    changes = {"tries": KeptPicture.tries + 1, "blob_key": func.coalesce(kept.excluded.blob_key, KeptPicture.blob_key)}
    statement = kept.on_conflict_do_update(index_elements=["key"], set_=changes).returning(KeptPicture)
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def claim_wanted_pictures(session: Session, limit: int = 20) -> list[str]:
    """Addresses still to be fetched; each is put back for a minute per try, so two jobs do not fetch the same one."""
    now = clock.now()
    waiting = (
        select(KeptPicture.key)
        .where(KeptPicture.blob_key.is_(None), KeptPicture.wanted_at <= now, KeptPicture.tries < NEW_PICTURE_TRIES)
        .order_by(KeptPicture.wanted_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = update(KeptPicture).where(KeptPicture.key.in_(waiting)).values(wanted_at=now + clock.days(1 / 1440))
    return list(session.scalars(claimed.returning(KeptPicture.url)))
