"""What is stored of customers: the person, her follow relations with guides, tags, and the timeline."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.sealed import SealedText


class Consent(StrEnum):
    """What a customer lets us send (接收意愿)."""

    ALL = "all"
    SERVICE_ONLY = "service_only"
    NONE = "none"


class Customer(Base):
    """A person outside (客户). `tag_ids` is the union over her active follow relations, kept by customers.actions.

    `name` may be empty until the profile was pulled. The phone is sealed; `phone_last4` is for showing. `owner_id` (归属) and
    `owner_why` follow the brand's rule, not before `owner_locked_until`; `merged_into_id` points to the row she lives on in.
    Who was erased leaves an empty row that points to itself, so that no list, count or segment holds her any more.
    """

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_phone", "phone"),
        Index("ix_customer_phone_last4", "phone_last4", "id", postgresql_where=text("phone_last4 IS NOT NULL")),
        Index("ix_customer_member_no", "member_no"),
        Index("ix_customer_unionid", "unionid", postgresql_where=text("unionid IS NOT NULL")),
        Index("ix_customer_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index("ix_customer_name_grams", text("name_grams(name::text)"), postgresql_using="gin"),
        Index("ix_customer_pull", "pull_wanted_at", postgresql_where=text("pull_wanted_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_userid: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(10_000), default="")
    avatar_url: Mapped[str] = mapped_column(String(1024), default="")
    gender: Mapped[int] = mapped_column(Integer, default=0)
    type: Mapped[int] = mapped_column(Integer, default=1)
    corp_name: Mapped[str] = mapped_column(String(200), default="")
    unionid: Mapped[str | None] = mapped_column(SealedText("customer.unionid"))
    phone: Mapped[str | None] = mapped_column(SealedText("customer.phone"))
    phone_last4: Mapped[str | None] = mapped_column(String(4))
    member_no: Mapped[str | None] = mapped_column(String(40))
    birthday: Mapped[date | None]
    province: Mapped[str] = mapped_column(String(20), default="", server_default="")
    city: Mapped[str] = mapped_column(String(40), default="", server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    owner_why: Mapped[str] = mapped_column(String(20), default="first", server_default="first")
    owner_locked_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    consent: Mapped[Consent] = mapped_column(String(12), default=Consent.ALL)
    tag_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    created_at: Mapped[datetime]
    pulled_at: Mapped[datetime | None]
    pull_wanted_at: Mapped[datetime | None]


class FollowStatus(StrEnum):
    """half → active → ended_by_customer | ended_by_guide | transferred; any ended → active when added again."""

    HALF = "half"
    ACTIVE = "active"
    ENDED_BY_CUSTOMER = "ended_by_customer"
    ENDED_BY_GUIDE = "ended_by_guide"
    TRANSFERRED = "transferred"


class Follow(Base):
    """A guide follows a customer (跟进关系). `changed_at` is the platform's moment of the newest event applied:
    an older event never overwrites a newer one, so the order of arrival does not matter. `external_userid` is how the platform
    calls her in this relation where that is not the customer's own: it came over in a merge.

    `tag_ids` is what we want, `platform_tag_ids` what the platform was last known to have. One mark_tag call at a time is
    under way (`tags_writing`), because two at once collide (45035) and may land in the wrong order; `tags_settled_at` is when
    the last one was answered. `tag_revision` counts changes of tags, for unique keys. No index knows the tags of a relation or of
    a customer, so that a change of them stays on its page (HOT); who asks by tag asks customer_facts.
    """

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("customer_id", "staff_id"),
        Index("ix_follow_staff_id_followed_at", "staff_id", "followed_at"),
        Index("ix_follow_followed_at", "followed_at"),
        Index("ix_follow_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_follow_staff_contact", "staff_id", "last_contact_at"),
        Index(
            "ix_follow_remark_grams",
            text("name_grams(remark::text)"),
            postgresql_using="gin",
            postgresql_where=text("remark <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[FollowStatus] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(64), default="")
    add_way: Mapped[int] = mapped_column(Integer, default=0)
    remark: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(String(1000), default="")
    tag_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    followed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    last_contact_at: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    platform_tag_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    tags_writing: Mapped[bool] = mapped_column(default=False)
    tags_settled_at: Mapped[datetime | None]
    tag_revision: Mapped[int] = mapped_column(Integer, default=0)
    external_userid: Mapped[str | None] = mapped_column(String(64))


class TagGroup(Base):
    """A group of tags (标签组): 消费属性, 行为偏好 … `platform_id` is None until the platform knows it.

    Of an exclusive group a follow relation carries at most one tag: a new one takes the place of the old. `editing`: a change of
    ours is on its way to the platform; `edited_at` when we last changed it or the platform answered; `news` what was changed
    there at the same time, in Chinese.
    """

    __tablename__ = "tag_group"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    platform_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    order: Mapped[int] = mapped_column(default=0)
    exclusive: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    editing: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    edited_at: Mapped[datetime | None]
    news: Mapped[str] = mapped_column(String(200), default="", server_default="")
    removed_at: Mapped[datetime | None]


class Tag(Base):
    """A tag (标签). `id` is small and ours, so that arrays and bitmaps of tags stay small. `customers` is how many had it when
    they were last counted; `editing`, `edited_at`, `news` as for its group.
    """

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("tag_group.id"), index=True)
    platform_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    order: Mapped[int] = mapped_column(default=0)
    editing: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    edited_at: Mapped[datetime | None]
    news: Mapped[str] = mapped_column(String(200), default="", server_default="")
    customers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    counted_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


HEARD = "kind IN ('opened', 'replied', 'visited')"


class TimelineEntry(Base):
    """One moment of a customer's life with us (客户轨迹). `once` makes repeating the cause harmless.

    Staff are never deleted and stand here without a foreign key: every write would lock the guide's row for it.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("ix_timeline_entry_customer_id_at", "customer_id", "at"),
        Index("ix_timeline_entry_kind_at", "kind", "at"),
        Index("ix_timeline_entry_heard", "customer_id", "kind", "at", postgresql_where=text(HEARD)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column(String(200), unique=True)
