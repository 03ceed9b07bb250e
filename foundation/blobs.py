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
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return key


def read_blob(key: str) -> bytes:
    """The content; raises NotFound."""
    try:
        return blob_path(key).read_bytes()
    except FileNotFoundError:
        raise NotFound("文件不存在") from None
