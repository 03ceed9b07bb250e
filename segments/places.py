"""Places a rule names that nobody knows: shanghai, or a slip of the pen. Said beside the count, for none of them lives there."""

from sqlalchemy.orm import Session

from customers.place_rules import CITIES, province_of
from org.models import Staff
from segments.nodes import Condition, Rule
from segments.queries import count
from segments.readable import leaves_in

# Each costs a count.
MOST_ASKED = 3


def unknown_places(session: Session, viewer: Staff, rule: Rule) -> list[str]:
    """Typed provinces and cities that are none we know and that none of her customers lives in, the first few."""
    asked = {
        Condition(leaf.field, "any_of", (word,)): str(word)
        for _, leaf in leaves_in(rule)
        if isinstance(leaf, Condition) and leaf.field in ("province", "city")
        for word in leaf.value
        if not _is_known(leaf.field, str(word))
    }
    few = list(asked.items())[:MOST_ASKED]
    return [word for condition, word in few if not count(session, viewer, condition)]


def _is_known(field: str, word: str) -> bool:
    return word in CITIES if field == "province" else province_of(word) is not None
