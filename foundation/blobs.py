"""Files on disk, named by the SHA-256 of their content: photos, posters, library pictures. Written once, never changed."""

import hashlib
import os
import tempfile
from pathlib import Path

from foundation.config import settings
from foundation.errors import NotFound


def blob_path(key: str) -> Path:
    """Where a blob lives. `key` is 64 hex digits; anything else is NotFound (keys come from URLs)."""
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        raise NotFound("文件不存在")
    return settings().data_dir / "blobs" / key[:2] / key


def keep_blob(content: bytes) -> str:
    """Store content, return its key. Safe to repeat: the name is the content's digest, and the rename is atomic."""
    key = hashlib.sha256(content).hexdigest()
    path = blob_path(key)
    if path.exists():
        return key
    _write(path, content)
    return key


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def made_path(key: str, what: str) -> Path:
    """Where something made of a blob lives (`what`: a small picture's side, for one). Absolute; NotFound as in `blob_path`."""
    path = blob_path(key).absolute()
    return path.with_name(f"{key}-{what}")


def keep_made(key: str, what: str, content: bytes) -> Path:
    """Keep what was made of a blob beside it, so that it is made once. Safe to repeat; may be deleted and made again."""
    path = made_path(key, what)
    _write(path, content)
    return path


def read_blob(key: str) -> bytes:
    """The content; raises NotFound."""
    try:
        return blob_path(key).read_bytes()
    except FileNotFoundError:
        raise NotFound("文件不存在") from None
