"""Files for the library, looked at before they are kept: what is in them counts, never their name or what a browser says."""

from io import BytesIO

from PIL import Image

from content_library.models import ItemKind
from content_library.pictures import decoded, open_picture
from foundation.errors import Invalid
from foundation.text import clean

MEGABYTE = 1024 * 1024
# DOC 90253: image ≤ 10 MB JPG or PNG, video ≤ 10 MB MP4, file ≤ 20 MB, each over 5 bytes.
MOST = {ItemKind.IMAGE: 10 * MEGABYTE, ItemKind.VIDEO: 10 * MEGABYTE, ItemKind.FILE: 20 * MEGABYTE}
SMALLEST, LONGEST_NAME, THUMBNAIL = 6, 100, 360
WHAT = {ItemKind.IMAGE: "图片", ItemKind.VIDEO: "视频", ItemKind.FILE: "文件"}


def media_of(kind: ItemKind) -> ItemKind:
    """What an item of this kind is uploaded as: videos and files as such, everything else has a picture."""
    return kind if kind in {ItemKind.VIDEO, ItemKind.FILE} else ItemKind.IMAGE


def checked_upload(kind: ItemKind, filename: str, content: bytes) -> str:
    """The cleaned name of a file that may be kept for an item of this kind. Raises Invalid with the field `blob_key`."""
    media = media_of(kind)
    if len(content) > MOST[media]:
        raise _refused(f"{WHAT[media]}最大 {MOST[media] // MEGABYTE} MB，这个有 {len(content) / MEGABYTE:.1f} MB")
    if len(content) < SMALLEST:
        raise _refused("文件是空的，请换一个")
    if media == ItemKind.IMAGE:
        _check_picture(content)
    if media == ItemKind.VIDEO and content[4:8] != b"ftyp":
        raise _refused("请上传 MP4 视频，其他格式客户可能打不开")
    return clean(filename.replace("\\", "/").rsplit("/", 1)[-1]).replace("\n", " ").strip()[-LONGEST_NAME:] or WHAT[media]


def _check_picture(content: bytes) -> None:
    try:
        picture = open_picture(content)
    except Invalid as problem:
        # Elsewhere WebP is taken too; a guide could not send one from here.
        raise _refused(problem.message.replace("JPG、PNG 或 WebP", "JPG 或 PNG")) from problem
    if picture.format not in {"JPEG", "PNG"}:
        raise _refused("请上传 JPG 或 PNG 图片")
    try:
        # Decoded once, so that a broken one is told now and not when a guide sends it.
        decoded(picture, THUMBNAIL)
    except Invalid as problem:
        raise _refused(problem.message) from problem


def _refused(words: str) -> Invalid:
    return Invalid(words, {"blob_key": words})


def thumbnail(content: bytes, longest: int = THUMBNAIL) -> bytes:
    """A small JPEG of a kept picture. Raises Invalid for what is none."""
    out = BytesIO()
    small: Image.Image = decoded(open_picture(content), longest)
    small.save(out, "JPEG", quality=82)
    return out.getvalue()
