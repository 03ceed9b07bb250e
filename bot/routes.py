"""The platform's door: verify, decrypt, keep, answer. Nothing is handled here and nothing unsigned is parsed or stored."""

import json
from functools import lru_cache

from flask import Blueprint, Response, abort, request
from prometheus_client import Counter

from bot import checks, rules
from bot.inbox import Arrival, NotKept, inbox
from foundation import clock
from foundation.config import settings
from foundation.errors import BadEnvelope, TooLarge
from foundation.log import logger
from foundation.web import csrf
from wecom.envelope import Envelope, encrypted_of, parse

log = logger(__name__)
bp = Blueprint("bot", __name__, url_prefix="/wecom/callback")
csrf.exempt(bp)
checks.register()

BODY_LIMIT = 64 * 1024
RECEIVERS = ("app", "contacts")
REFUSED = Counter("guidedesk_refused_envelopes_total", "Callbacks refused before anything was stored", ["receiver", "why"])
KEPT = Counter("guidedesk_kept_events_total", "Callbacks stored and answered", ["receiver"])
NOT_KEPT = Counter("guidedesk_not_kept_events_total", "Signed callbacks answered 503, to be sent again", ["receiver"])


@lru_cache(maxsize=8)
def envelope_for(receiver: str) -> Envelope:
    """The envelope of a receiver, with its own Token and EncodingAESKey (DOC 90238)."""
    chosen = settings()
    token, key = {
        "app": (chosen.wecom_app_token, chosen.wecom_app_aes_key),
        "contacts": (chosen.wecom_contacts_token, chosen.wecom_contacts_aes_key),
    }[receiver]
    return Envelope(token.get_secret_value(), key.get_secret_value(), chosen.wecom_corp_id)


def _refuse(receiver: str, status: int, why: str) -> Response:
    REFUSED.labels(receiver, why).inc()
    log.info("envelope refused", receiver=receiver, why=why)
    answer = Response("", status=status, mimetype="text/plain")
    if status == 413:
        # The rest of the body is not read, so the connection cannot be used again.
        answer.headers["Connection"] = "close"
    return answer


def _arguments(*names: str) -> list[str] | None:
    values = [request.args.get(name, "") for name in names]
    return values if all(values) else None


@bp.get("/<receiver>")
def verify(receiver: str) -> Response:
    """The address check (DOC 90238): the decrypted echostr, exactly, within a second."""
    if receiver not in RECEIVERS:
        abort(404)
    given = _arguments("msg_signature", "timestamp", "nonce", "echostr")
    if given is None:
        return _refuse(receiver, 400, "arguments")
    try:
        signature, timestamp, nonce, echostr = given
        return Response(envelope_for(receiver).check_echo(signature, timestamp, nonce, echostr), mimetype="text/plain")
    except BadEnvelope as error:
        return _refuse(receiver, error.status, "echo")


@bp.post("/<receiver>")
def receive(receiver: str) -> Response:
    """One event (DOC 90238). 200 after its commit; 400, 403, 413 for what is not the platform's; 503 to be sent it again."""
    if receiver not in RECEIVERS:
        abort(404)
    given = _arguments("msg_signature", "timestamp", "nonce")
    if given is None:
        return _refuse(receiver, 400, "arguments")
    try:
        arrival = _open(receiver, given, _body())
    except TooLarge:
        return _refuse(receiver, 413, "size")
    except BadEnvelope as error:
        return _refuse(receiver, error.status, "envelope")
    try:
        inbox().keep(arrival)
    except NotKept as error:
        NOT_KEPT.labels(receiver).inc()
        log.error("event not kept", receiver=receiver, why=str(error))
        return Response("", status=503)
    KEPT.labels(receiver).inc()
    return Response("", mimetype="text/plain")


def _body() -> bytes:
    """The raw body, at most 64 KiB, also when it comes in chunks without a length; raises TooLarge."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise TooLarge("回调内容过大")
    # Werkzeug ends a chunked body silently at its limit, so one byte more is allowed in and looked for.
    request.max_content_length = BODY_LIMIT + 1
    body = request.get_data(cache=False)
    if len(body) > BODY_LIMIT:
        raise TooLarge("回调内容过大")
    return body


def _open(receiver: str, given: list[str], body: bytes) -> Arrival:
    """Signature first, then decryption, then the content; raises BadEnvelope."""
    signature, timestamp, nonce = given
    plaintext = envelope_for(receiver).open(signature, timestamp, nonce, encrypted_of(body))
    content = rules.storable(parse(plaintext))
    event, change_type = rules.kind_of(content)
    received_at = clock.now()
    return Arrival(
        receiver=receiver,
        digest=rules.digest_of(receiver, plaintext),
        event=event,
        change_type=change_type,
        body=json.dumps(content, ensure_ascii=False),
        lane=rules.lane_of(content),
        created_at=rules.moment_of(content, received_at),
        received_at=received_at,
    )
