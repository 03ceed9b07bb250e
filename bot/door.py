"""The events' door, as plain WSGI before Flask: verify, decrypt, keep, answer. Nothing is handled here, nothing unsigned parsed.

Measured on gunicorn gthread: as a Flask route a kept event took 0.40 of a bare Flask route's rate, like this above 0.5; all
but the commit costs less than a bare Flask route.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from prometheus_client import Counter

from bot import rules
from bot.inbox import Arrival, inbox
from foundation import clock
from foundation.config import settings
from foundation.errors import BadEnvelope, TooLarge
from foundation.group_commit import NotKept
from foundation.log import logger
from wecom.envelope import Envelope, encrypted_of, parse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logger(__name__)
PREFIX = "/wecom/callback/"
BODY_LIMIT = 64 * 1024
RECEIVERS = ("app", "contacts")
REFUSED = Counter("guidedesk_refused_envelopes_total", "Callbacks refused before anything was stored", ["receiver", "why"])
KEPT = Counter("guidedesk_kept_events_total", "Callbacks stored and answered", ["receiver"])
NOT_KEPT = Counter("guidedesk_not_kept_events_total", "Signed callbacks answered 503, to be sent again", ["receiver"])
STATUSES = {
    200: "200 OK", 400: "400 Bad Request", 403: "403 Forbidden", 413: "413 Content Too Large", 503: "503 Service Unavailable",
}  # fmt: skip


class BadArguments(BadEnvelope):
    """The query lacks what every callback has."""

    status = 400


@lru_cache(maxsize=8)
def envelope_for(receiver: str) -> Envelope:
    """The envelope of a receiver, with its own Token and EncodingAESKey (DOC 90238)."""
    chosen = settings()
    token, key = {
        "app": (chosen.wecom_app_token, chosen.wecom_app_aes_key),
        "contacts": (chosen.wecom_contacts_token, chosen.wecom_contacts_aes_key),
    }[receiver]
    return Envelope(token.get_secret_value(), key.get_secret_value(), chosen.wecom_corp_id)


def in_front_of(app: "WSGIApplication") -> "WSGIApplication":
    """An app that takes events (POST below PREFIX) itself and leaves everything else to `app`."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        receiver = path[len(PREFIX) :]
        if environ["REQUEST_METHOD"] != "POST" or not path.startswith(PREFIX) or receiver not in RECEIVERS:
            return app(environ, start_response)
        status = receive(receiver, environ)
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0"), ("Cache-Control", "no-store")]
        if status == 413:
            # The rest of the body is not read, so the connection cannot be used again.
            headers.append(("Connection", "close"))
        start_response(STATUSES[status], headers)
        return [b""]

    return serve


def receive(receiver: str, environ: "WSGIEnvironment") -> int:
    """One event (DOC 90238): the status to answer. 200 after its commit; 400, 403, 413 for what is not the platform's; 503 to be
    sent it again, also for whatever went wrong on our side."""
    try:
        inbox().keep(_open(receiver, environ))
    except TooLarge:
        return refuse(receiver, 413, "size")
    except BadEnvelope as error:
        return refuse(receiver, error.status, "arguments" if error.status == 400 else "envelope")
    except NotKept as error:
        log.error("event not kept", receiver=receiver, why=str(error))
    except Exception:  # a bug must not cost the event: the platform sends it again
        log.exception("event not kept", receiver=receiver)
    else:
        KEPT.labels(receiver).inc()
        return 200
    NOT_KEPT.labels(receiver).inc()
    return 503


def refuse(receiver: str, status: int, why: str) -> int:
    """Count and log a refusal; the status."""
    REFUSED.labels(receiver, why).inc()
    log.info("envelope refused", receiver=receiver, why=why)
    return status


def _arguments(environ: "WSGIEnvironment") -> tuple[str, str, str]:
    try:
        given = dict(parse_qsl(environ.get("QUERY_STRING", ""), max_num_fields=20))
        return given["msg_signature"], given["timestamp"], given["nonce"]
    except (KeyError, ValueError):
        raise BadArguments("回调缺少参数") from None


def _body(environ: "WSGIEnvironment") -> bytes:
    """The raw body, at most 64 KiB, also when it comes in chunks without a length; raises TooLarge."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not length and not environ.get("wsgi.input_terminated"):
        return b""
    if length and not (length.isascii() and length.isdigit()):
        raise BadArguments("Content-Length 不是数字")
    if length and int(length) > BODY_LIMIT:
        raise TooLarge("回调内容过大")
    body: bytes = environ["wsgi.input"].read(int(length) if length else BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise TooLarge("回调内容过大")
    return body


def _open(receiver: str, environ: "WSGIEnvironment") -> Arrival:
    """Signature first, then decryption, then the content; raises BadEnvelope, TooLarge."""
    signature, timestamp, nonce = _arguments(environ)
    plaintext = envelope_for(receiver).open(signature, timestamp, nonce, encrypted_of(_body(environ)))
    content = parse(rules.readable(plaintext))
    event, change_type = rules.kind_of(content)
    received_at = clock.now()
    return Arrival(
        receiver=receiver,
        digest=rules.digest_of(receiver, plaintext),
        event=event,
        change_type=change_type,
        body=content,
        lane=rules.lane_of(content),
        created_at=rules.moment_of(content, received_at),
        received_at=received_at,
    )
