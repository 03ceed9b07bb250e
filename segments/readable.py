"""Which of the brand's own fields (档案字段) a person may ask about: what she may not read, no rule tells her either."""

from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from customers.profile_models import ProfileField
from customers.profile_rules import READABLE
from org.models import Role, Staff
from segments.fields import ANSWER
from segments.nodes import All, AnyOf, Condition, Node, Not, Within


def readable_by(viewer: Staff) -> ColumnElement[bool]:
    """The condition on profile_field: she may read its answers."""
    return ProfileField.readers.in_(READABLE[Role(viewer.role)])


def leaves_in(rule: Node, place: str = "") -> Iterator[tuple[str, Condition | Within]]:
    """Each condition and each named segment of a rule, with the place where it stands."""
    match rule:
        case All(parts) | AnyOf(parts):
            word = "all" if isinstance(rule, All) else "any"
            for number, part in enumerate(parts):
                yield from leaves_in(part, f"{place}.{word}.{number}".lstrip("."))
        case Not(part):
            yield from leaves_in(part, f"{place}.not".lstrip("."))
        case Condition() | Within():
            yield place or "rule", rule
        case _:
            return


def own_field(leaf: Condition) -> int | None:
    """The id of the brand's own field a condition asks of; None for every other question."""
    return int(leaf.field.removeprefix(ANSWER)) if leaf.field.startswith(ANSWER) else None


def kept_from(session: Session, viewer: Staff, field_ids: Iterable[int]) -> set[int]:
    """Those of the fields she may not read, removed ones too; one statement, none without fields."""
    wanted = sorted(set(field_ids))
    if not wanted:
        return set()
    return set(session.scalars(select(ProfileField.id).where(ProfileField.id.in_(wanted), ~readable_by(viewer))))
