"""What a batch may do and to whom: two tables of functions. Rooms above add their own rows (`add_deed`, `add_people`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from customers.tag_models import CustomerBatch
from foundation.db import Json
from foundation.errors import Invalid, NotFound
from org.models import Staff

MOST_NAMED = 1_000


@dataclass(frozen=True)
class Deed:
    """One kind of batch. `check` reads what was asked and gives what is kept (raises Invalid, NotAllowed, NotFound); `apply` does
    it to some customers she may see and says to how many it made a difference; `undo` takes back what a batch did to some of
    them, where it still stands as the batch left it. A kind without `undo` cannot be taken back. `in_lanes`: it writes nothing
    that two stretches have in common, so that two may be done at the same time.
    """

    name: str
    check: Callable[[Session, Staff, Json], Json]
    apply: Callable[[Session, CustomerBatch, Sequence[int]], int]
    undo: Callable[[Session, CustomerBatch, CustomerBatch, Sequence[int]], int] | None = None
    in_lanes: bool = False


@dataclass(frozen=True)
class People:
    """One way to say whom: `count` checks the choice and says how many, `page` gives ids above `after`, in order."""

    count: Callable[[Session, Staff, Json], int]
    page: Callable[[Session, Json, int, int], Sequence[int]]


def _count_named(_session: Session, _staff: Staff, named: Json) -> int:
    ids = named.get("customers")
    if not isinstance(ids, list) or not ids or any(not isinstance(one, int) for one in ids):
        raise Invalid("请先选择客户", {"who": "请先选择客户"})
    if len(set(ids)) > MOST_NAMED:
        raise Invalid(f"一次最多选 {MOST_NAMED} 位客户，更多请用人群", {"who": f"最多 {MOST_NAMED} 位"})
    return len(set(ids))


def _page_named(_session: Session, named: Json, after: int, limit: int) -> list[int]:
    return sorted(one for one in set(named["customers"]) if one > after)[:limit]


DEEDS: dict[str, Deed] = {}
PEOPLE: dict[str, People] = {"customers": People(_count_named, _page_named)}


def add_deed(kind: str, deed: Deed) -> None:
    """Let batches of this kind (at most 20 characters) be started and worked; once at the start of a process."""
    DEEDS[kind] = deed


def add_people(key: str, people: People) -> None:
    """Let `who` name customers by this key; once at the start of a process."""
    PEOPLE[key] = people


def deed_of(kind: str) -> Deed:
    """Raises NotFound for a kind nobody offers here."""
    if kind not in DEEDS:
        raise NotFound("没有这种批量操作")
    return DEEDS[kind]


def people_of(who: Json) -> People:
    """Raises Invalid when nobody here understands whom is meant."""
    known = [key for key in PEOPLE if key in who]
    if len(known) != 1:
        raise Invalid("请先选择客户", {"who": "请先选择客户"})
    return PEOPLE[known[0]]
