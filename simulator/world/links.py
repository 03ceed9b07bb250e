"""获客链接: links, the customers each brought, the corp's quota, and keys to what a customer has written."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Link:
    """`clicks` and `added` are kept per day (midnight): who clicked, how many became customers. priority_type 0: none."""

    link_id: str
    key: str
    name: str
    created_at: int
    agentid: int
    user_list: list[str] = field(default_factory=list)
    department_list: list[int] = field(default_factory=list)
    skip_verify: bool = True
    mark_source: bool = True
    priority_type: int = 0
    priority_userid_list: list[str] = field(default_factory=list)
    turn: int = 0
    available: bool = True
    clicks: dict[int, dict[str, int]] = field(default_factory=dict)
    added: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class LinkCustomer:
    """Somebody who came through a link; `pending` until the member has accepted. `messages`: what she has written."""

    link_id: str
    userid: str
    external_userid: str
    state: str
    asked_at: float
    pending: bool = True
    messages: int = 0


@dataclass(slots=True)
class Quota:
    """Bought uses; `told` holds the days before expiry that were announced already."""

    balance: int
    expire_date: int
    told: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ChatKey:
    key: str
    link_id: str
    userid: str
    external_userid: str
    state: str
    messages: int
    expires_at: float


@dataclass(slots=True)
class Links:
    """`most` is the corp's limit of links; `profile_events`: does the corp's industry get open_profile?"""

    by_id: dict[str, Link] = field(default_factory=dict)
    customers: dict[str, list[LinkCustomer]] = field(default_factory=dict)
    quotas: list[Quota] = field(default_factory=list)
    used: int = 0
    chat_keys: dict[str, ChatKey] = field(default_factory=dict)
    most: int = 10_000
    profile_events: bool = True
    people_version: int = -1
    _by_key: dict[str, Link] = field(default_factory=dict, init=False, repr=False)
    _of_pair: dict[tuple[str, str], LinkCustomer] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._by_key = {link.key: link for link in self.by_id.values()}
        for brought in self.customers.values():
            for each in brought:
                self._of_pair[each.userid.lower(), each.external_userid] = each

    def add(self, link: Link) -> None:
        self.by_id[link.link_id] = link
        self._by_key[link.key] = link

    def remove(self, link: Link) -> None:
        del self.by_id[link.link_id]
        del self._by_key[link.key]

    def of_key(self, key: str) -> Link | None:
        return self._by_key.get(key)

    def bring(self, customer: LinkCustomer) -> None:
        """Remember who came; asking the same member again replaces what was pending."""
        pair = customer.userid.lower(), customer.external_userid
        mine = self.customers.setdefault(customer.link_id, [])
        old = self._of_pair.get(pair)
        if old is not None and old.pending:
            self.customers[old.link_id].remove(old)
        mine.append(customer)
        self._of_pair[pair] = customer

    def of_pair(self, userid: str, external_userid: str) -> LinkCustomer | None:
        return self._of_pair.get((userid.lower(), external_userid))

    @property
    def balance(self) -> int:
        return sum(each.balance for each in self.quotas)

    def spend(self) -> None:
        """One use, of the quota that expires first."""
        self.used += 1
        live = [each for each in self.quotas if each.balance > 0]
        if live:
            min(live, key=lambda each: each.expire_date).balance -= 1
