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


def chat_id(rng: random.Random) -> str:
    """A customer group's id: wr + 30 characters."""
    return opaque(rng, 32, "wr")


def opengid(rng: random.Random) -> str:
    """The id mini programs know a group by: o + 27 characters."""
    return opaque(rng, 28, "o")


def group_welcome_id(rng: random.Random) -> str:
    """A template of a group's welcome: msg + 29 characters."""
    return opaque(rng, 32, "msg")


def group_send_id(rng: random.Random) -> str:
    """A 企业群发: msg + 29 characters."""
    return opaque(rng, 32, "msg")


def moment_id(rng: random.Random) -> str:
    return opaque(rng, 32, "mom")


def fetch_id(rng: random.Random) -> str:
    """A job of media/upload_by_url."""
    return opaque(rng, 50, "jobid_")


def strategy_tag_id(rng: random.Random) -> str:
    return opaque(rng, 32, "st")


def link_id(rng: random.Random) -> str:
    """A 获客链接."""
    return opaque(rng, 32, "caw")


def config_id(rng: random.Random) -> str:
    return "".join(rng.choices(HEX, k=32))


def member_version(rng: random.Random) -> str:
    return "".join(rng.choices(HEX, k=32))


def access_token(rng: random.Random) -> str:
    return opaque(rng, 214)


def media_id(rng: random.Random) -> str:
    return opaque(rng, 64, "1")


def open_kfid(rng: random.Random) -> str:
    return opaque(rng, 32, "wk")


def kf_link(rng: random.Random) -> str:
    """The last part of a kf account's address: kfc + 15 hex digits."""
    return "kfc" + "".join(rng.choices(HEX, k=15))


def kf_scene(rng: random.Random) -> str:
    return opaque(rng, 35, "ENC")


def kf_token(rng: random.Random) -> str:
    return opaque(rng, 48, "ENC")


def kf_code(rng: random.Random) -> str:
    return opaque(rng, 43)


def kf_msgid(rng: random.Random) -> str:
    return opaque(rng, 32)


def hint(rng: random.Random, now: float) -> str:
    """The 25-digit hint of an error text: unix seconds and fifteen more digits."""
    return f"{int(now)}{rng.randrange(10**15):015d}"
