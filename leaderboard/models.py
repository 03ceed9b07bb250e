"""What is stored of performance: facts of a guide's day, recomputed from their sources, and boards already pushed."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class GuideDay(Base):
    """One guide's facts of one Shanghai day (日事实). Recomputed, never incremented, so a repeated event cannot count twice.

    `store_id` and `path` are where she stood that day. `tagged` and `touched` count customers (touched: tagged or
    sent to, each once), `sends` counts sends. `points` is what boards rank by (leaderboard.rules.points).
    """

    __tablename__ = "guide_day"
    __table_args__ = (
        Index("ix_guide_day_on_points", "on", "points"),
        Index("ix_guide_day_store_id_on", "store_id", "on"),
        Index("ix_guide_day_on_path", "on", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    path: Mapped[str] = mapped_column(String(400))
    adds: Mapped[int] = mapped_column(Integer, default=0)
    losses: Mapped[int] = mapped_column(Integer, default=0)
    tagged: Mapped[int] = mapped_column(Integer, default=0)
    sends: Mapped[int] = mapped_column(Integer, default=0)
    touched: Mapped[int] = mapped_column(Integer, default=0)
    tasks_done: Mapped[int] = mapped_column(Integer, default=0)
    tasks_late: Mapped[int] = mapped_column(Integer, default=0)
    cares_done: Mapped[int] = mapped_column(Integer, default=0)
    points: Mapped[int] = mapped_column(Integer, default=0)
    recounted_at: Mapped[datetime]


class BoardPush(Base):
    """One evening's leaderboard on its way to everybody; `pushed_to` is the cursor of the fan-out."""

    __tablename__ = "board_push"

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    pushed_to: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class WeekFacts:
    """What is counted of a week (Monday first, Shanghai) for persona drift. Recomputed, never incremented.

    `friends` are the active follows held when the week ended (now, for the running one). `life` to `solving` count what was sent
    or posted of the five content types (五类内容).
    """

    added: Mapped[int] = mapped_column(Integer, default=0)
    ended: Mapped[int] = mapped_column(Integer, default=0)
    lost: Mapped[int] = mapped_column(Integer, default=0)
    sends: Mapped[int] = mapped_column(Integer, default=0)
    links: Mapped[int] = mapped_column(Integer, default=0)
    opened: Mapped[int] = mapped_column(Integer, default=0)
    posts: Mapped[int] = mapped_column(Integer, default=0)
    friends: Mapped[int] = mapped_column(Integer, default=0)
    life: Mapped[int] = mapped_column(Integer, default=0)
    work: Mapped[int] = mapped_column(Integer, default=0)
    fun: Mapped[int] = mapped_column(Integer, default=0)
    sales: Mapped[int] = mapped_column(Integer, default=0)
    solving: Mapped[int] = mapped_column(Integer, default=0)


class GuideWeek(WeekFacts, Base):
    """One member's facts of one week (周事实). `persona_id` is 0 for what she did in whatever voice (friends too), else the
    persona the posts of this row were written for.
    """

    __tablename__ = "guide_week"

    week: Mapped[date] = mapped_column(Date, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    persona_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class PlaceWeek(WeekFacts, Base):
    """The sums of those who spoke in a persona at one place (their path and store, 0 for none) when the week was counted last."""

    __tablename__ = "place_week"

    week: Mapped[date] = mapped_column(Date, primary_key=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("persona.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
