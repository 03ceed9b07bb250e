"""A dry run of stage rules: what would change today, worked out on a sample and told for all. Changes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from customers.lives import lives_of
from customers.models import Customer
from customers.policies import policy
from customers.tier_models import Stage
from customers.tier_rules import StageRules, rules_of, stage_of, warning_of
from foundation import clock

SAMPLE = 5_000
SHOWN = 5


@dataclass(frozen=True)
class Trial:
    """`moved` of `sampled` customers would change stage; `total` is how many customers there are, `exact` whether all were tried.

    `flows` counts (from, to); `warned` how many of the sample would be warned of, `warned_now` are by today's rules.
    `examples`: customer ids with the steps and the new rule's reason.
    """

    total: int
    sampled: int
    moved: int
    flows: Sequence[tuple[Stage, Stage, int]]
    warned: int
    warned_now: int
    examples: Sequence[tuple[int, Stage, Stage, str]]

    @property
    def exact(self) -> bool:
        """Whether everybody was tried."""
        return self.sampled == self.total

    def of_all(self, counted: int) -> int:
        """A count of the sample, told for all customers."""
        return round(counted * self.total / self.sampled) if self.sampled else 0


def try_rules(session: Session, wanted: StageRules, now: datetime) -> Trial:
    """Both rules side by side on up to 5,000 customers: everybody when there are no more. Three statements and the policies."""
    held, today = rules_of(policy(session, "stages")), clock.day_of(now)
    total, ids = sample(session)
    window = policy(session, "rfm")["window_days"]
    before = lives_of(session, ids, now, window_days=window, koc_tag=held.koc_tag)
    flows: Counter[tuple[Stage, Stage]] = Counter()
    examples: list[tuple[int, Stage, Stage, str]] = []
    warned = warned_now = 0
    for id_, life in before.items():
        (was, _), (then, why) = stage_of(life, held, today), stage_of(life, wanted, today)
        warned += bool(warning_of(life, wanted, then, today))
        warned_now += bool(warning_of(life, held, was, today))
        if was != then:
            flows[was, then] += 1
            if len(examples) < SHOWN:
                examples.append((id_, was, then, why))
    moved = [(was, then, count) for (was, then), count in flows.most_common()]
    return Trial(total, len(before), sum(flows.values()), moved, warned, warned_now, examples)


def sample(session: Session) -> tuple[int, Sequence[int]]:
    """(how many customers, ids of a sample): numbers drawn evenly between the first and the last, so nothing is scanned."""
    living = Customer.merged_into_id.is_(None)
    few = session.scalars(select(Customer.id).where(living).limit(SAMPLE + 1)).all()
    if len(few) <= SAMPLE:
        return len(few), few
    least, most, total = session.execute(select(func.min(Customer.id), func.max(Customer.id), func.count(Customer.id))).one()
    drawn = Random(most).sample(range(least, most + 1), min(most - least + 1, 3 * SAMPLE))  # noqa: S311 a sample, not a secret
    found = session.scalars(select(Customer.id).where(Customer.id.in_(drawn), living)).all()
    return total, found[:SAMPLE]
