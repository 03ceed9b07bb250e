"""Uploaded files: temporary media (three days) and permanent images (uploadimg); real bytes, kept in memory."""

from dataclasses import dataclass, field

LIFE = 3 * 86400


@dataclass(slots=True)
class Media:
    media_id: str
    type: str
    filename: str
    content_type: str
    created_at: int
    content: bytes

    def alive(self, now: float) -> bool:
        return now < self.created_at + LIFE


@dataclass(slots=True)
class Image:
    id: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Files:
    media: dict[str, Media] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)

    def find_alive(self, media_id: str, now: float) -> Media | None:
        found = self.media.get(media_id)
        return found if found and found.alive(now) else None
