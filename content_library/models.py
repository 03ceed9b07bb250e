"""What is stored of content: personas, items with frozen versions, and who sent what to whom."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class ContentType(StrEnum):
    """The five kinds of talk (五类内容): everyday life, work, fun, selling, solving."""

    LIFE = "生活式"
    WORK = "工作式"
    FUN = "娱乐式"
    SALES = "销售式"
    SOLVING = "解决式"


class Persona(Base):
    """A voice the brand speaks in (人设): 产品专家, 搭配师, 测评能手 …

    `mix` holds per cent of the seven dimensions (价值观 亲密度 靠谱度 专业度 生活 工作 带货), `type_mix` of the five
    content types;
    each sums to 100, or is empty when nobody set it.
    """

    __tablename__ = "persona"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    role: Mapped[str] = mapped_column(String(80), default="")
    description: Mapped[str] = mapped_column(String(500), default="")
    tone: Mapped[str] = mapped_column(String(500), default="")
    say: Mapped[list[str]] = mapped_column(ARRAY(String(60)), default=list)
    never_say: Mapped[list[str]] = mapped_column(ARRAY(String(60)), default=list)
    samples: Mapped[list[str]] = mapped_column(ARRAY(String(300)), default=list)
    mix: Mapped[dict[str, Any]] = mapped_column(default=dict)
    type_mix: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Category(Base):
    """A shelf (分类) for items; one level under another."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("parent_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    name: Mapped[str] = mapped_column(String(40))
    order: Mapped[int] = mapped_column(default=0)


class ItemKind(StrEnum):
    """What an item is (素材类型). `script` = one or more bubbles; `poster` = a template rendered per guide; `look` = 搭配,
    several
    products with one picture."""

    SCRIPT = "script"
    POSTER = "poster"
    IMAGE = "image"
    LINK = "link"
    ARTICLE = "article"
    VIDEO = "video"
    FILE = "file"
    MINIPROGRAM = "miniprogram"
    COUPON = "coupon"
    LOOK = "look"


class ItemStatus(StrEnum):
    """draft → review → published → archived; archived → published; review → draft (sent back with a comment).

    An item that was published keeps that status while a newer version of it is written or waits: see ItemVersion.
    """

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Item(Base):
    """A piece of content (素材). What a guide sends is a version; editing makes a new one and never changes an old one.

    Everything from `title` to `valid_until` mirrors the published version (of a draft never published, the newest), so that
    nothing a guide sees changes before publishing. `search` holds rules.lexemes, `initials` the pinyin initials of the
    title ("yrf" finds 羽绒服).
    """

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_search", "search", postgresql_using="gin"),
        Index("ix_item_kind_status", "kind", "status"),
        Index("ix_item_stage_id", "stage", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(String(12))
    status: Mapped[ItemStatus] = mapped_column(String(10), default=ItemStatus.DRAFT)
    title: Mapped[str] = mapped_column(String(60))
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("persona.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    stage: Mapped[str] = mapped_column(String(20), default="")
    content_type: Mapped[str] = mapped_column(String(10), default="")
    scene: Mapped[str] = mapped_column(String(10), default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    contributor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    path: Mapped[str] = mapped_column(String(400), default="")
    search_text: Mapped[str] = mapped_column(default="", deferred=True)
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    initials: Mapped[str] = mapped_column(String(200), default="")
    version_id: Mapped[int | None]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    archived_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class ItemVersion(Base):
    """What an item said at one time and where it was placed; never changed. `body` by kind:

    script {"bubbles": ["…"], "variants": [{"persona_id": n | null, "stage": "…", "bubbles": […]}], "follow_up"?: 追评,
    "note"?: what the
    guide checks first} · poster: a layout · image {"blob_key"} · link, article {"url", "desc", "blob_key"?} · video, file
    {"blob_key",
    "filename"} · miniprogram {"appid", "page", "desc", "blob_key"} · coupon {"url", "desc", "terms", "blob_key"?} · look
    {"products":
    [{"name", "role"}], "text", "blob_key"}.

    The item carries the placement (persona to validity) of its published version; `published_at` is None for a version
    guides never saw. `submitted_at` without `approved_by` waits for review (待审核).
    """

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index("ix_item_version_waiting", "id", postgresql_where=text("submitted_at IS NOT NULL AND approved_by IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[dict[str, Any]]
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("persona.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    stage: Mapped[str] = mapped_column(String(20), default="")
    content_type: Mapped[str] = mapped_column(String(10), default="")
    scene: Mapped[str] = mapped_column(String(10), default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    path: Mapped[str] = mapped_column(String(400), default="")
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class ItemComment(Base):
    """A word of an editor or reviewer about a version (审核意见)."""

    __tablename__ = "item_comment"
    __table_args__ = (Index("ix_item_comment_item_id_id", "item_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


class Favourite(Base):
    """An item a guide keeps at hand (收藏)."""

    __tablename__ = "favourite"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    at: Mapped[datetime]


class SearchMiss(Base):
    """Words a guide looked for and did not find on one day: a gap of the library (内容缺口)."""

    __tablename__ = "search_miss"
    __table_args__ = (UniqueConstraint("staff_id", "words", "on"), Index("ix_search_miss_on", "on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str] = mapped_column(String(40))
    on: Mapped[date]
    times: Mapped[int] = mapped_column(default=1)


class ItemSend(Base):
    """A guide sent a version to a customer. `once` comes from the page, so a repeated report is one send."""

    __tablename__ = "item_send"
    __table_args__ = (
        Index("ix_item_send_sent_at", "sent_at"),
        Index("ix_item_send_customer_id_item_id", "customer_id", "item_id"),
        # With the item in it, what a store sent in thirty days is read from the index alone.
        Index("ix_item_send_staff_id_sent_at", "staff_id", "sent_at", postgresql_include=["item_id"]),
        Index("ix_item_send_item_id_sent_at", "item_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # A plain number: customers is a sibling room, and siblings do not know each other.
    customer_id: Mapped[int]
    assignment_id: Mapped[int | None]
    sent_at: Mapped[datetime]
    once: Mapped[str] = mapped_column(String(80), unique=True)


class PosterRender(Base):
    """A poster drawn for one guide, cached by (version, fingerprint of what was drawn on it)."""

    __tablename__ = "poster_render"

    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    blob_key: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]


class KeptPicture(Base):
    """A picture the platform only lent us by address (a code's QR picture, an avatar), kept as our own blob.

    `key` is the SHA-256 of the address. `blob_key` is None while it is wanted or after it did not come; `tries` counts.
    """

    __tablename__ = "kept_picture"
    __table_args__ = (Index("ix_kept_picture_wanted", "wanted_at", postgresql_where=text("blob_key IS NULL")),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(1024))
    blob_key: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    wanted_at: Mapped[datetime]
