"""Personal data at rest: a column type that encrypts with AES-SIV, so equal values can still be looked up."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from foundation.config import settings

KEY_ID = b"\x01"


@lru_cache(maxsize=1)
def _cipher() -> AESSIV:
    key = hashlib.sha512(b"guidedesk column key" + settings().secret_key.get_secret_value().encode()).digest()
    return AESSIV(key)


@lru_cache(maxsize=1)
def _digest_key() -> bytes:
    return hashlib.sha512(b"guidedesk digest" + settings().secret_key.get_secret_value().encode()).digest()


def keyed_digest(place: str, value: str) -> str:
    """64 hex digits that tell whether a value is the same, and nothing to whoever lacks the key."""
    return hmac.digest(_digest_key(), f"{place}\0{value}".encode(), "sha256").hex()


class SealedText(TypeDecorator[str]):
    """Text that is ciphertext in the table. `place` ("customer.phone") is bound in, so a value cannot be moved elsewhere."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        if value is None:
            return None
        return KEY_ID + _cipher().encrypt(value.encode(), [self.place.encode()])

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        if value is None:
            return None
        if value[:1] != KEY_ID:
            raise ValueError(f"{self.place}: sealed with an unknown key {value[:1]!r}")
        return _cipher().decrypt(bytes(value[1:]), [self.place.encode()]).decode()


def masked_phone(last4: str | None) -> str:
    """How a phone is shown: `138****8000` needs the head too, so only the last four are kept in clear."""
    return f"*******{last4}" if last4 else ""
