"""Customers (外部联系人) and who follows them; relations keep how they ended, as the platform does.

A brand file may hold millions (`attach`); what changes stands before it in memory, what is only read does not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Protocol

MOST_LOOKED_AT = 10_000


class Relation(StrEnum):
    """pending ─accept─▶ mutual; half ─accept─▶ mutual; mutual ─▶ customer_left (one-way) | member_left (gone).
    temp is a 临时会话: they may write, nothing more."""

    PENDING = "pending"
    HALF = "half"
    MUTUAL = "mutual"
    CUSTOMER_LEFT = "customer_left"
    MEMBER_LEFT = "member_left"
    TEMP = "temp"


# 84061 for everything else: the relation is not there (DOC 92114).
READABLE = frozenset({Relation.MUTUAL, Relation.CUSTOMER_LEFT})


@dataclass(slots=True)
class Customer:
    """gender 0 unknown, 1 male, 2 female; type 1 WeChat user, 2 WeCom user."""

    external_userid: str
    name: str
    gender: int = 0
    avatar: str = ""
    type: int = 1
    unionid: str = ""


@dataclass(slots=True)
class Follow:
    userid: str
    external_userid: str
    createtime: int
    relation: Relation = Relation.MUTUAL
    remark: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    remark_corp_name: str = ""
    remark_mobiles: list[str] = field(default_factory=list)
    state: str = ""
    add_way: int = 1
    oper_userid: str = ""
    welcomed: bool = False

    @property
    def readable(self) -> bool:
        return self.relation in READABLE


class Base(Protocol):
    """Customers and relations that were there when the world began. Never written; each read makes new objects."""

    file: str
    digest: str
    customers: int
    follows: int

    def find(self, external_userid: str) -> Customer | None: ...

    def everybody(self) -> Iterator[Customer]: ...

    def find_follow(self, userid: str, external_userid: str) -> Follow | None: ...

    def count_of_member(self, userid: str) -> int: ...

    def page_of_member(self, userid: str, start: int, limit: int) -> list[Follow]: ...

    def of_customer(self, external_userid: str) -> list[Follow]: ...

    def forget_tags(self, tag_ids: Iterable[str]) -> None: ...


@dataclass(slots=True)
class Customers:
    """Follows are kept by member (lower-case userid) and found by customer through an index.

    `people` and `follows` hold what is new or changed; ask the methods, which know the base too.
    """

    people: dict[str, Customer] = field(default_factory=dict)
    follows: dict[str, dict[str, Follow]] = field(default_factory=dict)
    brand_file: str = ""
    brand_digest: str = ""
    gone_tags: list[str] = field(default_factory=list)
    _base: Base | None = field(default=None, init=False, repr=False)
    _followers: dict[str, dict[str, Follow]] = field(default_factory=dict, init=False, repr=False)
    _added: dict[str, dict[str, Follow]] = field(default_factory=dict, init=False, repr=False)
    _count: int = field(default=0, init=False, repr=False)
    _count_follows: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self._index()

    def attach(self, base: Base) -> None:
        """Stand before a brand file."""
        self._base, self.brand_file, self.brand_digest = base, base.file, base.digest
        base.forget_tags(self.gone_tags)
        self._index()

    def find(self, external_userid: str) -> Customer | None:
        """The customer. To change her, hand the changed object to `add`."""
        found = self.people.get(external_userid)
        return found or (self._base.find(external_userid) if self._base else None)

    def get(self, external_userid: str) -> Customer:
        """The customer of a relation; KeyError when there is none."""
        found = self.find(external_userid)
        if found is None:
            raise KeyError(external_userid)
        return found

    def add(self, customer: Customer) -> None:
        self._count += self.find(customer.external_userid) is None
        self.people[customer.external_userid] = customer

    def keep(self, follow: Follow) -> None:
        userid = follow.userid.lower()
        mine = self.follows.setdefault(userid, {})
        if follow.external_userid not in mine:
            self._note(follow)
        elif follow.external_userid in self._added.get(userid, {}):
            self._added[userid][follow.external_userid] = follow
        mine[follow.external_userid] = follow
        self._followers.setdefault(follow.external_userid, {})[userid] = follow

    def find_follow(self, userid: str, external_userid: str) -> Follow | None:
        """The relation, to read or to change: one of the base is taken into memory."""
        found = self.follows.get(userid.lower(), {}).get(external_userid)
        if found is None and self._base is not None:
            found = self._base.find_follow(userid, external_userid)
            if found is not None:
                self.keep(found)
        return found

    def of_member(self, userid: str) -> list[Follow]:
        """To read; change what `find_follow` gives. Those of the base first, in the order they were added."""
        return self.page_of_member(userid, 0, self.count_of_member(userid))

    def count_of_member(self, userid: str) -> int:
        count = self._base.count_of_member(userid) if self._base else 0
        return count + len(self._added.get(userid.lower(), ()))

    def page_of_member(self, userid: str, start: int, limit: int) -> list[Follow]:
        """`limit` relations from position `start`, whatever their state; positions do not move when one changes."""
        userid, page, before = userid.lower(), list[Follow](), 0
        if self._base is not None:
            before, mine = self._base.count_of_member(userid), self.follows.get(userid, {})
            page = [mine.get(each.external_userid, each) for each in self._base.page_of_member(userid, start, limit)]
        added = self._added.get(userid, {}).values()
        first = max(0, start - before)
        return page + list(islice(added, first, first + limit - len(page)))

    def of_customer(self, external_userid: str) -> list[Follow]:
        """To read; change what `find_follow` gives."""
        kept = self._followers.get(external_userid, {})
        if self._base is None:
            return list(kept.values())
        found = {each.userid.lower(): each for each in self._base.of_customer(external_userid)}
        return list((found | kept).values())

    def count(self) -> int:
        return self._count

    def count_follows(self) -> int:
        return self._count_follows

    def search(self, wanted: str, limit: int, newest: bool = False) -> tuple[list[Customer], int]:
        """Customers with this name part or id, and how many there are; of a base only the first 10,000 are looked at.
        `newest`: who came last stands first (before a base)."""
        if not wanted:
            return list(islice(self._everybody(newest), limit)), self._count
        exact, wanted = self.find(wanted), wanted.lower()
        if exact is not None:
            return [exact], 1
        looked_at = self._looked_at(newest)
        found = [each for each in looked_at if wanted in each.name.lower() or wanted == each.external_userid.lower()]
        return found[:limit], len(found)

    def forget_tags(self, tag_ids: Iterable[str]) -> None:
        """Take deleted tags off every customer; those of the base lose them when they are read."""
        gone = set(tag_ids)
        for mine in self.follows.values():
            for follow in mine.values():
                if not gone.isdisjoint(follow.tags):
                    follow.tags = [each for each in follow.tags if each not in gone]
        if self._base is not None:
            self._base.forget_tags(gone)
            self.gone_tags += sorted(gone)

    def _everybody(self, newest: bool = False) -> Iterator[Customer]:
        yield from reversed(self.people.values()) if newest else self.people.values()
        if self._base is not None:
            yield from (each for each in self._base.everybody() if each.external_userid not in self.people)

    def _looked_at(self, newest: bool) -> Iterator[Customer]:
        return islice(self._everybody(newest), len(self.people) + MOST_LOOKED_AT)

    def _index(self) -> None:
        base = self._base
        self._followers, self._added = {}, {}
        self._count, self._count_follows = (base.customers, base.follows) if base else (0, 0)
        self._count += sum(1 for each in self.people if base is None or base.find(each) is None)
        for userid, mine in self.follows.items():
            for follow in mine.values():
                self._followers.setdefault(follow.external_userid, {})[userid] = follow
                self._note(follow)

    def _note(self, follow: Follow) -> None:
        """Count a relation that stands in memory for the first time, unless it only stands before one of the base."""
        if self._base is None or self._base.find_follow(follow.userid, follow.external_userid) is None:
            self._added.setdefault(follow.userid.lower(), {})[follow.external_userid] = follow
            self._count_follows += 1
