"""Ids of customers made of their numbers and back: keyed, no table, and a foreign id is known as one."""

import base64
import hashlib

PREFIX = "wm"
LENGTH = 32
BYTES = 22
HIDDEN = 5


class Numbering:
    """number (below 2^40) to 22 bytes: a 17-byte seal of the number, then the number hidden under a pad made of the seal."""

    def __init__(self, seed: int) -> None:
        self._seal = hashlib.blake2b(digest_size=BYTES - HIDDEN, key=f"seal {seed}".encode())
        self._pad = hashlib.blake2b(digest_size=HIDDEN, key=f"pad {seed}".encode())

    def id_of(self, number: int) -> str:
        """`wm` and 30 characters of A-Z a-z 0-9 - _"""
        plain = number.to_bytes(HIDDEN, "little")
        seal = self._sealed(plain)
        return PREFIX + base64.urlsafe_b64encode(seal + self._hidden(seal, plain)).decode()[: LENGTH - len(PREFIX)]

    def number_of(self, external_userid: str) -> int | None:
        """None for an id that is not one of ours."""
        if len(external_userid) != LENGTH or not external_userid.startswith(PREFIX) or not external_userid.isascii():
            return None
        try:
            raw = base64.b64decode(external_userid[len(PREFIX) :] + "==", b"-_", validate=True)
        except ValueError:
            return None
        seal, hidden = raw[: BYTES - HIDDEN], raw[BYTES - HIDDEN :]
        plain = self._hidden(seal, hidden)
        number = int.from_bytes(plain, "little")
        return number if self._sealed(plain) == seal and self.id_of(number) == external_userid else None

    def _sealed(self, plain: bytes) -> bytes:
        state = self._seal.copy()
        state.update(plain)
        return state.digest()

    def _hidden(self, seal: bytes, plain: bytes) -> bytes:
        state = self._pad.copy()
        state.update(seal)
        mask = int.from_bytes(state.digest(), "little")
        return (int.from_bytes(plain, "little") ^ mask).to_bytes(HIDDEN, "little")
