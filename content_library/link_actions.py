"""What changes of tracked links: made once for each send, visits kept many at a time, reading time, who was told."""

import secrets
import string
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library import link_rules
from content_library.link_models import LinkVisit, TrackedLink
from content_library.models import ItemVersion
from foundation import clock
from foundation.errors import Invalid, NotFound

LETTERS = string.ascii_letters + string.digits
CODE_LENGTH = 10
NOTE_TOLD = text(
    "UPDATE link_visit SET told_at = told.at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS told(id, at) WHERE link_visit.id = told.id"
)


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def track(
    session: Session, *, item_id: int, version_id: int, staff_id: int, customer_id: int | None, url: str, once: str
) -> TrackedLink:
    """A link through this guide to `url` ("": a page of ours), for one customer or (None) for many; the same `once` gives the
    same link. Raises Invalid for an address nobody may be led to, NotFound when the version is not of the item.
    """
    if problem := link_rules.problem_of_target(url):
        raise Invalid(problem, {"url": problem})
    if session.scalar(select(ItemVersion.item_id).where(ItemVersion.id == version_id)) != item_id:
        raise NotFound("这条内容不存在")
    hers = {"version_id": version_id, "staff_id": staff_id, "customer_id": customer_id, "once": once[:80]}
    row = {**hers, "code": _new_code(), "item_id": item_id, "url": url, "created_at": clock.now()}
    made = insert(TrackedLink).values(row).on_conflict_do_nothing(index_elements=list(hers)).returning(TrackedLink)
    found = session.scalar(made)
    if found is None:
        same = [getattr(TrackedLink, name).is_not_distinct_from(value) for name, value in hers.items()]
        found = session.scalars(select(TrackedLink).where(*same)).one()
    return found


def add_seconds(session: Session, code: str, visitor: str, claimed: int) -> int:
    """A page of ours reports that it was read on for some seconds; how many were added, 0 when this visitor was never here."""
    now = clock.now()
    newest = (
        select(LinkVisit)
        .join(TrackedLink, TrackedLink.id == LinkVisit.link_id)
        .where(TrackedLink.code == code, LinkVisit.visitor == visitor, LinkVisit.last_at > now - link_rules.SAME_VISIT)
        .order_by(LinkVisit.id.desc())
        .limit(1)
        .with_for_update(of=LinkVisit)
    )
    visit = session.scalar(newest)
    if visit is None:
        return 0
    added = link_rules.seconds_added(claimed, visit.seconds, visit.first_at, visit.last_at, now)
    visit.seconds, visit.last_at = visit.seconds + added, now
    session.flush()
    return added


def note_told(session: Session, told_at: Mapping[int, datetime]) -> None:
    """The effects of these visits are done: visit id → when the guide was told of it, or of the one whose notice covers it, so
    that readers who keep coming do not put the next notice off for ever; link_rules.NOBODY when nobody was told.
    """
    if told_at:
        session.execute(NOTE_TOLD, {"ids": list(told_at), "moments": list(told_at.values())})
