"""微信客服 accounts: their servicers, links, and the messages and events kept for sync_msg."""

from dataclasses import dataclass, field
from typing import Any

from simulator.world.people import People

HISTORY = 3 * 86400
KEEP_ITEMS, KEEP_MSGIDS = 200_000, 100_000


@dataclass(slots=True)
class KfItem:
    """One row of sync_msg: origin 3 customer, 4 system event, 5 servicer in the client."""

    seq: int
    at: float
    msgid: str
    origin: int
    external_userid: str
    servicer_userid: str
    msgtype: str
    body: dict[str, Any]


@dataclass(slots=True)
class KfAccount:
    """`agentid` is the app it is assigned to (0: none, native reception); `stopped` {lower userid: stop_type};
    `scenes` {enc_scene: scene}; `msgids` those that callers of send_msg chose."""

    open_kfid: str
    name: str
    avatar: str
    link_id: str
    agentid: int = 0
    userids: list[str] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)
    stopped: dict[str, int] = field(default_factory=dict)
    scenes: dict[str, str] = field(default_factory=dict)
    items: list[KfItem] = field(default_factory=list)
    last_seq: int = 0
    msgids: dict[str, float] = field(default_factory=dict)

    def servicers(self, people: People) -> list[str]:
        """Userids of everybody who serves it, named or through a department."""
        found = {userid.lower(): userid for userid in self.userids}
        for department in self.departments:
            for member in people.below(department).values():
                found.setdefault(member.userid.lower(), member.userid)
        return list(found.values())

    def serves(self, people: People, userid: str) -> bool:
        return userid.lower() in {each.lower() for each in self.servicers(people)}

    def receives(self, userid: str) -> bool:
        """接待中, as far as the account is concerned."""
        return userid.lower() not in self.stopped

    def keep(self, item: KfItem) -> None:
        """Put it last; three days and no more are kept."""
        self.last_seq += 1
        item.seq = self.last_seq
        self.items.append(item)
        if self.items[0].at < item.at - HISTORY or len(self.items) > KEEP_ITEMS:
            self.items = [each for each in self.items[-KEEP_ITEMS:] if each.at >= item.at - HISTORY]

    def take_msgid(self, msgid: str, now: float) -> None:
        self.msgids[msgid] = now
        if len(self.msgids) > KEEP_MSGIDS:
            del self.msgids[next(iter(self.msgids))]
