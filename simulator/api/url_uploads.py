"""upload_by_url and its result: the platform fetches a file by itself, for group welcomes (DOC 96219)."""

import re
from typing import Any
from urllib.parse import urlsplit

from simulator import fetching, ids
from simulator.api.call import Call, Endpoint, integer, text
from simulator.errors import TEXTS, ApiError
from simulator.world.fetches import DONE, FAILED, RUNNING, Fetch

LIFE = 3600
# A job that a snapshot cut off never ends by itself.
LONGEST_RUN = 120
MD5 = re.compile(r"[0-9a-fA-F]{32}")


def upload(call: Call) -> dict[str, Any]:
    if integer(call.body, "scene") != 1 or text(call.body, "type", missing=40005) not in ("video", "file"):
        raise ApiError(40058)
    filename, url = (
        text(call.body, "filename", missing=40063, max_bytes=128),
        text(call.body, "url", missing=41010, max_bytes=1024),
    )
    md5 = text(call.body, "md5", missing=40063)
    if not _is_address(url):
        raise ApiError(40094)
    if MD5.fullmatch(md5) is None:
        raise ApiError(40058)
    jobid = ids.fetch_id(call.world.rng)
    job = Fetch(jobid, call.app.agentid, call.body["type"], filename, url, md5, call.world.seconds)
    _forget_old(call)
    call.state.fetches.by_id[jobid] = job
    fetching.start(call.world, job)
    return {"jobid": jobid}


def _is_address(url: str) -> bool:
    """Can anything be fetched there?"""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def result(call: Call) -> dict[str, Any]:
    """For the app that asked, for an hour."""
    job = call.state.fetches.by_id.get(text(call.body, "jobid", missing=40063))
    if job is None or job.agentid != call.app.agentid or call.world.seconds >= job.created_at + LIFE:
        raise ApiError(40088)
    if job.status == RUNNING and call.world.seconds > job.created_at + LONGEST_RUN:
        job.status, job.errcode = FAILED, fetching.NOT_FETCHED
    if job.status == RUNNING:
        return {"status": RUNNING}
    detail: dict[str, Any] = {"errcode": job.errcode, "errmsg": TEXTS.get(job.errcode, "ok")}
    if job.status == DONE:
        detail |= {"media_id": job.media_id, "created_at": str(job.finished_at)}
    return {"status": job.status, "detail": detail}


def _forget_old(call: Call) -> None:
    jobs = call.state.fetches.by_id
    for jobid in [each.jobid for each in jobs.values() if call.world.seconds >= each.created_at + LIFE]:
        del jobs[jobid]


ROUTES = {
    "media/upload_by_url": Endpoint("POST", upload),
    "media/get_upload_by_url_result": Endpoint("POST", result),
}
