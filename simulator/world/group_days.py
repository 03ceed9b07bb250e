"""What happened in customer groups, counted per owner and Shanghai day; groupchat/statistic reads nothing else (DOC 92133)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.days import midnight


@dataclass(slots=True)
class GroupDay:
    """One owner's day. `chats` and `members` are changes of the totals; `said` is chat_id|sender → messages."""

    new_chats: int = 0
    new_members: int = 0
    chats: int = 0
    members: int = 0
    said: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class GroupDays:
    """Keyed by lower-case userid of the owner, then by day."""

    by_owner: dict[str, dict[int, GroupDay]] = field(default_factory=dict)

    def of(self, owner: str, at: float) -> GroupDay:
        return self.by_owner.setdefault(owner.lower(), {}).setdefault(midnight(at), GroupDay())

    def knows(self, owner: str) -> bool:
        return owner.lower() in self.by_owner

    def figures(self, owners: Iterable[str], first: int, last: int) -> dict[str, int]:
        """The platform's figures of these owners together from day `first` to `last`, totals as they stood on `last`."""
        dated = [each for owner in owners for each in self.by_owner.get(owner.lower(), {}).items() if each[0] <= last]
        until, days = [row for _, row in dated], [row for day, row in dated if day >= first]
        said = [(key, count) for row in days for key, count in row.said.items()]
        return {
            "new_chat_cnt": sum(row.new_chats for row in days), "chat_total": sum(row.chats for row in until),
            "chat_has_msg": len({key.partition("|")[0] for key, _ in said}),
            "new_member_cnt": sum(row.new_members for row in days), "member_total": sum(row.members for row in until),
            "member_has_msg": len({key for key, _ in said}),
            "msg_total": sum(count for _, count in said), "migrate_trainee_chat_cnt": 0,
        }  # fmt: skip
