"""Jobs of serving: reminders of the next steps guides planned. Plain functions."""

from customers.service_actions import remind_steps
from foundation.db import transaction


def remind_due_steps() -> int:
    """A card for each next step that is due, chunk by chunk, one transaction each; how many were gone through."""
    total = 0
    while True:
        with transaction() as session:
            done = remind_steps(session)
        if done == 0:
            return total
        total += done
