"""Corp tags of customers (企业客户标签): groups, tags, and which app made them."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tag:
    """`maker` is the agentid of the app that made it, 0 for the admin."""

    id: str
    name: str
    create_time: int
    order: int = 0
    maker: int = 0


@dataclass(slots=True)
class TagGroup:
    """`strategy_id` 0 for corp tags, else the 客户规则组 whose tags these are."""

    id: str
    name: str
    create_time: int
    order: int = 0
    maker: int = 0
    tags: list[Tag] = field(default_factory=list)
    strategy_id: int = 0


@dataclass(slots=True)
class Tags:
    groups: dict[str, TagGroup] = field(default_factory=dict)
    _group_of: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for group in self.groups.values():
            for tag in group.tags:
                self._group_of[tag.id] = group.id

    def find_group(self, name: str, strategy_id: int = 0) -> TagGroup | None:
        return next((group for group in self.of_strategy(strategy_id) if group.name == name), None)

    def of_strategy(self, strategy_id: int) -> list[TagGroup]:
        """Groups of one 客户规则组; of the corp for 0."""
        return [group for group in self.groups.values() if group.strategy_id == strategy_id]

    def find(self, tag_id: str) -> tuple[TagGroup, Tag] | None:
        group = self.groups.get(self._group_of.get(tag_id, ""))
        if group is None:
            return None
        return group, next(tag for tag in group.tags if tag.id == tag_id)

    def add_group(self, group: TagGroup) -> None:
        self.groups[group.id] = group

    def add_tag(self, group: TagGroup, tag: Tag) -> None:
        group.tags.append(tag)
        self._group_of[tag.id] = group.id

    def remove_tag(self, tag_id: str) -> bool:
        """Remove a tag; a group that loses its last tag goes too. True when the group went."""
        found = self.find(tag_id)
        if found is None:
            return False
        group, tag = found
        group.tags.remove(tag)
        del self._group_of[tag_id]
        if not group.tags:
            del self.groups[group.id]
        return not group.tags

    def remove_group(self, group_id: str) -> list[str]:
        """Remove a group with its tags; the ids of the tags that went."""
        gone = [tag.id for tag in self.groups.pop(group_id).tags]
        for tag_id in gone:
            del self._group_of[tag_id]
        return gone

    def count(self) -> int:
        return len(self._group_of)
