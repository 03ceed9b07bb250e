"""Puts the segments a rule names in their place. A segment that contains itself is refused with the whole chain named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.errors import Invalid, NotAllowed
from org.models import Staff
from org.queries import inside
from segments.models import RunStatus, Segment, SegmentKind, SegmentRun
from segments.nodes import All, AnyOf, Condition, Frozen, Node, Not, Rule, Within
from segments.readable import kept_from, leaves_in, own_field
from segments.rules import MOST_EXPANDED, parse, segments_in
from segments.scopes import Scope, scope_of
from segments.splitting import upwards

MOST_DEEP = 4
NO_RUN = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A segment as another one sees it."""

    id: int
    name: str
    rule: Rule
    archived: bool


def usable_by(viewer: Staff | Scope) -> ColumnElement[bool]:
    """Segments of her own subtree, and those of the departments above her, made for everybody below."""
    scope = scope_of(viewer)
    path = scope.path if isinstance(viewer, Scope) else viewer.path
    return or_(inside(Segment.path, path), Segment.path.in_(upwards(path)))


def resolve(session: Session, rule: Rule, viewer: Staff | Scope | None = None, itself: Named | None = None) -> Rule:
    """The rule with no other segments in it, at one statement a level (two where static lists are named).

    With a viewer, the segments the rule itself names must be hers to use, and a person must be allowed to read every field of
    the brand's own that is asked of, in those segments too; `itself` is the segment the rule is about to belong to. Raises
    Invalid at the place where something is named that cannot be.
    """
    known = _gather(session, rule, viewer, {itself.id: itself} if itself else {})
    whole = _Putting(known, rule).whole(() if itself is None else (itself.id,))
    if isinstance(viewer, Staff):
        problems = _unreadable(session, viewer, rule, known)
        if problems:
            raise Invalid("；".join(dict.fromkeys(problems.values())), problems)
    return whole


def refuse_unreadable(session: Session, viewer: Staff, rule: Rule) -> None:
    """Raises NotAllowed when a rule, or a segment it names, asks of a field of the brand's own she may not read."""
    problems = _unreadable(session, viewer, rule, _gather(session, rule, None, {}))
    if problems:
        raise NotAllowed("这个人群的条件用到了您不能查看的客户档案，您不能用它看客户")


def _gather(session: Session, rule: Rule, viewer: Staff | Scope | None, known: dict[int, Named]) -> dict[int, Named]:
    """The segments a rule names, with those that these name; the first level must be the viewer's to use."""
    wanted = {segment_id for _, segment_id in segments_in(rule)}
    for level in range(MOST_DEEP):
        missing = wanted - known.keys()
        if not missing:
            break
        found = _load(session, missing, viewer if level == 0 else None)
        known |= found
        wanted = {each for one in found.values() for _, each in segments_in(one.rule)}
    return known


def _unreadable(session: Session, viewer: Staff, rule: Rule, known: Mapping[int, Named]) -> dict[str, str]:
    """What is wrong, by the place in the rule."""
    asked = {place: (leaf, _own_fields(leaf, known, frozenset())) for place, leaf in leaves_in(rule)}
    hidden = kept_from(session, viewer, (each for _, ids in asked.values() for each in ids))
    return {place: _not_hers(leaf, known) for place, (leaf, ids) in asked.items() if ids & hidden}


def _own_fields(leaf: Condition | Within, known: Mapping[int, Named], above: frozenset[int]) -> set[int]:
    if isinstance(leaf, Condition):
        own = own_field(leaf)
        return set() if own is None else {own}
    if leaf.segment_id in above or leaf.segment_id not in known:
        return set()
    inner = leaves_in(known[leaf.segment_id].rule)
    return {each for _, one in inner for each in _own_fields(one, known, above | {leaf.segment_id})}


def _not_hers(leaf: Condition | Within, known: Mapping[int, Named]) -> str:
    if isinstance(leaf, Within):
        return f"人群“{known[leaf.segment_id].name}”用到了您不能查看的客户档案，您不能使用它"
    return "这个条件用到的客户档案您不能查看，请换一个条件"


def _load(session: Session, ids: Iterable[int], viewer: Staff | Scope | None) -> dict[int, Named]:
    chosen = select(Segment.id, Segment.name, Segment.kind, Segment.rule, Segment.archived_at).where(Segment.id.in_(ids))
    rows = session.execute(chosen if viewer is None else chosen.where(usable_by(viewer))).all()
    runs = newest_runs(session, [row.id for row in rows if row.kind == SegmentKind.STATIC])
    found = {}
    for row in rows:
        rule = Frozen(runs.get(row.id, NO_RUN)) if row.kind == SegmentKind.STATIC else parse(row.rule)
        found[row.id] = Named(row.id, row.name, rule, row.archived_at is not None)
    return found


def newest_runs(session: Session, ids: list[int]) -> dict[int, int]:
    """The newest finished run of each segment that has one; no statement for no segments."""
    if not ids:
        return {}
    newest = select(SegmentRun.segment_id, func.max(SegmentRun.id)).where(
        SegmentRun.segment_id.in_(ids), SegmentRun.status == RunStatus.DONE
    )
    return {segment_id: run_id for segment_id, run_id in session.execute(newest.group_by(SegmentRun.segment_id))}


class _Putting:
    def __init__(self, known: dict[int, Named], rule: Rule) -> None:
        self._known, self._rule = known, rule
        self._size = self._above = 0

    def whole(self, chain: tuple[int, ...]) -> Rule:
        """The rule itself, with places for what is wrong."""
        self._above = len(chain)
        return self._put(self._rule, chain)

    def _put(self, rule: Node, chain: tuple[int, ...]) -> Rule:
        match rule:
            case All(parts):
                return All(tuple(self._put(part, chain) for part in parts))
            case AnyOf(parts):
                return AnyOf(tuple(self._put(part, chain) for part in parts))
            case Not(part):
                return Not(self._put(part, chain))
            case Within(segment_id):
                return self._other(segment_id, chain)
            case _:
                self._size += 1
                if self._size > MOST_EXPANDED:
                    raise self._wrong(chain, f"把引用的人群都展开后超过 {MOST_EXPANDED} 个条件，请简化")
                return rule  # type: ignore[return-value]

    def _other(self, segment_id: int, chain: tuple[int, ...]) -> Rule:
        longer = (*chain, segment_id)
        if segment_id in chain:
            names = " → ".join(f"“{self._known[each].name}”" for each in longer[chain.index(segment_id) :])
            raise self._wrong(longer, f"人群不能包含自己：{names}")
        other = self._known.get(segment_id)
        if len(longer) - self._above > MOST_DEEP:
            raise self._wrong(longer, f"人群里引用人群，最多 {MOST_DEEP} 层")
        if other is None:
            raise self._wrong(longer, "引用的人群不存在，或您不能使用它")
        if other.archived:
            raise self._wrong(longer, f"引用的人群“{other.name}”已停用，请换一个")
        return self._put(other.rule, longer)

    def _wrong(self, chain: tuple[int, ...], why: str) -> Invalid:
        """At the place of the rule from which the trouble comes."""
        places = [place for place, segment_id in segments_in(self._rule) if segment_id in chain]
        return Invalid(why, {places[0] if places else "rule": why})
