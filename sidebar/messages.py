"""What goes into the chat or into 朋友圈 for one item, in the words of the JS-SDK (DOC 100749). Knows no request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from content_library.bodies import MINIPROGRAM_TITLE_BYTES
from content_library.link_actions import track
from content_library.link_rules import short_address, target_of
from content_library.models import Item, ItemKind, ItemVersion
from content_library.rules import fill
from foundation.config import settings
from foundation.db import Json
from foundation.errors import Invalid, NotFound
from foundation.text import cut_bytes
from outbox.media import keep_media, want_media

MAX_TITLE, MAX_DESC = 128, 512
LONGEST_ID = 512


@dataclass(frozen=True)
class To:
    """Whom it is for: `customer_id` None means 朋友圈 (many). `filled` is what its words are filled with.

    `lost`: the platform's id of a file that WeCom's client just refused (DOC 94345); it gets a new one.
    """

    staff_id: int
    customer_id: int | None
    filled: Mapping[str, str]
    lost: str = ""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt="shared-picture")


def shared_picture(item_id: int, blob_key: str) -> str:
    """The public address of a picture that goes out with an item's card: WeChat fetches it without signing in."""
    path = url_for("sidebar.show_shared_picture", token=_signer().dumps([item_id, blob_key]))
    return settings().public_base_url + path


def picture_of_token(token: str) -> tuple[int, str]:
    """The item and the blob such an address stands for. Raises NotFound for one we did not make."""
    try:
        item_id, blob_key = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        raise NotFound("图片不存在") from None
    return int(item_id), str(blob_key)


def lost_file(said: object) -> str:
    """The file a page says the client refused: {"lost": id}; "" for anything else."""
    return str(said.get("lost") or "")[:LONGEST_ID] if isinstance(said, Mapping) else ""


def _media(session: Session, item: Item, version: ItemVersion, kind: str, lost: str) -> str | None:
    key, body = str(version.body.get("blob_key") or ""), version.body
    endings = {"image": "jpg", "video": "mp4"}
    filename = str(body.get("filename") or f"{item.title[:40]}.{endings.get(kind, 'bin')}")
    return want_media(session, keep_media(session, kind, key, filename), lost=lost)  # type: ignore[arg-type]


def tracked_code(session: Session, item: Item, version: ItemVersion, to: To) -> str:
    """The code of this guide's tracked link to what the item leads to. Raises Invalid for an item that leads nowhere."""
    url = target_of(ItemKind(item.kind), version.body)
    if url is None:
        raise Invalid("这条内容没有链接")
    link = track(
        session, item_id=item.id, version_id=version.id, staff_id=to.staff_id, customer_id=to.customer_id, url=url,
        once="chat" if to.customer_id else "moments",
    )  # fmt: skip
    return link.code


def _news(session: Session, item: Item, version: ItemVersion, to: To) -> Json:
    body, words = version.body, dict(to.filled)
    news = {
        "link": short_address(settings().public_base_url, tracked_code(session, item, version, to)),
        "title": cut_bytes(fill(version.title, words), MAX_TITLE),
        "desc": cut_bytes(fill(str(body.get("desc") or body.get("text") or ""), words), MAX_DESC),
    }
    return news | ({"imgUrl": shared_picture(item.id, body["blob_key"])} if body.get("blob_key") else {})


def _miniprogram(item: Item, version: ItemVersion, to: To) -> Json:
    body = version.body
    card = {
        "appid": body["appid"],
        "title": cut_bytes(fill(version.title, dict(to.filled)), MINIPROGRAM_TITLE_BYTES),
        "page": body["page"],
    }
    return card | {"imgUrl": shared_picture(item.id, body["blob_key"])}


def _uploaded(kind: str) -> Callable[[Session, Item, ItemVersion, To], Json | None]:
    def message(session: Session, item: Item, version: ItemVersion, to: To) -> Json | None:
        media_id = _media(session, item, version, kind, to.lost)
        return {"msgtype": kind, kind: {"mediaid": media_id}} if media_id else None

    return message


def _as_news(session: Session, item: Item, version: ItemVersion, to: To) -> Json:
    return {"msgtype": "news", "news": _news(session, item, version, to)}


def _as_link(session: Session, item: Item, version: ItemVersion, to: To) -> Json:
    news = _news(session, item, version, to)
    news["url"] = news.pop("link")
    return {"msgtype": "link", "link": news}


def _as_miniprogram(_session: Session, item: Item, version: ItemVersion, to: To) -> Json:
    return {"msgtype": "miniprogram", "miniprogram": _miniprogram(item, version, to)}


Maker = Callable[[Session, Item, ItemVersion, To], Json | None]
TO_CHAT: dict[ItemKind, Maker] = {
    ItemKind.IMAGE: _uploaded("image"), ItemKind.VIDEO: _uploaded("video"), ItemKind.FILE: _uploaded("file"),
    ItemKind.LINK: _as_news, ItemKind.ARTICLE: _as_news, ItemKind.COUPON: _as_news, ItemKind.LOOK: _as_news,
    ItemKind.MINIPROGRAM: _as_miniprogram,
}  # fmt: skip
TO_MOMENTS: dict[ItemKind, Maker] = {
    ItemKind.IMAGE: _uploaded("image"), ItemKind.LOOK: _uploaded("image"), ItemKind.VIDEO: _uploaded("video"),
    ItemKind.LINK: _as_link, ItemKind.ARTICLE: _as_link, ItemKind.COUPON: _as_link,
}  # fmt: skip


def messages_of(session: Session, item: Item, version: ItemVersion, to: To) -> Sequence[Json] | None:
    """The messages (one, so far) that send this item; None while the platform does not hold its file yet: ask again soon.

    Raises Invalid for a kind that is sent otherwise: scripts are words, posters are drawn.
    """
    maker = (TO_CHAT if to.customer_id else TO_MOMENTS).get(ItemKind(item.kind))
    if maker is None:
        raise Invalid("这条内容不能这样发送")
    message = maker(session, item, version, to)
    return None if message is None else [message]
