"""What one change of tags comes to: which are given, taken, kept, and what the platform is owed. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from customers.models import FollowStatus
from customers.rules import MAX_TAGS_AT_ONCE, tag_delta
from foundation.errors import Invalid


class KnownTag(NamedTuple):
    """A tag with what its group says; `platform_id` is None until the platform knows it."""

    name: str
    group_id: int
    exclusive: bool
    platform_id: str | None
    living: bool


@dataclass(slots=True)
class Relation:
    """A locked follow relation as it stands; `home_id` is the row she lives on, `external_userid` the platform's in it."""

    id: int
    customer_id: int
    home_id: int
    staff_id: int
    status: str
    tag_ids: list[int]
    platform_tag_ids: list[int]
    writing: bool
    revision: int
    userid: str
    external_userid: str


class Turn(NamedTuple):
    """Tags given anew, taken (those that gave way in an exclusive group too), and given once more."""

    fresh: list[int]
    lost: list[int]
    kept: list[int]


def turn(had: Collection[int], known: Mapping[int, KnownTag], add: Sequence[int], remove: Sequence[int]) -> Turn:
    """What a change does to a relation that has the tags `had`. Raises Invalid for tags that cannot be given.

    Of an exclusive group a new tag takes the place of the old one.
    """
    groups = _checked(known, add, remove)
    wanted = set(add)
    fresh, lost = sorted(wanted.difference(had)), (set(remove) - wanted).intersection(had)
    full = {groups[key] for key in fresh if key in groups}
    if full:
        lost |= {key for key in had if key in known and known[key].group_id in full}
    return Turn(fresh, sorted(lost), sorted(wanted.intersection(had)))


def _checked(known: Mapping[int, KnownTag], add: Sequence[int], remove: Sequence[int]) -> dict[int, int]:
    """The exclusive group of each tag to add that is of one."""
    if len(add) + len(remove) > MAX_TAGS_AT_ONCE:
        raise Invalid(f"一次最多更改 {MAX_TAGS_AT_ONCE} 个标签", {"tags": "太多了"})
    added = set(add)
    for key in [*add, *remove]:
        tag = known.get(key)
        if tag is None or (key in added and not tag.living):
            raise Invalid("标签已不存在，请刷新后再试", {"tags": "标签已不存在"})
        if key in added and tag.platform_id is None:
            raise Invalid("这个标签还没有同步到企业微信，请稍后再试", {"tags": "还没有同步到企业微信"})
    groups = {key: known[key].group_id for key in added if known[key].exclusive}
    if len(set(groups.values())) < len(groups):
        raise Invalid("这一组标签只能选一个", {"tags": "这一组标签只能选一个"})
    return groups


def owed_lists(relation: Relation, known: Mapping[int, KnownTag]) -> dict[str, list[str]]:
    """What the platform is to be told of this relation now: nothing while she is not confirmed; deleted tags never."""
    if relation.status != FollowStatus.ACTIVE:
        return {}
    add, remove = tag_delta(relation.tag_ids, relation.platform_tag_ids)
    lists = {"add_tag": _told(add, known), "remove_tag": _told(remove, known)}
    return {name: ids for name, ids in lists.items() if ids}


def _told(tag_ids: Sequence[int], known: Mapping[int, KnownTag]) -> list[str]:
    tags = (known[key] for key in tag_ids if key in known)
    return [tag.platform_id for tag in tags if tag.living and tag.platform_id is not None]
