"""One page of pulled relations on its way into the tables: what becomes of each, then all of them in three statements."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from customers.models import Follow, FollowStatus, Tag
from customers.pulling_sql import ADD_TIMELINE, UPSERT_FOLLOWS, told
from customers.rules import Standing, Tags, added, ended_at, is_new_adding, merge_tags, pulled
from customers.tag_marks import Origin, mark
from foundation import clock
from foundation.db import Json
from foundation.text import clean
from outbox.payloads import as_json


class Page:
    """The rows of one page on their way into the tables, column by column."""

    def __init__(self, fetched_at: datetime) -> None:
        self.fetched_at = fetched_at
        self.follows: list[Json] = []
        self.retagged: list[tuple[tuple[int, int], int, Tags]] = []
        self.confirmed: list[tuple[int, int]] = []
        self.added: list[tuple[int, int]] = []
        self.unknown: set[str] = set()

    def add(self, pair: tuple[int, int], info: Json, known: Row[Any] | None, tags: dict[str, int]) -> None:
        """Decide what becomes of one relation; `known` is its stored row, locked."""
        at = clock.from_unix(info.get("createtime") or 0)
        state = clean(str(info.get("state") or ""))[:64]
        before = None if known is None else Standing(FollowStatus(known.status), known.changed_at, known.followed_at, known.state)
        standing = added(at, state=state) if before is None else pulled(before, at, state)
        merged, revision = self._tags(pair, info, known, tags)
        if before is not None and before.status == FollowStatus.HALF and standing.status == FollowStatus.ACTIVE:
            self.confirmed.append(pair)
        if is_new_adding(before, standing):
            self.added.append(pair)
        self.follows.append(
            {
                "customer_id": pair[0],
                "staff_id": pair[1],
                "status": str(standing.status),
                "state": standing.state,
                "add_way": int(info.get("add_way") or 0),
                "remark": clean(str(info.get("remark") or ""))[:200],
                "description": clean(str(info.get("description") or ""))[:1000],
                "tag_ids": _array(merged.ours),
                "platform_tag_ids": _array(merged.platform),
                "followed_at": standing.followed_at,
                "ended_at": ended_at(standing),
                "changed_at": standing.changed_at,
                "tag_revision": revision,
            }
        )

    def _tags(self, pair: tuple[int, int], info: Json, known: Row[Any] | None, tags: dict[str, int]) -> tuple[Tags, int]:
        listed = info.get("tag_id") or []
        self.unknown.update(platform_id for platform_id in listed if platform_id not in tags)
        theirs = sorted({tags[platform_id] for platform_id in listed if platform_id in tags})
        if known is None:
            return Tags(theirs, theirs, [], []), 0
        if known.tags_settled_at is not None and known.tags_settled_at >= self.fetched_at:
            return Tags(known.tag_ids, known.platform_tag_ids, [], []), known.tag_revision
        merged = merge_tags(known.tag_ids, known.platform_tag_ids, theirs)
        # Before the first pull nothing is known of her tags, so nothing can be told as the guide's doing of today.
        if known.pulled_at is None or not (merged.added or merged.removed):
            return merged, known.tag_revision
        self.retagged.append((pair, known.tag_revision + 1, merged))
        return merged, known.tag_revision + 1

    def flush(self, session: Session) -> int:
        """Write follows and timeline; how many relations were new."""
        columns = {name: told(follow[name] for follow in self.follows) for name in self.follows[0]}
        written = {
            (row.customer_id, row.staff_id): row
            for row in session.execute(UPSERT_FOLLOWS, {**columns, "fetched_at": self.fetched_at})
        }
        self._end_marks(session)
        entries = [_added_entry(written[pair]) for pair in self.added]
        entries += [_tag_entry(session, written[pair], revision, tags) for pair, revision, tags in self.retagged]
        if entries:
            session.execute(ADD_TIMELINE, {name: told(entry[name] for entry in entries) for name in entries[0]})
        return sum(row.fresh for row in written.values())

    def _end_marks(self, session: Session) -> None:
        """What a guide took away in her WeCom client was taken by hand: rules do not give it again."""
        for (customer_id, staff_id), _, tags in self.retagged:
            if tags.removed:
                hand = Origin("client")
                mark(session, Follow(customer_id=customer_id, staff_id=staff_id), (), tags.removed, hand)


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(str(number) for number in numbers) + "}"


def _added_entry(row: Row[Any]) -> Json:
    return {
        "customer_id": row.customer_id,
        "staff_id": row.staff_id,
        "kind": "added",
        "at": row.followed_at,
        "facts": as_json({"pulled": True, **({"state": row.state} if row.state else {})}),
        "once": f"added:{row.id}:{int(row.followed_at.timestamp())}",
    }


def _tag_entry(session: Session, row: Row[Any], revision: int, tags: Tags) -> Json:
    """She changed tags in her WeCom client: one entry, counted like tagging in the sidebar."""
    names = {tag.id: tag.name for tag in session.scalars(select(Tag).where(Tag.id.in_([*tags.added, *tags.removed])))}
    add, remove = [names[key] for key in tags.added], [names[key] for key in tags.removed]
    facts: Json = {"add": add, "remove": remove, "by": "client", "why": ""}
    return {
        "customer_id": row.customer_id,
        "staff_id": row.staff_id,
        "kind": "tagged" if tags.added else "untagged",
        "at": clock.now(),
        "facts": as_json(facts),
        "once": f"tags:{row.id}:{revision}",
    }
