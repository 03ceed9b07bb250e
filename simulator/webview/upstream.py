"""One request handed on to the product over plain HTTP and its answer streamed back.

Knows headers and sockets; knows nothing of members, cookies or pages.
"""

import http.client
import io
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 120.0
PIECE = 64 * 1024
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip


class UnreachableError(Exception):
    """The product did not answer; the text says what happened."""


class Answer:
    """The product's answer: status, headers without the hop-by-hop ones, and a body that is read once."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response
        self.status = response.status
        self.headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def read(self) -> bytes:
        """The whole body. Raises UnreachableError when the product breaks off in it."""
        try:
            return self._response.read()
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error
        finally:
            self._connection.close()

    def stream(self) -> Iterator[bytes]:
        """Pieces as they arrive: server-sent events must not wait for a full buffer."""
        try:
            while piece := self._response.read1(PIECE):
                yield piece
        finally:
            self._connection.close()


def ask(
    origin: str,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    body: IO[bytes] | bytes,
    length: int | None,
) -> Answer:
    """Send one request; `length` None means the body's size is unknown and it goes out chunked.

    Raises UnreachableError when the product cannot be connected to or breaks off before answering.
    """
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        _send(connection, method, target, headers, body, length)
        return Answer(connection, connection.getresponse())
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise UnreachableError(f"{type(error).__name__}: {error}") from error


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    body: IO[bytes] | bytes,
    length: int | None,
) -> None:
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if length is None:
        connection.putheader("Transfer-Encoding", "chunked")
    elif length or method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(length))
    connection.endheaders()
    source = io.BytesIO(body) if isinstance(body, bytes) else body
    try:
        _send_body(connection, source, chunked=length is None)
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before it was all sent (413): the answer is still there to read


def _send_body(connection: http.client.HTTPConnection, source: IO[bytes], chunked: bool) -> None:
    while piece := source.read(PIECE):
        connection.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
    if chunked:
        connection.send(b"0\r\n\r\n")
