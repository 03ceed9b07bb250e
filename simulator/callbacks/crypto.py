"""The callback envelope: signature and AES-256-CBC with 32-byte padding (DOC 90968); written from the sheet alone."""

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class EnvelopeError(ValueError):
    """The envelope is not one of ours: signature, base64, length, padding or receiver is wrong."""


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """msg_signature: sha1 over the four values, sorted and joined, in lower hex."""
    joined = "".join(sorted((token, timestamp, nonce, encrypted)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


class Envelope:
    """Seals and opens what one receiver gets. `receiveid` is the corpid for corp apps. ValueError: a key that is no base64."""

    def __init__(self, token: str, aes_key: str, receiveid: str) -> None:
        if len(aes_key) != 43:
            raise ValueError("an EncodingAESKey has exactly 43 characters")
        self._token = token
        self._key = base64.b64decode(aes_key + "=", validate=True)
        self._receiveid = receiveid.encode()

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        return sign(self._token, timestamp, nonce, encrypted)

    def encrypt(self, message: bytes, prefix: bytes) -> str:
        """Base64 of the sealed message; `prefix` is 16 random bytes."""
        plain = prefix + struct.pack(">I", len(message)) + message + self._receiveid
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside; raises EnvelopeError."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(sealed) + decryptor.finalize()
        except ValueError as error:
            raise EnvelopeError(str(error)) from error
        if not plain or not 1 <= plain[-1] <= BLOCK:
            raise EnvelopeError("padding")
        plain = plain[: -plain[-1]]
        if len(plain) < 20:
            raise EnvelopeError("too short")
        end = 20 + int(struct.unpack(">I", plain[16:20])[0])
        if plain[end:] != self._receiveid:
            raise EnvelopeError("receiveid")
        return plain[20:end]

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message inside a signed envelope; raises EnvelopeError."""
        if not hmac.compare_digest(self.sign(timestamp, nonce, encrypted).encode(), signature.encode()):
            raise EnvelopeError("signature")
        return self.decrypt(encrypted)

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
