"""Identifiers in the shapes the platform gives them; nothing here remembers one."""

import random
import string

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def opaque(rng: random.Random, length: int, prefix: str = "") -> str:
    return prefix + "".join(rng.choices(LETTERS, k=length - len(prefix)))


def external_userid(rng: random.Random) -> str:
    """A WeChat customer's id: wm + 30 characters."""
    return opaque(rng, 32, "wm")


def tag_id(rng: random.Random) -> str:
    return opaque(rng, 32, "et")


def config_id(rng: random.Random) -> str:
    return "".join(rng.choices(HEX, k=32))


def access_token(rng: random.Random) -> str:
    return opaque(rng, 214)


def media_id(rng: random.Random) -> str:
    return opaque(rng, 64, "1")


def hint(rng: random.Random, now: float) -> str:
    """The 25-digit hint of an error text: unix seconds and fifteen more digits."""
    return f"{int(now)}{rng.randrange(10**15):015d}"
