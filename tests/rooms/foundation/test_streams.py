"""A stream becomes a file of the same key as its content would; one too long leaves nothing behind."""

import io

import pytest

from foundation.blobs import blob_path, keep_blob, keep_stream
from foundation.config import settings
from foundation.errors import TooLarge


def test_a_stream_is_kept_under_its_digest(servers: None) -> None:
    content = b"row\n" * 700_000
    key = keep_stream(io.BytesIO(content), 10_000_000)
    assert key == keep_blob(content) == keep_stream(io.BytesIO(content), 10_000_000)
    assert blob_path(key).read_bytes() == content


def test_a_stream_beyond_its_limit_leaves_nothing(servers: None) -> None:
    before = sorted((settings().data_dir / "blobs").glob("*"))
    with pytest.raises(TooLarge):
        keep_stream(io.BytesIO(b"x" * 2_000), 1_000)
    assert sorted((settings().data_dir / "blobs").glob("*")) == before
