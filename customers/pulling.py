"""Profiles pulled from the platform, a page at a time in a handful of statements (21,000 rows/s against 1,000 for ORM loops)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from customers.accounts import is_of_account, make_room, name_accounts, place_relations
from customers.erasing import is_of_an_erased_life, without_erased
from customers.following import end_absent, lock_customer, refresh_unions
from customers.matching import PHONE, UNIONID
from customers.models import Customer, Follow, FollowStatus
from customers.pulling_page import Page
from customers.pulling_sql import KNOWN_FOLLOWS, KNOWN_TAGS, UPSERT_CUSTOMERS, told
from customers.rules import phone_of
from customers.tagging import write_tags
from foundation import clock
from foundation.db import Json
from foundation.sealed import SealedText
from foundation.text import clean
from org.actions import meet_all
from org.models import Staff


@dataclass(frozen=True, slots=True)
class Pull:
    """What applying a page did: rows seen, relations not known before, tag ids of the platform we do not know."""

    rows: int
    fresh: int
    unknown_tags: frozenset[str]


def apply_pulled(session: Session, rows: Sequence[Json], *, fetched_at: datetime | None = None) -> Pull:
    """Take over rows of externalcontact/batch/get_by_user (DOC 92994): {"external_contact", "follow_info"}.

    `fetched_at` is the moment before the platform was asked: what changed here since is newer than the answer.
    """
    fetched_at = fetched_at or clock.now()
    living = without_erased(session, rows)
    seen = {(row["external_contact"]["external_userid"], row["follow_info"]["userid"]): row for row in living}
    if not seen:
        return Pull(0, 0, frozenset())
    session.flush()
    customers, merged = _write_customers(session, seen.values(), fetched_at)
    staff = meet_all(session, {userid for _, userid in seen})
    tags = _tag_ids(session, (row["follow_info"].get("tag_id") or [] for row in seen.values()))
    asked = [(external_userid, customers[external_userid], staff[userid].id) for external_userid, userid in seen]
    pairs = place_relations(session, asked, merged)
    known = _known_follows(session, list(pairs.values()))
    if make_room(session, pairs, known):
        known = _known_follows(session, list(pairs.values()))
    page = Page(fetched_at)
    for (external_userid, userid), row in sorted(seen.items()):
        pair = pairs[external_userid, staff[userid].id]
        page.add(pair, row["follow_info"], known.get(pair), tags)
    fresh = page.flush(session)
    name_accounts(session, pairs, merged)
    refresh_unions(session, sorted({customer_id for customer_id, _ in pairs.values()}))
    session.expire_all()
    _write_waiting_tags(session, page.confirmed)
    return Pull(len(rows), fresh, frozenset(page.unknown))


def _write_customers(session: Session, rows: Iterable[Json], fetched_at: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Upsert the profiles in the order of their ids (one order, no deadlock); our id by external_userid, and who was merged."""
    profiles: dict[str, Json] = {}
    phones: dict[str, str] = {}
    for row in rows:
        external_userid = row["external_contact"]["external_userid"]
        profiles[external_userid] = row["external_contact"]
        phone = phone_of(row["follow_info"].get("remark_mobiles"))
        if phone:
            phones[external_userid] = phone
    ids = sorted(profiles)
    known = [profiles[key] for key in ids]
    written = session.execute(
        UPSERT_CUSTOMERS,
        {
            "external_userid": told(ids),
            "name": told(clean(str(one.get("name") or "")).strip()[:10_000] for one in known),
            "avatar": told(clean(str(one.get("avatar") or ""))[:1024] for one in known),
            "gender": told(int(one.get("gender") or 0) for one in known),
            "type": told(int(one.get("type") or 1) for one in known),
            "corp": told(clean(str(one.get("corp_name") or ""))[:200] for one in known),
            "unionid": told(_sealed(UNIONID, one.get("unionid")) for one in known),
            "phone": told(_sealed(PHONE, phones.get(key)) for key in ids),
            "last4": told(phones[key][-4:] if key in phones else None for key in ids),
            "fetched_at": fetched_at,
            "now": clock.now(),
        },
    )
    told_ids = [(row.external_userid, row.id, row.merged_into_id) for row in written]
    return {name: id_ for name, id_, _ in told_ids}, {name: home for name, _, home in told_ids if home is not None}


def _tag_ids(session: Session, lists: Iterable[Iterable[str]]) -> dict[str, int]:
    wanted = {platform_id for one in lists for platform_id in one}
    found = session.execute(KNOWN_TAGS, {"platform_ids": told(wanted)}) if wanted else ()
    return {row.platform_id: row.id for row in found}


def _sealed(kind: SealedText, value: str | None) -> str | None:
    sealed = kind.process_bind_param(value or None, None)
    return None if sealed is None else sealed.hex()


def _known_follows(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Row[Any]]:
    asked = {"customer_id": told(pair[0] for pair in pairs), "staff_id": told(pair[1] for pair in pairs)}
    return {(row.customer_id, row.staff_id): row for row in session.execute(KNOWN_FOLLOWS, asked)}


def _write_waiting_tags(session: Session, confirmed: Sequence[tuple[int, int]]) -> None:
    """Tags given while the guide had not yet confirmed the customer can be written now."""
    for customer_id, staff_id in confirmed:
        chosen = select(Follow).where(Follow.customer_id == customer_id, Follow.staff_id == staff_id)
        write_tags(session, session.scalars(chosen).one())


def apply_customer(session: Session, detail: Json, *, fetched_at: datetime | None = None) -> Pull:
    """Take over one whole profile (externalcontact/get, all pages of follow_user; DOC 92114): who is not listed has left her."""
    fetched_at = fetched_at or clock.now()
    contact = detail["external_contact"]
    rows = [{"external_contact": contact, "follow_info": _as_info(one)} for one in detail.get("follow_user") or []]
    result = apply_pulled(session, rows, fetched_at=fetched_at)
    if is_of_an_erased_life(session, contact["external_userid"], fetched_at):
        return result
    apply_gone(
        session,
        contact["external_userid"],
        fetched_at=fetched_at,
        except_userids=[row["follow_info"]["userid"] for row in rows],
        profile=True,
    )
    return result


def _as_info(follow_user: Json) -> Json:
    """`follow_user` in the shape of `follow_info`: corp tags only (type 1), personal ones have no id."""
    tags = [tag["tag_id"] for tag in follow_user.get("tags") or [] if tag.get("type") == 1 and tag.get("tag_id")]
    return {**follow_user, "tag_id": tags}


def apply_gone(
    session: Session,
    external_userid: str,
    *,
    fetched_at: datetime,
    except_userids: Sequence[str] = (),
    profile: bool = False,
) -> int:
    """The platform knows no (other) relation with this customer (84061): the living ones have ended. How many."""
    if is_of_an_erased_life(session, external_userid, fetched_at):
        return 0
    customer = lock_customer(session, external_userid)
    chosen = (
        select(Follow)
        .join(Staff, Staff.id == Follow.staff_id)
        .where(is_of_account(customer), Staff.userid.not_in(except_userids))
        .order_by(Follow.staff_id)
        .with_for_update(of=Follow, key_share=True)
    )
    count = end_absent(session, session.scalars(chosen).all(), fetched_at)
    if customer.pull_wanted_at is not None and customer.pull_wanted_at <= fetched_at:
        customer.pull_wanted_at = None
    if profile:
        customer.pulled_at = fetched_at
    session.flush()
    return count


def end_unlisted(session: Session, userids: Sequence[str], since: datetime, limit: int = 500) -> int:
    """After a complete listing of these members' customers begun at `since`: relations it did not show have ended.

    0 when there are no more; call again otherwise.
    """
    chosen = (
        select(Follow.id, Customer.external_userid)
        .join(Staff, Staff.id == Follow.staff_id)
        .join(Customer, Customer.id == Follow.customer_id)
        .where(
            Staff.userid.in_(userids),
            Follow.status == FollowStatus.ACTIVE,
            Follow.changed_at < since,
            Follow.pulled_at.is_(None) | (Follow.pulled_at < since),
        )
        .limit(limit)
    )
    found = session.execute(chosen).all()
    for external_userid in sorted({row.external_userid for row in found}):
        lock_customer(session, external_userid)
    follows = session.scalars(
        select(Follow).where(Follow.id.in_([row.id for row in found])).order_by(Follow.id).with_for_update(key_share=True)
    ).all()
    return end_absent(session, follows, since)


def postpone_pull(session: Session, external_userid: str, until: datetime | None, *, fetched_at: datetime) -> None:
    """The pull asked for at `fetched_at` could not be done now (until then), or never will (None). A newer wish stays."""
    if is_of_an_erased_life(session, external_userid, fetched_at):
        return
    customer = lock_customer(session, external_userid)
    if customer.pull_wanted_at is None or customer.pull_wanted_at <= fetched_at:
        customer.pull_wanted_at = until
    session.flush()


__all__ = ["Pull", "apply_customer", "apply_gone", "apply_pulled", "end_unlisted", "postpone_pull"]
