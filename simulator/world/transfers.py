"""Customers handed from one member to another (在职/离职继承): what was asked for, how it ended, and who has left the corp."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.world.people import Member

DONE, WAITING, REFUSED, FULL = 1, 2, 3, 4


class Kind(StrEnum):
    ONJOB = "onjob"
    RESIGNED = "resigned"


@dataclass(slots=True)
class Transfer:
    """waiting ─24 h or accepted─▶ done | full; waiting ─refused─▶ refused. `takeover_time` 0 until it is done."""

    kind: Kind
    handover_userid: str
    takeover_userid: str
    external_userid: str
    started_at: int
    due_at: int
    message: str = ""
    status: int = WAITING
    takeover_time: int = 0


@dataclass(slots=True)
class Leaver:
    """A member who resigned, as she was; her customers are found through her relations, which stay."""

    member: Member
    dimission_time: int


@dataclass(slots=True)
class TransferRules:
    """`not_real_name` and `not_logged_in` are members' userids, lower case (40098; 40205)."""

    hours: int = 24
    most_in_window: int = 2
    window_days: int = 90
    customer_limit: int = 20_000
    not_real_name: list[str] = field(default_factory=list)
    not_logged_in: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Transfers:
    """`leavers` are keyed by lower-case userid. A heap knows which waiting transfer is due next."""

    all: list[Transfer] = field(default_factory=list)
    leavers: dict[str, Leaver] = field(default_factory=dict)
    rules: TransferRules = field(default_factory=TransferRules)
    _of_customer: dict[str, list[Transfer]] = field(default_factory=dict, init=False, repr=False)
    _of_pair: dict[tuple[str, str, str], list[Transfer]] = field(default_factory=dict, init=False, repr=False)
    _due: list[tuple[int, int, Transfer]] = field(default_factory=list, init=False, repr=False)
    _pushed: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        for transfer in self.all:
            self._enter(transfer)

    def add(self, transfer: Transfer) -> None:
        self.all.append(transfer)
        self._enter(transfer)

    def of_customer(self, external_userid: str) -> list[Transfer]:
        return self._of_customer.get(external_userid, [])

    def of_pair(self, kind: Kind, handover: str, takeover: str) -> list[Transfer]:
        """The last transfer of each customer between the two, in the order they were first asked for."""
        found = self._of_pair.get((kind, handover.lower(), takeover.lower()), [])
        return list({each.external_userid: each for each in found}.values())

    def waiting(self, external_userid: str) -> list[Transfer]:
        return [each for each in self.of_customer(external_userid) if each.status == WAITING]

    def take_due(self, now: float) -> Iterator[Transfer]:
        """Waiting transfers whose time has come, each once."""
        while self._due and self._due[0][0] <= now:
            transfer = heapq.heappop(self._due)[2]
            if transfer.status == WAITING:
                yield transfer

    def _enter(self, transfer: Transfer) -> None:
        pair = (transfer.kind, transfer.handover_userid.lower(), transfer.takeover_userid.lower())
        self._of_customer.setdefault(transfer.external_userid, []).append(transfer)
        self._of_pair.setdefault(pair, []).append(transfer)
        if transfer.status == WAITING:
            self._pushed += 1
            heapq.heappush(self._due, (transfer.due_at, self._pushed, transfer))
