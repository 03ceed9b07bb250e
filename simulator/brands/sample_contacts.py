"""Mobile numbers and mail addresses of the sample brand's people; made from their places, no randomness."""

import random

from simulator.world.state import State


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Numbers of a block nobody has; the corp's mailbox and her own address."""
    for number, member in enumerate(state.people.members.values()):
        member.mobile = f"1380000{number:04d}"
        member.email = f"{member.userid}@example.com"
        member.biz_mail = f"{member.userid}@xueling.example.com"
