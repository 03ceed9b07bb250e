"""What is read of profiles: the brand's fields, a customer's answers as far as the reader may see them, what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.models import Customer
from customers.profile_models import ProfileAnswer, ProfileField
from customers.profile_rules import READABLE, answer_text
from foundation.errors import NotFound
from org.models import Role, Staff

# Where an answer is from that nobody gave to the question: the customer's own record.
RECORD = "record"


@dataclass(frozen=True)
class Known:
    """One field with what a customer answered (None: not yet), from where and when (None: her record, which has no time)."""

    field: ProfileField
    value: Any = None
    source: str = ""
    staff_id: int | None = None
    at: datetime | None = None

    @property
    def text(self) -> str:
        """The answer as people read it; "" without one."""
        return answer_text({"value": self.value})


@dataclass(frozen=True)
class Profile:
    """All living fields the reader may see, in the brand's order."""

    fields: Sequence[Known]

    @property
    def answered(self) -> list[Known]:
        """Those with an answer."""
        return [known for known in self.fields if known.value is not None]

    def next_question(self, skip: Sequence[int] = ()) -> ProfileField | None:
        """The first unanswered field in the brand's order; those to `skip` come round again when nothing else is left."""
        open_ = [known.field for known in self.fields if known.value is None]
        return next((field for field in open_ if field.id not in skip), open_[0] if open_ else None)


def profile_of(session: Session, reader: Staff, customer_id: int) -> Profile:
    """What is known of a customer, in one statement. Load the customer with permission first.

    A city that came with her record (RECORD) is not asked for again.
    """
    readable = READABLE[Role(reader.role)]
    city = select(Customer.city).where(Customer.id == customer_id).scalar_subquery()
    rows = session.execute(
        select(ProfileField, ProfileAnswer, city)
        .outerjoin(ProfileAnswer, (ProfileAnswer.field_id == ProfileField.id) & (ProfileAnswer.customer_id == customer_id))
        .where(ProfileField.removed_at.is_(None), ProfileField.readers.in_(readable))
        .order_by(ProfileField.order, ProfileField.id)
    )
    return Profile([_known(field, kept, told) for field, kept, told in rows])


def _known(field: ProfileField, kept: ProfileAnswer | None, city: str | None) -> Known:
    if kept is not None:
        return Known(field, kept.value.get("value"), kept.source, kept.staff_id, kept.at)
    return Known(field, city, RECORD) if field.key == "city" and city else Known(field)


def next_question(session: Session, staff: Staff, customer_id: int) -> ProfileField | None:
    """What to ask this customer next; None when all is known. Load the customer with permission first."""
    return profile_of(session, staff, customer_id).next_question()


def list_fields(session: Session, *, removed: bool = False) -> list[ProfileField]:
    """The brand's fields in its order, or those no longer asked for."""
    gone = ProfileField.removed_at.is_not(None) if removed else ProfileField.removed_at.is_(None)
    return list(session.scalars(select(ProfileField).where(gone).order_by(ProfileField.order, ProfileField.id).limit(200)))


def get_field(session: Session, field_id: int) -> ProfileField:
    """A field, removed ones too; raises NotFound."""
    field = session.get(ProfileField, field_id)
    if field is None:
        raise NotFound("没有这个字段")
    return field


COUNTED = 1_000_000


def count_answers(session: Session, field_ids: Sequence[int]) -> dict[int, int]:
    """How many customers answered each field, counted up to a million each."""
    counts = {}
    for field_id in field_ids:
        some = select(ProfileAnswer.field_id).where(ProfileAnswer.field_id == field_id).limit(COUNTED).subquery()
        counts[field_id] = session.scalar(select(func.count()).select_from(some)) or 0
    return counts
