"""Open and seal the platform's callback envelopes (DOC 90968). Trusts nothing before the signature, parses no XML before it.

wechatpy's own crypto is not used: it parses before checking, compares with != and lets seven kinds of exceptions out.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from foundation.db import Json
from foundation.errors import BadEnvelope

ENCRYPT = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[\s*([A-Za-z0-9+/=]+)\s*\]\]>|([A-Za-z0-9+/=]+))\s*</Encrypt>")
BLOCK = 32
DEEPEST = 16


def encrypted_of(body: bytes) -> str:
    """The one Encrypt value of a callback's body. Raises BadEnvelope for none, two, or anything clever."""
    if body.count(b"<Encrypt") != 1:
        raise BadEnvelope("回调内容里没有唯一的 Encrypt")
    found = ENCRYPT.search(body)
    if found is None:
        raise BadEnvelope("回调的 Encrypt 不是 base64")
    return (found[1] or found[2]).decode()


class Envelope:
    """The seal of one receiver. `corp_id` must be the receiveid inside every envelope."""

    def __init__(self, token: str, aes_key: str, corp_id: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._token, self._corp_id = token, corp_id.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def _sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        values = sorted(value.encode("utf-8", "replace") for value in (self._token, timestamp, nonce, encrypted))
        return hashlib.sha1(b"".join(values), usedforsecurity=False).hexdigest()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message inside. Raises BadEnvelope when it was not sealed for us."""
        if not hmac.compare_digest(self._sign(timestamp, nonce, encrypted).encode(), signature.encode("utf-8", "replace")):
            raise BadEnvelope("签名不对")
        return self._unpack(self._decrypt(encrypted))

    def check_echo(self, signature: str, timestamp: str, nonce: str, echostr: str) -> bytes:
        """The plaintext to answer when the admin console verifies our address (DOC 90238). Raises BadEnvelope."""
        return self.open(signature, timestamp, nonce, echostr)

    def _decrypt(self, encrypted: str) -> bytes:
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise BadEnvelope("密文不是 base64") from None
        if not data or len(data) % 16:
            raise BadEnvelope("密文长度不对")
        decryptor = self._cipher.decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def _unpack(self, plain: bytes) -> bytes:
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad or len(plain) - pad < 20:
            raise BadEnvelope("密文填充不对")
        content = plain[16:-pad]
        (length,) = struct.unpack(">I", content[:4])
        if length > len(content) - 4:
            raise BadEnvelope("密文里的长度不对")
        if not hmac.compare_digest(content[4 + length :], self._corp_id):
            raise BadEnvelope("不是发给本企业的")
        return content[4 : 4 + length]

    def seal(self, plaintext: bytes | str, timestamp: str, nonce: str, *, prefix: bytes | None = None) -> str:
        """The reply envelope around a passive reply (DOC 90238). `prefix`: the 16 random bytes, given only by test vectors."""
        message = plaintext.encode() if isinstance(plaintext, str) else plaintext
        block = (prefix or os.urandom(16)) + struct.pack(">I", len(message)) + message + self._corp_id
        pad = BLOCK - len(block) % BLOCK
        encryptor = self._cipher.encryptor()
        data = encryptor.update(block + bytes([pad]) * pad) + encryptor.finalize()
        encrypted = base64.b64encode(data).decode()
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self._sign(timestamp, nonce, encrypted)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


class _Reader:
    """Builds dictionaries from expat's events: repeated elements become lists, an empty element is ""."""

    def __init__(self) -> None:
        self.root = ""
        self.result: Json | str = ""
        self._open: list[tuple[str, Json, list[str]]] = []

    def refuse(self, *_: object) -> None:
        raise BadEnvelope("消息里有 DTD 或实体")

    def start(self, name: str, _attributes: object) -> None:
        if len(self._open) >= DEEPEST:
            raise BadEnvelope("消息嵌套太深")
        self._open.append((name, {}, []))

    def text(self, data: str) -> None:
        self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, children, texts = self._open.pop()
        value: Json | str = children or "".join(texts).strip()
        if not self._open:
            self.root, self.result = name, value
            return
        parent = self._open[-1][1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def parse(xml: bytes) -> Json:
    """The inside of <xml>…</xml> of a message that was signed: text, dictionaries, lists. Raises BadEnvelope."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise BadEnvelope(f"消息不是 XML（第 {error.lineno} 行）") from None
    if reader.root != "xml" or not isinstance(reader.result, dict):
        raise BadEnvelope("消息的最外层不是 xml")
    return reader.result
