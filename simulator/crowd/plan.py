"""How large a brand is to be, and the sizes that have a name."""

from dataclasses import dataclass, replace
from datetime import date

MOST_CUSTOMERS = 100_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """`as_of` is the brand's today: nobody was added on it or later. The same plan gives the same file."""

    stores: int
    guides: int
    customers: int
    seed: int = 7
    as_of: date = date(2025, 1, 1)

    def check(self) -> None:
        """ValueError with the reason when no brand can be made of these numbers."""
        if self.stores < 1 or self.guides < self.stores:
            raise ValueError("a brand has a store at least and in each store a guide: --stores 20 --guides 80 --customers 5000")
        if not 0 <= self.customers <= MOST_CUSTOMERS:
            raise ValueError(f"customers are from 0 to {MOST_CUSTOMERS:,}")


PRESETS = {
    "small": Plan(20, 80, 5_000),
    "medium": Plan(400, 1_600, 300_000),
    "bosideng": Plan(4_000, 16_000, 6_000_000),
}


def preset(name: str, seed: int, as_of: date) -> Plan:
    """A named size; KeyError when there is none of this name."""
    return replace(PRESETS[name], seed=seed, as_of=as_of)
