"""Pictures from outside: opened after a look at their header, decoded two at a time. Never trusts a name or a type."""

import io
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor

import requests
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.Image import Transpose

from foundation.errors import Invalid

# A telephone's JPEG may carry a second picture behind the first: opened as JPEG, Pillow then calls it MPO.
JPEGS = frozenset({"JPEG", "MPO"})
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
# Only a JPEG is decoded at a reduced scale; of every other format all pixels stand in memory at once. A progressive JPEG's
# coefficients do too.
MAX_WHOLE, MAX_PROGRESSIVE = 12_000_000, 24_000_000
# The quality of a JPEG that had to be turned or made smaller.
TURNED: int | str = 92
MAX_FETCH = 2 * 1024 * 1024
CHUNK = 64 * 1024
# A decoded picture takes up to 150 MB. The 48 threads of a process let two hands decode for them and wait: the memory of two
# is the bound, and the C library keeps freed memory for each thread that ever held some.
AT_ONCE = 2
_hands = ThreadPoolExecutor(AT_ONCE, "pictures")
# A telephone writes how it was held into EXIF instead of turning the pixels; re-encoding drops EXIF, so we turn them.
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
}  # fmt: skip


def open_picture(content: bytes, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """A JPEG, PNG or WebP, not yet decoded. The size in the header is checked first: a bomb is never unpacked.

    Raises Invalid with the reason in Chinese.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Invalid("照片尺寸太大，请换一张小一些的") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Invalid("这不是照片，请上传 JPG、PNG 或 WebP 图片") from None
    if picture.width * picture.height > min(max_pixels, _most_pixels(picture)):
        raise Invalid(f"照片尺寸太大（{picture.width}×{picture.height}），请换一张小一些的")
    return picture


def _most_pixels(picture: Image.Image) -> int:
    if picture.format not in JPEGS:
        return MAX_WHOLE
    return MAX_PROGRESSIVE if picture.info.get("progressive") else MAX_PIXELS


def decoded(picture: Image.Image, longest: int) -> Image.Image:
    """Decode to RGB with no side above `longest`, on white. Waits for its turn: call it outside transactions.

    Raises Invalid for a broken one.
    """
    return _hands.submit(lambda: _on_white(_decoded(picture, longest))).result()


def _decoded(picture: Image.Image, longest: int) -> Image.Image:
    scale = min(1.0, longest / max(picture.size))
    try:
        # The size it will have, not a square: of a long narrow one much less is decoded.
        picture.draft("RGB", (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Invalid("照片损坏，打不开，请重新拍一张") from None
    whole: Image.Image = picture
    if scale < 1 and picture.mode in {"P", "1"}:
        # A palette cannot be made smaller smoothly.
        whole = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    whole.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return whole


def _on_white(whole: Image.Image) -> Image.Image:
    if whole.mode in {"RGBA", "LA"} or (whole.mode == "P" and "transparency" in whole.info):
        flat = whole.convert("RGBA")
        white = Image.new("RGBA", flat.size, "#ffffff")
        return Image.alpha_composite(white, flat).convert("RGB")
    return whole.convert("RGB")


def turn_of(picture: Image.Image) -> Transpose | None:
    """How the camera was held; an unreadable note of it costs the turn, not the photo."""
    try:
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, SyntaxError, struct.error):
        return None


def as_photo(content: bytes, longest: int) -> bytes:
    """A JPEG of a photo with no side above `longest`, upright, without its place and camera. Raises Invalid."""
    return _hands.submit(_photo, content, longest).result()


def _photo(content: bytes, longest: int) -> bytes:
    picture, out = open_picture(content), io.BytesIO()
    small, turned = _on_white(_decoded(picture, longest)), turn_of(picture)
    (small if turned is None else small.transpose(turned)).save(out, "JPEG", quality=82)
    return out.getvalue()


def as_clean(content: bytes, longest: int) -> bytes:
    """The picture upright and with nothing in the file but the picture and its colours: no place, camera, comment, hidden part.

    A JPEG stays one and keeps its quality unless it is turned or made smaller, a PNG stays one and keeps what is clear in it.
    Raises Invalid.
    """
    return _hands.submit(_clean, content, longest).result()


def _clean(content: bytes, longest: int) -> bytes:
    picture, out = open_picture(content), io.BytesIO()
    is_jpeg, quality = picture.format in JPEGS, "keep" if picture.format == "JPEG" else TURNED
    size, profile, turned = picture.size, picture.info.get("icc_profile"), turn_of(picture)
    whole = _decoded(picture, longest)
    if is_jpeg and whole.mode not in {"RGB", "L"}:
        # A profile of another colour model would colour it wrongly.
        whole, profile, quality = _on_white(whole), None, TURNED
    if turned is not None or whole.size != size:
        quality = TURNED
    whole = whole if turned is None else whole.transpose(turned)
    whole.info = {name: value for name, value in whole.info.items() if name == "transparency"}
    if is_jpeg:
        whole.save(out, "JPEG", quality=quality, icc_profile=profile)
    else:
        whole.save(out, "PNG", icc_profile=profile)
    return out.getvalue()


def fetch_picture(url: str, *, connect: float = 2, read: float = 3) -> bytes | None:
    """A picture by the address the platform gave us; None when it does not come, is too big, or is no picture.

    Follows no redirect and reads at most 2 MB. Never call it inside a transaction.
    """
    if not url.startswith(("http://", "https://")):
        return None
    try:
        with requests.get(url, timeout=(connect, read), stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                return None
            content = b""
            for chunk in answer.iter_content(CHUNK):
                content += chunk
                if len(content) > MAX_FETCH:
                    return None
        open_picture(content, max_pixels=4_000_000)
    except (requests.RequestException, Invalid):
        return None
    return content
