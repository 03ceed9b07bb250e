"""What is stored of personas beside the persona itself: who holds one, words nobody should send, the persona calendar
(人设剧本)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class PersonaHolder(Base):
    """Who speaks in a persona: one guide, a whole store, or everybody of a subtree (`path`). The nearest one counts:
    guide, store,
    then the longest path. Exactly one of the three is set.
    """

    __tablename__ = "persona_holder"
    __table_args__ = (
        CheckConstraint("num_nonnulls(staff_id, store_id, path) = 1", name="one_holder"),
        Index("uq_persona_holder_staff_id", "staff_id", unique=True, postgresql_where=text("staff_id IS NOT NULL")),
        Index("uq_persona_holder_store_id", "store_id", unique=True, postgresql_where=text("store_id IS NOT NULL")),
        Index("uq_persona_holder_path", "path", unique=True, postgresql_where=text("path IS NOT NULL")),
        Index("ix_persona_holder_persona_id", "persona_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("persona.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    path: Mapped[str | None] = mapped_column(String(400))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class WordKind(StrEnum):
    """Why a word is watched: advertising-law superlative, promise, sensitive, competitor, the brand's own rule."""

    SUPERLATIVE = "superlative"
    PROMISE = "promise"
    SENSITIVE = "sensitive"
    COMPETITOR = "competitor"
    BRAND = "brand"


class WatchedWord(Base):
    """A word that stops a text (禁用词) with the reason a writer is told. Compared as rules.normal."""

    __tablename__ = "watched_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[WordKind] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(String(200), default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]


class EntryStatus(StrEnum):
    """draft → published (guides see it on its day) → draft again while its day has not come."""

    DRAFT = "draft"
    PUBLISHED = "published"


class PersonaEntry(Base):
    """One line of the persona calendar (人设剧本): on a day at a time (minutes after midnight, Shanghai) show this trait
    with this story.

    `trait` is one of the seven dimensions, `content_type` one of the five types; `text` and `follow_up` (追评) are ready to post.
    """

    __tablename__ = "persona_entry"
    __table_args__ = (Index("ix_persona_entry_on_persona_id", "on", "persona_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("persona.id"))
    on: Mapped[date]
    at_minute: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(10))
    trait: Mapped[str] = mapped_column(String(10))
    story: Mapped[str] = mapped_column(String(200))
    selling: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(String(1000), default="")
    follow_up: Mapped[str] = mapped_column(String(500), default="")
    pictures: Mapped[str] = mapped_column(String(300), default="")
    item_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    status: Mapped[EntryStatus] = mapped_column(String(10), default=EntryStatus.DRAFT)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class PersonaPost(Base):
    """A guide did an entry: posted it, and later its follow-up comment."""

    __tablename__ = "persona_post"
    __table_args__ = (
        UniqueConstraint("entry_id", "staff_id"),
        Index("ix_persona_post_staff_id_posted_at", "staff_id", "posted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("persona_entry.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    posted_at: Mapped[datetime]
    followed_up_at: Mapped[datetime | None]
