"""Many scripts at once, out of a sheet: all of them or none, and the same sheet only once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from content_library import bodies, rules
from content_library.actions import PLACES, Placement, allow_edit, save_item
from content_library.library_queries import seen_by
from content_library.models import Item, ItemKind, ItemStatus, ItemVersion
from content_library.queries import found_by
from content_library.reviewing import submit_for_review
from foundation import audit, clock
from foundation.audit import AuditEvent
from foundation.errors import Conflict, Invalid, NotFound
from org.models import Role, Staff

AT_ONCE = 500


@dataclass(frozen=True)
class ScriptDraft:
    """A script as somebody wants it. With `item_id` it becomes a new version of that item, written over version `seen`;
    `follow_up` None leaves the item's own.
    """

    title: str
    bubbles: tuple[str, ...]
    follow_up: str | None = None
    item_id: int | None = None
    seen: int | None = None
    placement: Placement = field(default_factory=Placement)

    def body_over(self, last: Mapping[str, Any]) -> dict[str, Any]:
        """The new body: what a sheet does not show (variants, the note) stays as it was."""
        body = {**last, "bubbles": list(self.bubbles)}
        if self.follow_up is not None:
            body.pop("follow_up", None)
            body |= {"follow_up": self.follow_up} if self.follow_up else {}
        return body


@dataclass(frozen=True)
class Imported:
    """What came of it: new scripts, new versions of known ones, and rows that changed nothing."""

    made: int
    changed: int
    same: int


def changeable(session: Session, staff: Staff, item_ids: Sequence[int]) -> dict[int, ItemVersion]:
    """The newest version of each of these scripts that `staff` may change, by item id, in one statement."""
    newest = (
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(Item.id.in_(item_ids), Item.kind == ItemKind.SCRIPT, seen_by(staff))
        .ext(distinct_on(Item.id))
        .order_by(Item.id, ItemVersion.number.desc())
    )
    if not item_ids:
        return {}
    rows = session.execute(newest)
    return {item.id: version for item, version in rows if rules.may_edit(staff.role, staff.path, item.path)}


def is_same(draft: ScriptDraft, last: ItemVersion) -> bool:
    """Whether a row says what the item says already."""
    placed = all(draft.placement[name] == getattr(last, name) for name in PLACES if name in draft.placement)  # type: ignore[literal-required]
    return placed and draft.title.strip() == last.title and draft.body_over(last.body) == last.body


def was_imported(session: Session, once: str) -> bool:
    """Whether the sheet with this key is in the library already."""
    done = select(AuditEvent.id).where(AuditEvent.subject == f"import:{once}", AuditEvent.action == "content.import").limit(1)
    return session.scalar(done) is not None


def import_scripts(session: Session, staff: Staff, drafts: Sequence[ScriptDraft], *, once: str, submit: bool) -> Imported:
    """Save all of these as drafts (`submit`: handed in for review). `once` names the sheet; a second time is a Conflict.

    Raises Invalid, NotAllowed, NotFound for the first draft that cannot be saved: then nothing is.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import:{once}", 0))))
    if was_imported(session, once):
        raise Conflict("这份文件已经导入过了，没有再导一遍")
    known = changeable(session, staff, [draft.item_id for draft in drafts if draft.item_id])
    saved = _make(session, staff, [draft for draft in drafts if not draft.item_id])
    made = len(saved)
    updates = [draft for draft in drafts if draft.item_id]
    saved += [item for draft in updates if (item := _change(session, staff, draft, known.get(draft.item_id or 0)))]
    for item in saved if submit else []:
        submit_for_review(session, staff, item.id)
    changed = len(saved) - made
    audit.record(session, f"staff:{staff.id}", "content.import", f"import:{once}", added=made, changed=changed)
    session.flush()
    return Imported(made, changed, len(updates) - changed)


def _change(session: Session, staff: Staff, draft: ScriptDraft, last: ItemVersion | None) -> Item | None:
    """A new version of a known script; None when the row changes nothing."""
    if last is None:
        raise NotFound("没有这条话术，或您不能改它")
    if is_same(draft, last):
        return None
    if draft.seen and last.number != draft.seen:
        raise Conflict(f"《{last.title}》刚刚有人改过，请重新导出再改")
    body = draft.body_over(last.body)
    return save_item(session, staff, ItemKind.SCRIPT, draft.title, body, item_id=draft.item_id, **draft.placement)


def _make(session: Session, staff: Staff, drafts: Sequence[ScriptDraft]) -> list[Item]:
    """New scripts, a few hundred a statement: one by one, five thousand take a minute. What `save_item` makes of one."""
    made: list[Item] = []
    for begin in range(0, len(drafts), AT_ONCE):
        pairs = [_new(staff, draft) for draft in drafts[begin : begin + AT_ONCE]]
        session.add_all(item for item, _ in pairs)
        session.flush()
        for item, version in pairs:
            version.item_id = item.id
            audit.record(session, f"staff:{staff.id}", "content.save", f"item:{item.id}", version=1)
        session.add_all(version for _, version in pairs)
        session.flush()
        made += [item for item, _ in pairs]
    return made


def _as_tsvector(lexemes: Sequence[str]) -> str:
    """Lexemes as PostgreSQL reads a tsvector: a text goes into a statement of many rows, a function call does not."""
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in lexemes)


def _new(staff: Staff, draft: ScriptDraft) -> tuple[Item, ItemVersion]:
    title, body, now = draft.title.strip(), draft.body_over({}), clock.now()
    if problems := bodies.problems_of(ItemKind.SCRIPT, title, body):
        raise Invalid(f"《{title or '没有标题'}》还不能保存：{next(iter(problems.values()))}", problems)
    placed: Placement = {"path": "" if staff.role == Role.HEADQUARTERS else staff.path, **draft.placement}
    allow_edit(staff, placed["path"])
    words, letters = bodies.text_of(title, body, placed.get("tags", [])), rules.initials(title)
    item = Item(
        kind=ItemKind.SCRIPT, status=ItemStatus.DRAFT, title=title, initials=letters, search_text=words,
        search=_as_tsvector(rules.lexemes(words, letters)), created_by=staff.id, created_at=now, **placed,
    )  # fmt: skip
    return item, ItemVersion(number=1, title=title, body=body, created_by=staff.id, created_at=now, **placed)


def keep_file(session: Session, staff: Staff, kind: ItemKind, title: str, body: Mapping[str, Any]) -> tuple[Item, bool]:
    """A draft of an uploaded file; the same file under the same title is the same draft, so that a repeated upload adds nothing.

    The item, and whether it is new. Raises Invalid, NotAllowed.
    """
    key = str(body["blob_key"])
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"upload:{key}", 0))))
    same_body = (Item.title == title, Item.kind == kind, ItemVersion.body["blob_key"].astext == key)
    # By the search index first: a library of a hundred thousand items is not read for one title.
    near = found_by(rules.search_terms(title))
    earlier = select(Item).join(ItemVersion, ItemVersion.item_id == Item.id).where(*near, *same_body, seen_by(staff))
    item = session.scalar(earlier.limit(1))
    return (item, False) if item else (save_item(session, staff, kind, title, body), True)
