"""Customers (外部联系人) and who follows them; relations keep how they ended, as the platform does."""

from dataclasses import dataclass, field
from enum import StrEnum


class Relation(StrEnum):
    """pending ─accept─▶ mutual; half ─accept─▶ mutual; mutual ─▶ customer_left (one-way) | member_left (gone)."""

    PENDING = "pending"
    HALF = "half"
    MUTUAL = "mutual"
    CUSTOMER_LEFT = "customer_left"
    MEMBER_LEFT = "member_left"


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


@dataclass(slots=True)
class Customers:
    """Follows are kept by member (lower-case userid) and found by customer through an index."""

    people: dict[str, Customer] = field(default_factory=dict)
    follows: dict[str, dict[str, Follow]] = field(default_factory=dict)
    _followers: dict[str, dict[str, Follow]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for mine in self.follows.values():
            for follow in mine.values():
                self._followers.setdefault(follow.external_userid, {})[follow.userid.lower()] = follow

    def find(self, external_userid: str) -> Customer | None:
        return self.people.get(external_userid)

    def add(self, customer: Customer) -> None:
        self.people[customer.external_userid] = customer

    def keep(self, follow: Follow) -> None:
        userid = follow.userid.lower()
        self.follows.setdefault(userid, {})[follow.external_userid] = follow
        self._followers.setdefault(follow.external_userid, {})[userid] = follow

    def find_follow(self, userid: str, external_userid: str) -> Follow | None:
        return self.follows.get(userid.lower(), {}).get(external_userid)

    def of_member(self, userid: str) -> list[Follow]:
        return list(self.follows.get(userid.lower(), {}).values())

    def of_customer(self, external_userid: str) -> list[Follow]:
        return list(self._followers.get(external_userid, {}).values())
