"""Jobs of media/upload_by_url: what the platform fetches by itself."""

from dataclasses import dataclass, field

RUNNING, DONE, FAILED = 1, 2, 3


@dataclass(slots=True)
class Fetch:
    jobid: str
    agentid: int
    type: str
    filename: str
    url: str
    md5: str
    created_at: int
    status: int = RUNNING
    errcode: int = 0
    media_id: str = ""
    finished_at: int = 0


@dataclass(slots=True)
class Fetches:
    by_id: dict[str, Fetch] = field(default_factory=dict)
