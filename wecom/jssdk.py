"""Signatures that let a page use the JS-SDK (DOC 90514). The tickets themselves never leave the server."""

import secrets

from foundation import clock
from foundation.db import Json
from wecom.client import APP_TICKET, CORP_TICKET, app_client


def agent_signature(url: str) -> Json:
    """For agentConfig of the page at `url` (its #fragment does not count). Raises PlatformError kinds."""
    return _signature(APP_TICKET, url)


def corp_signature(url: str) -> Json:
    """For config of the page at `url`. Raises PlatformError kinds."""
    return _signature(CORP_TICKET, url)


def _signature(ticket: str, url: str) -> Json:
    client = app_client()
    nonce = secrets.token_hex(8)
    timestamp = int(clock.now().timestamp())
    signature = client.jsapi.get_jsapi_signature(nonce, client.ticket(ticket), timestamp, url.split("#")[0])
    return {
        "corpId": client.corp_id,
        "agentId": str(client.agent_id),
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": signature,
    }
