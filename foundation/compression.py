"""Answers made smaller on the way to a phone: gzip for pages, and for static files once at the start of a process."""

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from wsgiref.headers import Headers

from flask import Response, request
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from foundation.config import settings

LEAST = 1024
PAGES = ("text/html", "application/json")
TEXTS = (".css", ".js", ".svg", ".json")


def squeeze(response: Response) -> Response:
    """A page as gzip where the browser takes it; level 5: about a millisecond for a page of 50 KB.

    A page carries a token and what was typed, which compressing could tell apart by length; but our cookies do not travel with
    requests of other sites' pages (SameSite), so nobody can ask for many such pages in her name.
    """
    fits = response.status_code == 200 and response.mimetype in PAGES and not response.is_streamed
    if not fits or "Content-Encoding" in response.headers or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    content = response.get_data()
    if len(content) >= LEAST:
        response.set_data(gzip.compress(content, 5))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response


class SqueezedFiles(WhiteNoise):  # type: ignore[misc]
    """WhiteNoise that offers its text files as gzip too; they are squeezed once and kept beside our other files."""

    def get_static_file(self, path: str, url: str, stat_cache: object = None) -> StaticFile:
        """The file with its gzip twin, when it is a text."""
        file = Path(path)
        if file.suffix not in TEXTS or file.stat().st_size < LEAST:
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(twin_of(file))})


def twin_of(file: Path) -> Path:
    """The gzip of a file, made once; the rename is atomic, so processes that start together do not disturb each other."""
    content = file.read_bytes()
    twin = settings().data_dir.absolute() / "squeezed" / f"{hashlib.sha256(content).hexdigest()[:24]}.gz"
    if not twin.exists():
        twin.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=twin.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(gzip.compress(content, 9, mtime=0))
        os.replace(unfinished, twin)
    return twin
