"""Uploaded files: temporary media (three days) and permanent images (uploadimg); real bytes, kept in memory."""

from dataclasses import dataclass, field

LIFE = 3 * 86400


@dataclass(slots=True)
class Media:
    """scene 0 any message, 1 客户朋友圈, 2 商品图册 (upload_attachment); `kept` when something published shows it for good."""

    media_id: str
    type: str
    filename: str
    content_type: str
    created_at: int
    content: bytes
    scene: int = 0
    kept: bool = False

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

    def forget_old(self, now: float) -> None:
        """Free what is past its life and not kept by anything published."""
        for media_id in [each.media_id for each in self.media.values() if not each.kept and not each.alive(now)]:
            del self.media[media_id]

    def find_alive(self, media_id: str, now: float) -> Media | None:
        """What messages may carry: alive, and not uploaded for a scene of its own."""
        found = self.media.get(media_id)
        return found if found and found.alive(now) and not found.scene else None

    def find_given(self, media_id: str, now: float) -> Media | None:
        """What media/get gives: alive, or the picture of a Moment or product."""
        found = self.media.get(media_id)
        return found if found and (found.alive(now) or (found.kept and found.scene)) else None

    def find_shown(self, media_id: str, now: float) -> Media | None:
        """What can be looked at: alive, or kept by something published."""
        found = self.media.get(media_id)
        return found if found and (found.kept or found.alive(now)) else None
