"""Welcomes for people who join a group (入群欢迎语素材): the corp's store of templates (DOC 92366)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class GroupWelcome:
    """`parts` as the platform took them: text and at most one of image, link, miniprogram, file, video."""

    template_id: str
    agentid: int
    created_at: int
    parts: dict[str, Any] = field(default_factory=dict)
    notify: int = 1


@dataclass(slots=True)
class GroupWelcomes:
    by_id: dict[str, GroupWelcome] = field(default_factory=dict)

    def find(self, template_id: str) -> GroupWelcome | None:
        return self.by_id.get(template_id)

    def told(self) -> list[GroupWelcome]:
        """Those the members were told of (notify), newest first."""
        return [each for each in reversed(self.by_id.values()) if each.notify]
