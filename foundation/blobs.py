"""Files on disk, named by the SHA-256 of their content: photos, posters, library pictures. Written once, never changed."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

from foundation.config import settings
from foundation.errors import NotFound, TooLarge


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


def keep_stream(stream: IO[bytes], most: int) -> str:
    """Store what a stream holds, a megabyte at a time, and return its key. Raises TooLarge beyond `most` bytes; nothing stays."""
    folder = settings().data_dir / "blobs"
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            while part := stream.read(1024 * 1024):
                size += len(part)
                if size > most:
                    raise TooLarge(f"文件太大，最多 {most // 1024 // 1024} MB")
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        path = blob_path(digest.hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return digest.hexdigest()


def drop_blob(key: str) -> None:
    """Take a blob away for good. Safe to repeat; only for what its one owner no longer names (a person's data, for one)."""
    blob_path(key).unlink(missing_ok=True)


def read_blob(key: str) -> bytes:
    """The content; raises NotFound."""
    try:
        return blob_path(key).read_bytes()
    except FileNotFoundError:
        raise NotFound("文件不存在") from None
