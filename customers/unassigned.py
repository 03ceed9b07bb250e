"""Customers who wait for somebody because their guide left (离职待分配), as the platform tells it: the unknown is taken over."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from customers.erasing import is_of_an_erased_life
from customers.following import start_following
from customers.handover_rules import LEAVER_DAYS
from customers.models import Follow, FollowStatus
from foundation import clock
from foundation.db import Json
from org.actions import meet_all
from org.models import Staff, StaffStatus

KNOWN = text("""
SELECT told.place FROM unnest(CAST(:userids AS text[]), CAST(:external_userids AS text[])) WITH ORDINALITY
    AS told (userid, external_userid, place)
JOIN staff ON staff.userid = told.userid
JOIN customer ON customer.external_userid = told.external_userid
JOIN follow ON follow.staff_id = staff.id AND follow.customer_id = customer.id
""")
# Assigned elsewhere since (in the admin console), or gone: her profile tells, so she is pulled.
WANT_PULL = text("""
UPDATE customer SET pull_wanted_at = :now FROM follow
WHERE follow.customer_id = customer.id AND follow.staff_id = :staff_id AND follow.status = 'active'
  AND customer.pull_wanted_at IS NULL AND NOT (customer.external_userid = ANY(CAST(:waiting AS text[])))
""")


def take_unassigned(session: Session, rows: Sequence[Json]) -> int:
    """Take over a page of get_unassigned_list (DOC 92124): who left, and relations nobody had told us of. How many were new."""
    people = meet_all(session, {str(row["handover_userid"]) for row in rows})
    _note_left(session, people, rows)
    asked = {"userids": [row["handover_userid"] for row in rows], "external_userids": [row["external_userid"] for row in rows]}
    known = set(session.scalars(KNOWN, asked))
    fresh = 0
    for place, row in enumerate(rows, start=1):
        at = clock.from_unix(row.get("dimission_time") or 0)
        if place not in known and not is_of_an_erased_life(session, row["external_userid"], at):
            start_following(session, row["handover_userid"], row["external_userid"], at=at)
            fresh += 1
    return fresh


def _note_left(session: Session, people: dict[str, Staff], rows: Sequence[Json]) -> None:
    """Somebody met here for the first time, or whose leaving was not told, has left."""
    left = {str(row["handover_userid"]): row.get("dimission_time") or 0 for row in rows}
    for userid, moment in left.items():
        staff = people[userid]
        if staff.status != StaffStatus.DEPARTED and (staff.pulled_at is None or staff.pulled_at < clock.from_unix(moment)):
            staff.status, staff.departed_at = StaffStatus.DEPARTED, clock.from_unix(moment)
        elif staff.status == StaffStatus.DEPARTED and staff.departed_at is None:
            staff.departed_at = clock.from_unix(moment)
    session.flush()


def leavers_with_customers(session: Session) -> list[str]:
    """Who left less than a year ago (DOC 94081) and has customers here: their list is compared with the platform's."""
    follows = select(Follow.id).where(Follow.staff_id == Staff.id, Follow.status == FollowStatus.ACTIVE)
    left = select(Staff.userid).where(Staff.status == StaffStatus.DEPARTED, follows.exists())
    left = left.where(Staff.departed_at > clock.now() - timedelta(days=LEAVER_DAYS))
    return list(session.scalars(left.order_by(Staff.id)))


def want_those_gone(session: Session, userid: str, waiting: Sequence[str]) -> None:
    """After the whole list was read: a leaver's customers who do not wait any more, perhaps all of them, are pulled."""
    staff = session.scalars(select(Staff).where(Staff.userid == userid)).one_or_none()
    if staff is not None and staff.status == StaffStatus.DEPARTED:
        session.execute(WANT_PULL, {"now": clock.now(), "staff_id": staff.id, "waiting": list(waiting)})
