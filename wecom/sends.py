"""What we tell the platform. Only outbox.sender imports this: every write is a row first."""

import mimetypes

from foundation.db import Json
from wecom.client import app_client

WITH_AGENT = frozenset({"message/send", "message/update_template_card"})
AGENT_IN_QUERY = frozenset({"menu/create"})


def send(call: str, payload: Json) -> Json:
    """Make one call; `payload` is the documented JSON without agentid. Returns the answer. Raises PlatformError kinds."""
    client = app_client()
    body = {**payload, "agentid": client.agent_id} if call in WITH_AGENT else payload
    params = {"agentid": client.agent_id} if call in AGENT_IN_QUERY else {}
    answer: Json = client.post(call, params=params, data=body)
    return answer


def upload_media(kind: str, filename: str, content: bytes) -> str:
    """Upload a temporary file (kind image, video, file, voice); its media_id is good for 3 days (DOC 90253)."""
    mime = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    answer: Json = app_client().media.upload(kind, (filename, content, mime))
    return str(answer["media_id"])
