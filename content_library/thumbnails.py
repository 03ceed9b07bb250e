"""Small pictures of kept ones: made once, at first sight, and kept beside the blob; afterwards a list decodes nothing."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from content_library.layout import layout_of
from content_library.models import ItemKind
from content_library.pictures import as_photo
from content_library.posters import DRAWING, PosterFacts, draw_poster
from content_library.uploads import media_of
from foundation.blobs import keep_made, made_path, read_blob
from foundation.errors import Invalid, NotFound

SAMPLE = PosterFacts(0, "李小美", "徐家汇店", qr_link="https://work.weixin.qq.com/")
# Of many who open the same list at once one makes its pictures; by the first digit of the key.
_making = tuple(threading.Lock() for _ in range(16))


def small_picture(blob_key: str, longest: int) -> Path:
    """A JPEG of a kept picture with no side above `longest`. Call it outside transactions: the first time decodes.

    Raises NotFound for what is gone or no picture.
    """
    return _small(blob_key, longest, lambda: read_blob(blob_key))


def small_of(kind: ItemKind, body: Mapping[str, Any], longest: int) -> Path:
    """A small picture of a version, a poster drawn for a sample guide. Raises NotFound where there is none to show."""
    if kind == ItemKind.POSTER:
        whole = json.dumps([DRAWING, body], ensure_ascii=False, sort_keys=True)
        drawn = hashlib.sha256(whole.encode()).hexdigest()
        return _small(drawn, longest, lambda: draw_poster(layout_of(dict(body)), SAMPLE))
    key = str(body.get("blob_key") or "")
    if media_of(kind) != ItemKind.IMAGE or not key:
        raise NotFound("没有图片")
    return small_picture(key, longest)


def _small(key: str, longest: int, whole: Callable[[], bytes]) -> Path:
    path = made_path(key, str(longest))
    if path.exists():
        return path
    with _making[int(key[0], 16)]:
        if path.exists():
            return path
        try:
            return keep_made(key, str(longest), as_photo(whole(), longest))
        except Invalid as problem:
            raise NotFound("没有图片") from problem
