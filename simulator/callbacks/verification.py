"""The check WeCom makes when an address is saved: an encrypted echo, answered within a second (DOC 90238)."""

from dataclasses import dataclass

from simulator.callbacks.crypto import Envelope
from simulator.callbacks.post import Line
from simulator.world.apps import Receiver

LIMIT = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    verified: bool
    elapsed_ms: float
    status: int
    error: str


def verify(receiver: Receiver, corpid: str, echo: str, timestamp: str, nonce: str, prefix: bytes) -> Verdict:
    """Ask the address to open `echo`; the answer must be exactly the plaintext."""
    envelope = Envelope(receiver.token, receiver.aes_key, corpid)
    echostr = envelope.encrypt(echo.encode(), prefix)
    signature = envelope.sign(timestamp, nonce, echostr)
    args = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echostr}
    line = Line()
    answer = line.send("GET", receiver.url, args, None, LIMIT)
    line.close()
    error = answer.error
    if not error and answer.status != 200:
        error = f"HTTP {answer.status}"
    elif not error and answer.body != echo.encode():
        error = f"the body is not the plaintext: {answer.body[:80]!r}"
    elif not error and answer.elapsed_ms > LIMIT * 1000:
        error = "slower than one second"
    return Verdict(not error, round(answer.elapsed_ms, 1), answer.status, error)
