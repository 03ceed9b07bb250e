"""客户联系规则组: a tree of at most five levels, each with a range of members and departments and a list of privileges."""

from collections.abc import Iterator
from dataclasses import dataclass, field

# These five cannot be switched off (DOC 94883).
FIXED = ("view_customer_list", "view_customer_data", "view_room_list", "contact_me", "join_room")
PRIVILEGES = (
    *FIXED, "share_customer", "oper_resign_customer", "oper_resign_group", "send_customer_msg", "edit_welcome_msg",
    "view_behavior_data", "view_room_data", "send_group_msg", "room_deduplication", "rapid_reply",
    "onjob_customer_transfer", "edit_anti_spam_rule", "export_customer_list", "export_customer_data",
    "export_customer_group_list", "manage_customer_tag",
)  # fmt: skip
MOST_LEVELS = 5


@dataclass(slots=True)
class Strategy:
    id: int
    parent_id: int
    name: str
    create_time: int
    agentid: int
    admin_list: list[str] = field(default_factory=list)
    privilege: dict[str, bool] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    parties: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Strategies:
    by_id: dict[int, Strategy] = field(default_factory=dict)
    last_id: int = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def level(self, strategy: Strategy) -> int:
        """1 for a strategy without a parent."""
        parent = self.by_id.get(strategy.parent_id)
        return 1 if parent is None else 1 + self.level(parent)

    def tree(self, strategy: Strategy) -> Iterator[Strategy]:
        """The strategy and everything under it."""
        yield strategy
        for each in list(self.by_id.values()):
            if each.parent_id == strategy.id:
                yield from self.tree(each)
