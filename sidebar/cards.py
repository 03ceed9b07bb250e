"""An item as a card on the guide's page: its words filled for this guide and customer, its picture, its marks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from content_library.bodies import bubbles_for
from content_library.finding import Marks
from content_library.models import Item, ItemKind, ItemVersion
from content_library.rules import fill
from content_library.suggesting_rules import TO_VERIFY

KINDS = {
    ItemKind.SCRIPT: "话术", ItemKind.POSTER: "海报", ItemKind.IMAGE: "图片", ItemKind.LINK: "链接", ItemKind.ARTICLE: "文章",
    ItemKind.VIDEO: "视频", ItemKind.FILE: "文件", ItemKind.MINIPROGRAM: "小程序", ItemKind.COUPON: "优惠券",
    ItemKind.LOOK: "搭配",
}  # fmt: skip
MATERIALS = tuple(kind for kind in KINDS if kind not in (ItemKind.SCRIPT, ItemKind.POSTER))
PICTURED = (ItemKind.IMAGE, ItemKind.LINK, ItemKind.ARTICLE, ItemKind.MINIPROGRAM, ItemKind.COUPON, ItemKind.LOOK)
# What may be posted in 朋友圈 through the client (shareToExternalMoments takes pictures, one video or one link).
POSTABLE = (ItemKind.IMAGE, ItemKind.LOOK, ItemKind.LINK, ItemKind.ARTICLE, ItemKind.COUPON, ItemKind.VIDEO)


@dataclass(frozen=True)
class Card:
    """`bubbles` are the messages of a script, the words of anything else (for 朋友圈); `picture` says whether it has one.

    `heed` is what the guide is to verify before she sends it (发之前先核实); "" when there is nothing.
    """

    item: Item
    version: ItemVersion
    bubbles: Sequence[str]
    picture: bool
    details: str
    marks: Marks
    why: Sequence[str] = ()
    heed: str = ""

    @property
    def kind_name(self) -> str:
        """The kind in Chinese."""
        return KINDS[ItemKind(self.item.kind)]

    @property
    def is_script(self) -> bool:
        """Words alone: sent as they stand, or changed first."""
        return self.item.kind == ItemKind.SCRIPT

    @property
    def postable(self) -> bool:
        """May go to 朋友圈 with its picture."""
        return self.item.kind in POSTABLE

    @property
    def ends_at(self) -> int | None:
        """Milliseconds after which the open page must not send it any more."""
        ends: datetime | None = self.item.valid_until
        return int(ends.timestamp() * 1000) if ends else None


def words_of(version: ItemVersion, filled: Mapping[str, str], persona_id: int | None, stage: str) -> list[str]:
    """The bubbles that suit voice and stage, else a look's or picture's own words; filled."""
    own = [str(version.body.get(name) or "") for name in ("text", "desc")]
    texts = bubbles_for(version.body, persona_id, stage) or [text for text in own if text][:1]
    return [fill(text, dict(filled)) for text in texts]


def heed_of(version: ItemVersion, persona_id: int | None, stage: str) -> str:
    """What to verify before sending: the note of the variant that suits, else the item's own, else what its tag says."""
    chosen = bubbles_for(version.body, persona_id, stage)
    hers = [str(one.get("note") or "") for one in version.body.get("variants", []) if list(one["bubbles"]) == chosen]
    tagged = TO_VERIFY if TO_VERIFY in (version.tags or []) else ""
    return next((note for note in (*hers, str(version.body.get("note") or "")) if note), tagged)


def card_of(
    item: Item,
    version: ItemVersion,
    filled: Mapping[str, str],
    voice: tuple[int | None, str],
    marks: Marks,
    why: Sequence[str] = (),
) -> Card:
    """The card of one item; `voice` is (persona, stage of the customer)."""
    body = version.body
    details = "、".join(str(one.get("name", "")) for one in body.get("products", []))
    details = fill(details or str(body.get("terms") or body.get("filename") or ""), dict(filled))
    picture = item.kind in PICTURED and bool(body.get("blob_key"))
    return Card(item, version, words_of(version, filled, *voice), picture, details, marks, why, heed_of(version, *voice))
