"""media/upload_by_url at work: fetches one file in a thread, from the simulator itself or the product only (DOC 96219)."""

import hashlib
import http.client
import threading
from urllib.parse import urlsplit

from simulator import ids
from simulator.callbacks import events
from simulator.world.fetches import DONE, FAILED, Fetch
from simulator.world.media import Media
from simulator.world.state import State
from simulator.world.world import World

MOST_BYTES = 200 * 1024 * 1024
TIMEOUT = 10.0
MOST_AT_ONCE = 8
NO_RANGE, NOT_FETCHED, TOO_LARGE, OTHER_MD5 = 830001, 830003, 45001, 301019


class UnfetchedError(Exception):
    """Nothing usable came; `code` is the errcode of the job's detail."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def start(world: World, job: Fetch) -> None:
    """Fetch in the background, eight files at once: the caller holds the lock, and the file may be the simulator's own."""
    if world.state.fetches.wait(job, MOST_AT_ONCE):
        threading.Thread(target=_work, args=(world, world.state), name="fetching", daemon=True).start()


def _work(world: World, state: State) -> None:
    """One job after the other until none waits or the world was reset."""
    while world.state is state:
        with world.lock:
            job = state.fetches.take()
        if job is None:
            return
        _run(world, state, job)


def _run(world: World, state: State, job: Fetch) -> None:
    content, error = b"", 0
    try:
        content = _fetch(world, job)
    except UnfetchedError as refused:
        error = refused.code
    with world.lock:
        # A reset while it ran: nobody remembers the job.
        if world.state is state:
            _finish(world, job, content, error)


def _finish(world: World, job: Fetch, content: bytes, error: int) -> None:
    job.status, job.errcode, job.finished_at = (FAILED if error else DONE), error, world.seconds
    if not error:
        job.media_id = ids.media_id(world.rng)
        content_type = "video/mp4" if job.type == "video" else "application/octet-stream"
        media = Media(job.media_id, job.type, job.filename, content_type, world.seconds, content)
        world.state.files.media[job.media_id] = media
    app = world.state.apps.get(job.agentid)
    if app is not None:
        events.app_event(world, app, events.SYSTEM, "upload_media_job_finish", [("JobId", job.jobid)])


def _fetch(world: World, job: Fetch) -> bytes:
    try:
        parts = urlsplit(job.url)
    except ValueError as error:
        raise UnfetchedError(NOT_FETCHED) from error
    if f"{parts.scheme}://{parts.netloc}" not in (world.base_url, *world.settings.product_origins):
        raise UnfetchedError(NOT_FETCHED)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target or "/", headers={"Range": "bytes=0-"})
        content = _read(connection.getresponse())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnfetchedError(NOT_FETCHED) from error
    finally:
        connection.close()
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != job.md5.lower():
        raise UnfetchedError(OTHER_MD5)
    return content


def _read(response: http.client.HTTPResponse) -> bytes:
    if response.status == 200:
        raise UnfetchedError(NO_RANGE)
    if response.status != 206:
        raise UnfetchedError(NOT_FETCHED)
    content = response.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnfetchedError(TOO_LARGE)
    return content
