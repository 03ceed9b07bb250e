"""What is stored of time: how far each timed job has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base


class Tick(Base):
    """A timed job's high-water mark: `done_to` is the last moment (or day) fully taken care of."""

    __tablename__ = "tick"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    done_to: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
