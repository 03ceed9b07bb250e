"""What a condition may be filled with (候选项), found by a few letters; and the names of what a rule is filled with already."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from acquisition.models import ChannelCode
from customers.models import Tag, TagGroup
from customers.place_rules import CITIES, short_city, short_province
from foundation.db import Json
from org.models import Department, DepartmentKind, Staff, StaffStatus, Store
from org.queries import inside
from org.rules import like_words
from segments.models import CustomerFacts, Segment
from segments.resolving import usable_by
from segments.splitting import upwards

MOST_OFFERED = 40
# Places are counted among the newest customers: counting millions at each keystroke would cost seconds.
PLACES_AMONG = 20_000
DEEPEST, MOST_NAMED = 40, 2_000
KINDS = {
    DepartmentKind.HEADQUARTERS: "总部",
    DepartmentKind.REGION: "大区",
    DepartmentKind.BRANCH: "分公司",
    DepartmentKind.STORE: "门店",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One choice: the value a rule keeps, how it is called, and what tells it from its namesakes."""

    value: int | str
    label: str
    hint: str = ""


Found = Sequence[Offered]


def _tags(session: Session, _viewer: Staff, words: str, limit: int) -> Found:
    chosen = select(Tag.id, Tag.name, TagGroup.name).join(TagGroup, TagGroup.id == Tag.group_id).where(Tag.removed_at.is_(None))
    if words:
        chosen = chosen.where(Tag.name.ilike(like_words(words)) | TagGroup.name.ilike(like_words(words)))
    ordered = chosen.order_by(TagGroup.order.desc(), TagGroup.id, Tag.order.desc(), Tag.id)
    return [Offered(id_, name, group) for id_, name, group in session.execute(ordered.limit(limit))]


def _guides(session: Session, viewer: Staff, words: str, limit: int) -> Found:
    name = func.coalesce(func.nullif(Staff.name, ""), Staff.userid)
    chosen = (
        select(Staff.id, name, Store.name)
        .outerjoin(Store, Store.id == Staff.store_id)
        .where(inside(Staff.path, viewer.path), Staff.status != StaffStatus.DEPARTED)
    )
    if words:
        chosen = chosen.where(Staff.name.ilike(like_words(words)) | Staff.userid.ilike(like_words(words)))
    return [Offered(id_, told, store or "") for id_, told, store in session.execute(chosen.order_by(Staff.id).limit(limit))]


def _stores(session: Session, viewer: Staff, words: str, limit: int) -> Found:
    chosen = select(Store.id, Store.name, Store.city).where(Store.closed_at.is_(None), inside(Store.path, viewer.path))
    if words:
        chosen = chosen.where(Store.name.ilike(like_words(words)) | Store.code.ilike(like_words(words)))
    return [Offered(id_, name, city) for id_, name, city in session.execute(chosen.order_by(Store.name, Store.id).limit(limit))]


def _regions(session: Session, viewer: Staff, words: str, limit: int) -> Found:
    chosen = select(Department.id, Department.name, Department.kind).where(
        Department.removed_at.is_(None), inside(Department.path, viewer.path)
    )
    if words:
        chosen = chosen.where(Department.name.ilike(like_words(words)))
    ordered = chosen.order_by(func.length(Department.path), Department.order.desc(), Department.id)
    return [Offered(id_, name, KINDS[DepartmentKind(kind)]) for id_, name, kind in session.execute(ordered.limit(limit))]


def _channels(session: Session, _viewer: Staff, words: str, limit: int) -> Found:
    chosen = select(func.min(ChannelCode.id), ChannelCode.channel).group_by(ChannelCode.channel)
    if words:
        chosen = chosen.where(ChannelCode.channel.ilike(like_words(words)))
    return [Offered(int(id_), name) for id_, name in session.execute(chosen.order_by(ChannelCode.channel).limit(limit))]


def _segments(session: Session, viewer: Staff, words: str, limit: int) -> Found:
    # A number counted for a place above her would be of people she does not see.
    hers = case((inside(Segment.path, viewer.path), Segment.count))
    chosen = select(Segment.id, Segment.name, hers).where(Segment.archived_at.is_(None), usable_by(viewer))
    if words:
        chosen = chosen.where(Segment.name.ilike(like_words(words)))
    rows = session.execute(chosen.order_by(Segment.id.desc()).limit(limit))
    return [Offered(id_, name, f"{count:,} 人" if count is not None else "") for id_, name, count in rows]


def _places(column: InstrumentedAttribute[str]) -> Callable[[Session, Staff, str, int], Found]:
    def found(session: Session, viewer: Staff, words: str, limit: int) -> Found:
        newest = select(func.max(CustomerFacts.customer_id) - PLACES_AMONG).scalar_subquery()
        chosen = select(column).where(CustomerFacts.customer_id > newest, column != "", inside(CustomerFacts.path, viewer.path))
        if words:
            chosen = chosen.where(column.ilike(like_words(short_city(words))))
        return [Offered(one, one) for one in session.scalars(chosen.group_by(column).order_by(func.count().desc()).limit(limit))]

    return found


def _provinces(_session: Session, _viewer: Staff, words: str, limit: int) -> Found:
    meant = short_province(words)
    return [Offered(name, name) for name in CITIES if words in name or name == meant][:limit]


SOURCES: dict[str, Callable[[Session, Staff, str, int], Found]] = {
    "tags": _tags, "owner": _guides, "store": _stores, "region": _regions, "channel": _channels, "segment": _segments,
    "province": _provinces, "city": _places(CustomerFacts.city),
}  # fmt: skip


def offer(session: Session, viewer: Staff, field: str, words: str = "", limit: int = MOST_OFFERED) -> Found:
    """Choices of a field whose label holds the words, of the viewer's own subtree; none for a field without such a list."""
    source = SOURCES.get(field)
    return source(session, viewer, words.strip()[:40], limit) if source else []


def _chosen(body: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """(field, value) of all that looks like a condition; the rule may be wrong, as typed."""
    if not isinstance(body, dict) or depth > DEEPEST:
        return
    if "segment" in body:
        yield "segment", body["segment"]
    if isinstance(body.get("field"), str):
        values = body.get("value")
        yield from ((body["field"], one) for one in (values if isinstance(values, list) else []))
    yield from _chosen(body.get("not"), depth + 1)
    for word in ("all", "any"):
        for part in body[word] if isinstance(body.get(word), list) else []:
            yield from _chosen(part, depth + 1)


Names = dict[str, dict[int, str]]
Label = ColumnElement[str] | InstrumentedAttribute[str]
NAMED: dict[str, tuple[InstrumentedAttribute[int], Label]] = {
    "tags": (Tag.id, Tag.name),
    "store": (Store.id, Store.name),
    "region": (Department.id, Department.name),
    "channel": (ChannelCode.id, ChannelCode.channel),
    "owner": (Staff.id, func.coalesce(func.nullif(Staff.name, ""), Staff.userid)),
    "segment": (Segment.id, Segment.name),
}
PLACED = {"store": Store.path, "region": Department.path, "owner": Staff.path}
OUTSIDE = "范围以外"


def _named(field: str, viewer: Staff) -> Select[int, str]:
    """Every id with what the viewer may be told of it: a place or a person of another subtree keeps its name to itself."""
    key, label = NAMED[field]
    if field == "segment":
        return select(key, label).where(usable_by(viewer))
    if field not in PLACED:
        return select(key, label)
    hers = inside(PLACED[field], viewer.path)
    if field == "region":
        # The departments above her are no secret: her own segments say where they come from.
        hers = or_(hers, Department.path.in_(upwards(viewer.path)))
    return select(key, case((hers, label), else_=literal(OUTSIDE)))


def names_of_rule(session: Session, viewer: Staff, *bodies: Json) -> Names:
    """How the ids in these rules are called, {field: {id: name}}: a statement for each kind there is, removed ones too.

    Only segments she may use are named; stores, departments and people outside of her subtree are 范围以外.
    """
    wanted: dict[str, set[int]] = {}
    for body in bodies:
        for name, value in _chosen(body):
            if name in NAMED and type(value) is int and 0 < value < 2**31 and len(wanted.get(name, ())) < MOST_NAMED:
                wanted.setdefault(name, set()).add(value)
    found: Names = {}
    for name, ids in wanted.items():
        chosen = _named(name, viewer).where(NAMED[name][0].in_(ids))
        found[name] = {id_: told for id_, told in session.execute(chosen)}
    return found
