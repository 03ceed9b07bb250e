"""What is stored of acquisition (用户拉新): channel codes with their tags, remark and welcome."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class CodeStatus(StrEnum):
    """wanted → ready | failed; failed → wanted when asked for again."""

    WANTED = "wanted"
    READY = "ready"
    FAILED = "failed"


class Welcome(Base):
    """A welcome (欢迎语) with the variables {客户称呼} {导购} {门店}. The one with no scope is the brand's default."""

    __tablename__ = "welcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(2000))
    picture_key: Mapped[str | None] = mapped_column(String(80))
    is_default: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class ChannelCode(Base):
    """A guide's code for one channel (渠道活码). `state` (≤ 30 characters, DOC 92228) comes back in the add event."""

    __tablename__ = "channel_code"
    __table_args__ = (UniqueConstraint("staff_id", "channel"), Index("ix_channel_code_channel", "channel", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(30), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    config_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    qr_code: Mapped[str] = mapped_column(String(1024), default="")
    tag_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    welcome_id: Mapped[int | None] = mapped_column(ForeignKey("welcome.id"))
    status: Mapped[CodeStatus] = mapped_column(String(10), default=CodeStatus.WANTED)
    problem: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]


__all__ = ["ChannelCode", "CodeStatus", "Welcome"]
