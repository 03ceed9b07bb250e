"""Changes of tags of many customers (one by one is the case of one): locked, decided, written and owed in a few statements."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from customers.models import Customer, Follow, FollowStatus
from customers.rules import tag_entry
from customers.tag_change_rules import KnownTag, Relation, Turn, owed_lists, turn
from customers.tag_change_sql import GIVE, LOCK_AND_READ, PROLONG, TURN
from customers.tag_marks import BY_HAND, PEOPLE, Origin, source_of
from customers.tag_models import TagSource
from customers.tier_due import AT_ONCE
from foundation.db import Json
from foundation.errors import AppError, Conflict, NotFound
from outbox.actions import enqueue_each, hurry, owing
from outbox.models import Lane
from outbox.payloads import as_json

MARK_TAG = "externalcontact/mark_tag"
# A person's tap first, then what came of a rule or a channel; batches and imports are handed on bit by bit (tag_writing).
LANES = {TagSource.GUIDE: Lane.INTERACTIVE, TagSource.CONSOLE: Lane.INTERACTIVE}


@dataclass(frozen=True, slots=True)
class TagChange:
    """Tags (our ids) to give and take on the relation of a member (`staff_id`) with a customer."""

    customer_id: int
    staff_id: int
    origin: Origin
    add: Sequence[int] = ()
    remove: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags the relation has after a change, and whether they are others than before."""

    follow_id: int
    tag_ids: list[int]
    changed: bool


@dataclass(slots=True)
class _Ground:
    """What was locked and read: homes by the row asked for, relations by (customer, staff), tags by id."""

    homes: dict[int, int]
    relations: dict[tuple[int, int], Relation]
    known: dict[int, KnownTag]


@dataclass(slots=True)
class _Work:
    """What a round comes to, until it is written."""

    turns: list[Json] = field(default_factory=list)
    kept: list[Json] = field(default_factory=list)
    calls: dict[Lane, dict[str, tuple[str, Json]]] = field(default_factory=dict)
    hurried: dict[Lane, list[str]] = field(default_factory=dict)


def tag_customers(session: Session, changes: Sequence[TagChange]) -> list[Tagged | AppError]:
    """Make each change as if one after the other: here at once, on the platform by the outbox (DOC 92118).

    All customers are locked first, in the one order. In place of each change stands what it came to, or why it was not made:
    NotFound, Conflict when the relation has ended, Invalid for tags that do not exist. One wrong one does not stop the others.
    """
    if not changes:
        return []
    session.flush()
    ground = _lock(session, changes)
    outcomes: list[Tagged | AppError | None] = [None] * len(changes)
    for places in _rounds(changes):
        work = _Work()
        for place in places:
            outcomes[place] = _decide(ground, changes[place], work)
        _write(session, work)
    _forget(session, ground)
    return [one for one in outcomes if one is not None]


def _lock(session: Session, changes: Sequence[TagChange]) -> _Ground:
    """A second look where the first did not show all: what others committed while it waited for a row."""
    ground = _look(session, changes)
    complete = all((one.customer_id, one.staff_id) in ground.relations for one in changes)
    if complete and set(ground.homes.values()) <= set(ground.homes):
        return ground
    return _look(session, changes)


def _look(session: Session, changes: Sequence[TagChange]) -> _Ground:
    asked = {
        "asked": json.dumps([{"customer_id": one.customer_id, "staff_id": one.staff_id} for one in changes]),
        "tags": json.dumps(list({tag_id for one in changes for tag_id in (*one.add, *one.remove)})),
    }
    homes, hers, tags = session.execute(LOCK_AND_READ, asked).one()
    ground = _Ground({id_: home or id_ for id_, home in homes or ()}, {}, {})
    for id_, customer_id, staff_id, status, mine, theirs, writing, revision, userid, account in hers or ():
        ground.relations[customer_id, staff_id] = Relation(
            id_, customer_id, ground.homes[customer_id], staff_id, status, mine, theirs, writing, revision, userid, account
        )
    ground.known = {id_: KnownTag(*rest) for id_, *rest in tags or ()}
    return ground


def _rounds(changes: Sequence[TagChange]) -> Iterator[list[int]]:
    """The places of changes in their order, no relation twice in a round."""
    rounds: list[list[int]] = []
    seen: dict[tuple[int, int], int] = {}
    for place, one in enumerate(changes):
        turn_of = seen.get((one.customer_id, one.staff_id), 0)
        seen[one.customer_id, one.staff_id] = turn_of + 1
        if turn_of == len(rounds):
            rounds.append([])
        rounds[turn_of].append(place)
    yield from rounds


def _decide(ground: _Ground, change: TagChange, work: _Work) -> Tagged | AppError:
    relation = ground.relations.get((change.customer_id, change.staff_id))
    if relation is None:
        known = change.customer_id in ground.homes
        return NotFound("没有这位客户，或不在您的权限范围内" if known else "没有这位客户")
    if relation.status not in (FollowStatus.ACTIVE, FollowStatus.HALF):
        return Conflict("您与这位客户已不是好友，不能打标签")
    try:
        done = turn(relation.tag_ids, ground.known, change.add, change.remove)
    except AppError as problem:
        return problem
    if done.kept:
        _keep(relation, done.kept, change.origin, work)
    if done.fresh or done.lost:
        _turn(relation, done, change.origin, ground.known, work)
    return Tagged(relation.id, relation.tag_ids, bool(done.fresh or done.lost))


def _keep(relation: Relation, kept: list[int], origin: Origin, work: _Work) -> None:
    row: Json = {"row_id": relation.customer_id, "staff_id": relation.staff_id, "tags": kept}
    if source_of(origin.by) in PEOPLE:
        work.kept.append(row)
    elif origin.rule_id is not None and origin.expires_at is not None:
        work.kept.append(row | {"rule_id": origin.rule_id, "expires_at": origin.expires_at.isoformat()})


def _turn(relation: Relation, done: Turn, origin: Origin, known: Mapping[int, KnownTag], work: _Work) -> None:
    """The relation as it will be, its moment, and what the platform is owed."""
    relation.tag_ids = sorted({*relation.tag_ids, *done.fresh}.difference(done.lost))
    relation.revision += 1
    once, source = f"tags:{relation.id}:{relation.revision}", source_of(origin.by)
    _owe(relation, LANES.get(source, Lane.TASK), known, work)
    facts = {
        "add": [known[key].name for key in done.fresh], "remove": [known[key].name for key in done.lost],
        "by": origin.by, "why": origin.why,
    }  # fmt: skip
    work.turns.append({
        "id": relation.id, "row_id": relation.customer_id, "home_id": relation.home_id, "staff_id": relation.staff_id,
        "tags": relation.tag_ids, "revision": relation.revision, "writing": relation.writing, "given": done.fresh,
        "taken": done.lost, "by_hand": origin.by.partition(":")[0] in BY_HAND, "source": source, "by": origin.by,
        "by_person": tag_entry(origin.by, True) == "tagged", "why": origin.why, "rule_id": origin.rule_id,
        "batch_id": origin.batch_id, "expires_at": origin.expires_at and origin.expires_at.isoformat(),
        "facts": facts, "once": once,
    })  # fmt: skip


def _owe(relation: Relation, lane: Lane, known: Mapping[int, KnownTag], work: _Work) -> None:
    """A call for what differs, unless one for this relation is under way: its answer starts the next one."""
    about = f"follow:{relation.id}"
    if relation.writing:
        if lane == Lane.INTERACTIVE and relation.status == FollowStatus.ACTIVE and _differs(relation):
            work.hurried.setdefault(lane, []).append(about)
        return
    lists = owed_lists(relation, known)
    if lists:
        relation.revision += 1
        relation.writing = True
        payload = {"userid": relation.userid, "external_userid": relation.external_userid, **lists}
        work.calls.setdefault(lane, {})[f"mark_tag:{relation.id}:{relation.revision}"] = (about, payload)


def _differs(relation: Relation) -> bool:
    return set(relation.tag_ids) != set(relation.platform_tag_ids)


def _write(session: Session, work: _Work) -> None:
    if work.kept:
        session.execute(PROLONG, {"kept": json.dumps(work.kept)})
    calls = dict(work.calls)
    if work.turns:
        taking = any(one["taken"] for one in work.turns)
        # The calls of one lane go with the rest, and a group seldom has two.
        lane = next(iter(calls), Lane.TASK)
        told = owing(calls.pop(lane, {}), lane, MARK_TAG, wants_result=True)
        told |= {"turns": as_json(work.turns), "most": len(work.turns), "at_once": AT_ONCE}
        session.execute(TURN if taking else GIVE, told)
    for lane, abouts in work.hurried.items():
        hurry(session, abouts, lane)
    for lane, messages in calls.items():
        enqueue_each(session, lane, MARK_TAG, messages, wants_result=True)


def _forget(session: Session, ground: _Ground) -> None:
    """What the session holds of these rows is read again when somebody asks."""
    if not session.identity_map:
        return
    for relation in ground.relations.values():
        held = session.identity_map.get(_key(Follow, relation.id))
        if held is not None:
            session.expire(held, ["tag_ids", "tag_revision", "tags_writing"])
        home = session.identity_map.get(_key(Customer, relation.home_id))
        if home is not None:
            session.expire(home, ["tag_ids"])


def _key(model: type[Any], id_: int) -> Any:
    return model.__mapper__.identity_key_from_primary_key((id_,))
