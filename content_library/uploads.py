"""Files for the library, looked at and cleaned before they are kept: what is in them counts, never what a browser says."""

from dataclasses import dataclass
from pathlib import PurePath

from content_library.models import ItemKind
from content_library.pictures import JPEGS, as_clean, open_picture
from foundation.errors import Invalid
from foundation.text import clean

MEGABYTE = 1024 * 1024
# DOC 90253: image ≤ 10 MB JPG or PNG, video ≤ 10 MB MP4, file ≤ 20 MB, each over 5 bytes.
MOST = {ItemKind.IMAGE: 10 * MEGABYTE, ItemKind.VIDEO: 10 * MEGABYTE, ItemKind.FILE: 20 * MEGABYTE}
SMALLEST, LONGEST_NAME = 6, 100
# More than any telephone shows.
LONGEST_SIDE = 4096
WHAT = {ItemKind.IMAGE: "图片", ItemKind.VIDEO: "视频", ItemKind.FILE: "文件"}
# What headquarters sends as a file; anything a telephone might run is none of it.
FILES = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt", ".zip"}


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: its cleaned name and its content as it is kept, a picture's without what its camera wrote."""

    filename: str
    content: bytes


def media_of(kind: ItemKind) -> ItemKind:
    """What an item of this kind is uploaded as: videos and files as such, everything else has a picture."""
    return kind if kind in {ItemKind.VIDEO, ItemKind.FILE} else ItemKind.IMAGE


def checked_upload(kind: ItemKind, filename: str, content: bytes) -> Upload:
    """A file as it may be kept for an item of this kind. Raises Invalid with the field `blob_key`."""
    media = media_of(kind)
    _check_size(media, content)
    name = clean(filename.replace("\\", "/").rsplit("/", 1)[-1]).replace("\n", " ").strip()[-LONGEST_NAME:] or WHAT[media]
    if media == ItemKind.IMAGE:
        content = _cleaned(content)
        _check_size(media, content)
    if media == ItemKind.VIDEO and content[4:8] != b"ftyp":
        raise _refused("请上传 MP4 视频，其他格式客户可能打不开")
    if media == ItemKind.FILE and PurePath(name).suffix.lower() not in FILES:
        raise _refused("不支持这种文件。可以传 PDF、Word、Excel、PPT、TXT 或 ZIP 文件")
    return Upload(name, content)


def _check_size(media: ItemKind, content: bytes) -> None:
    if len(content) > MOST[media]:
        raise _refused(f"{WHAT[media]}最大 {MOST[media] // MEGABYTE} MB，这个有 {len(content) / MEGABYTE:.1f} MB")
    if len(content) < SMALLEST:
        raise _refused("文件是空的，请换一个")


def _cleaned(content: bytes) -> bytes:
    """Everybody who opens a tracked link gets these bytes, so nothing of the photographer is left in them."""
    try:
        picture = open_picture(content)
        is_right = picture.format in {*JPEGS, "PNG"}
        cleaned = as_clean(content, LONGEST_SIDE) if is_right else b""
    except Invalid as problem:
        # Elsewhere WebP is taken too; a guide could not send one from here.
        raise _refused(problem.message.replace("JPG、PNG 或 WebP", "JPG 或 PNG")) from problem
    if not is_right:
        raise _refused("请上传 JPG 或 PNG 图片")
    return cleaned


def _refused(words: str) -> Invalid:
    return Invalid(words, {"blob_key": words})
