"""What is read of customers. Permission stands in each query: a guide sees whom she follows, a manager her subtree's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from customers.models import Customer, Follow, FollowStatus, Tag, TagGroup, TimelineEntry
from customers.rules import NEVER, SEEN_BY_GUIDE
from customers.tier_models import CustomerTier, Stage
from foundation import clock
from foundation.errors import NotFound
from org.models import Role, Staff
from org.queries import inside
from org.rules import like_words


@dataclass(frozen=True, slots=True)
class GroupOfTags:
    """A living group with its living tags, in the platform's order (larger `order` first)."""

    group: TagGroup
    tags: list[Tag]


def may_see(viewer: Staff) -> ColumnElement[bool]:
    """The scope of customers, for queries that join Follow and Staff (the guide of the follow)."""
    own = and_(Follow.staff_id == viewer.id, Follow.status.in_(SEEN_BY_GUIDE))
    return own if viewer.role == Role.GUIDE else or_(own, inside(Staff.path, viewer.path))


def _cards(viewer: Staff) -> Select[Customer, Follow, Staff]:
    return (
        select(Customer, Follow, Staff)
        .join(Follow, Follow.customer_id == Customer.id)
        .join(Staff, Staff.id == Follow.staff_id)
        .where(may_see(viewer), Customer.merged_into_id.is_(None))
    )


def row_of(external_userid: str) -> ScalarSelect[int]:
    """The id of the row she lives on: her own, or the one hers was merged into."""
    own = select(func.coalesce(Customer.merged_into_id, Customer.id)).where(Customer.external_userid == external_userid)
    return own.correlate(None).scalar_subquery()


def get_customer_card(session: Session, staff: Staff, external_userid: str) -> tuple[Customer, Follow, Staff]:
    """The customer, the follow she is seen through (her own first, then the living, then the oldest) and its guide."""
    customer, follow, guide, _ = get_customer_standing(session, staff, external_userid)
    return customer, follow, guide


def get_customer_standing(session: Session, staff: Staff, external_userid: str) -> tuple[Customer, Follow, Staff, Stage | None]:
    """The same with the lifecycle stage she was last found in (None: not looked at yet), in one statement. Raises NotFound."""
    own_first = case((Follow.staff_id == staff.id, 0), else_=1)
    living_first = case((Follow.status == FollowStatus.ACTIVE, 0), else_=1)
    row = session.execute(
        _cards(staff)
        .add_columns(CustomerTier.stage)
        .outerjoin(CustomerTier, CustomerTier.customer_id == Customer.id)
        .where(Customer.id == row_of(external_userid))
        .order_by(own_first, living_first, Follow.followed_at, Follow.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这位客户，或不在您的权限范围内")
    return row[0], row[1], row[2], row[3]


def get_customer_of(session: Session, staff: Staff, external_userid: str) -> tuple[Customer, Follow]:
    """A customer she may see, and the follow she is seen through. Raises NotFound."""
    customer, follow, _ = get_customer_card(session, staff, external_userid)
    return customer, follow


def find_follow(session: Session, customer_id: int, staff_id: int) -> Follow | None:
    """The follow relation of these two, in whatever state."""
    return session.scalars(select(Follow).where(Follow.customer_id == customer_id, Follow.staff_id == staff_id)).one_or_none()


def tags_of(session: Session, tag_ids: Sequence[int]) -> list[Tag]:
    """Living tags by our ids, in the platform's order; no statement when there are none."""
    if not tag_ids:
        return []
    chosen = select(Tag).where(Tag.id.in_(tag_ids), Tag.removed_at.is_(None))
    return list(session.scalars(chosen.order_by(Tag.group_id, Tag.order.desc(), Tag.id)))


def page_customers(
    session: Session, viewer: Staff, *, after: int | None = None, limit: int = 20, q: str = ""
) -> list[tuple[Customer, Follow, Staff]]:
    """Follow relations alive in her scope, the newest first; `after` is the id of the last follow shown."""
    chosen = _cards(viewer).where(Follow.status.in_([FollowStatus.ACTIVE, FollowStatus.HALF]))
    if q:
        chosen = chosen.where(_is_called(q))
    if after is not None:
        last = aliased(Follow)
        mark = select(last.followed_at, last.id).where(last.id == after).scalar_subquery()
        chosen = chosen.where(tuple_(Follow.followed_at, Follow.id) < mark)
    rows = session.execute(chosen.order_by(Follow.followed_at.desc(), Follow.id.desc()).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def find_customers_by_name(session: Session, staff: Staff, words: str, limit: int = 5) -> list[tuple[Customer, Follow]]:
    """Her customers (or her subtree's) whose remark or nickname contains the words; last talked to first."""
    if not words.strip():
        return []
    rows = session.execute(
        _cards(staff)
        .where(Follow.status.in_([FollowStatus.ACTIVE, FollowStatus.HALF]), _is_called(words.strip()))
        .order_by(Follow.last_contact_at.desc().nulls_last(), Follow.followed_at.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def _is_called(words: str) -> ColumnElement[bool]:
    return Follow.remark.ilike(like_words(words)) | Customer.name.ilike(like_words(words))


def list_tags(session: Session) -> list[GroupOfTags]:
    """All living tags by group, in one statement."""
    rows = session.execute(
        select(TagGroup, Tag)
        .join(Tag, Tag.group_id == TagGroup.id)
        .where(TagGroup.removed_at.is_(None), Tag.removed_at.is_(None))
        .order_by(TagGroup.order.desc(), TagGroup.id, Tag.order.desc(), Tag.id)
    )
    groups: dict[int, GroupOfTags] = {}
    for group, tag in rows:
        groups.setdefault(group.id, GroupOfTags(group, [])).tags.append(tag)
    return list(groups.values())


def recent_tags(session: Session, staff: Staff, limit: int = 8) -> list[Tag]:
    """The tags she uses: most frequent among her hundred newest tagged customers."""
    newest = (
        select(Follow.tag_ids)
        .where(Follow.staff_id == staff.id, Follow.status == FollowStatus.ACTIVE, Follow.tag_ids != [])
        .order_by(Follow.followed_at.desc())
        .limit(100)
        .subquery()
    )
    each = select(func.unnest(newest.c.tag_ids).label("tag_id")).subquery()
    used = select(each.c.tag_id, func.count().label("uses")).group_by(each.c.tag_id).subquery()
    return list(
        session.scalars(
            select(Tag)
            .join(used, used.c.tag_id == Tag.id)
            .where(Tag.removed_at.is_(None), Tag.platform_id.is_not(None))
            .order_by(used.c.uses.desc(), Tag.id)
            .limit(limit)
        )
    )


def page_timeline(
    session: Session, customer_id: int, before: int | None = None, limit: int = 20, *, kinds: Sequence[str] = (),
    staff_id: int | None = None,
) -> list[TimelineEntry]:  # fmt: skip
    """Her moments, newest first, of some kinds and of one guide when asked; `before` is the id of the last one shown.

    Load the customer with permission first.
    """
    chosen = select(TimelineEntry).where(TimelineEntry.customer_id == customer_id)
    if kinds:
        chosen = chosen.where(TimelineEntry.kind.in_(kinds))
    if staff_id is not None:
        chosen = chosen.where(TimelineEntry.staff_id == staff_id)
    if before is not None:
        last = aliased(TimelineEntry)
        mark = select(last.at, last.id).where(last.id == before, last.customer_id == customer_id).scalar_subquery()
        chosen = chosen.where(tuple_(TimelineEntry.at, TimelineEntry.id) < mark)
    return list(session.scalars(chosen.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(limit)))


def list_wanted_customers(session: Session, limit: int) -> list[str]:
    """Customers whose profile is to be pulled now, the longest waiting first."""
    chosen = select(Customer.external_userid).where(Customer.pull_wanted_at <= clock.now())
    return list(session.scalars(chosen.order_by(Customer.pull_wanted_at).limit(limit)))


def count_follows(session: Session, staff: Staff) -> int:
    """How many customers she follows now."""
    chosen = select(func.count()).select_from(Follow).where(Follow.staff_id == staff.id, Follow.status == FollowStatus.ACTIVE)
    return session.scalar(chosen) or 0


def is_adding_known(follow: Follow) -> bool:
    """False while only the end of the relation was heard of."""
    return follow.followed_at != NEVER
