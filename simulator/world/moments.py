"""客户朋友圈: Moments that apps plan and members publish, or members post themselves; likes, comments, pending jobs."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Reaction:
    """A like or a comment of a customer (`external`) or a member."""

    id: str
    external: bool
    at: int
    content: str = ""


@dataclass(slots=True)
class Publication:
    """One member's copy; `published_at` is 0 until she publishes. `customers` is kept when only some may see it."""

    userid: str
    published_at: int = 0
    customers: list[str] = field(default_factory=list)
    likes: list[Reaction] = field(default_factory=list)
    comments: list[Reaction] = field(default_factory=list)


@dataclass(slots=True)
class Moment:
    """create_type 0 by the corp (an app), 1 by the member; `tags` limits who may see it; `public`: nobody was named."""

    moment_id: str
    created_at: int
    text: str
    attachments: list[dict[str, Any]] = field(default_factory=list)
    create_type: int = 0
    creator: str = ""
    public: bool = True
    tags: list[str] = field(default_factory=list)
    location: dict[str, str] = field(default_factory=dict)
    copies: dict[str, Publication] = field(default_factory=dict)
    cancelled: bool = False


@dataclass(slots=True)
class Job:
    """add_moment_task on its way: started, in progress, done. `waiting`: members still to be looked at."""

    jobid: str
    agentid: int
    created_at: float
    moment_id: str
    waiting: list[str] = field(default_factory=list)
    done: bool = False
    error: int = 0
    invalid_users: list[str] = field(default_factory=list)
    invalid_departments: list[int] = field(default_factory=list)
    invalid_tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Moments:
    """`coming`: the Moments of unfinished jobs by jobid."""

    by_id: dict[str, Moment] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    coming: dict[str, Moment] = field(default_factory=dict)
    _of_member: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for moment in self.by_id.values():
            self._enter(moment)

    def find(self, moment_id: str) -> Moment | None:
        return self.by_id.get(moment_id)

    def add(self, moment: Moment) -> None:
        self.by_id[moment.moment_id] = moment
        self._enter(moment)

    def of_member(self, userid: str) -> list[Moment]:
        """Newest first, published or not."""
        return [self.by_id[each] for each in reversed(self._of_member.get(userid.lower(), []))]

    def _enter(self, moment: Moment) -> None:
        for userid in moment.copies:
            self._of_member.setdefault(userid, []).append(moment.moment_id)
