"""Pictures from outside: opened after a look at their header, fetched small and fast. Never trusts a name or a type."""

import io
import warnings

import requests
from PIL import Image, UnidentifiedImageError

from foundation.errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
MAX_FETCH = 2 * 1024 * 1024
CHUNK = 64 * 1024


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
    if picture.width * picture.height > max_pixels:
        raise Invalid(f"照片尺寸太大（{picture.width}×{picture.height}），请换一张小一些的")
    return picture


def decoded(picture: Image.Image, longest: int) -> Image.Image:
    """Decode to RGB with no side above `longest`. JPEG is decoded at a reduced scale, so memory stays small."""
    try:
        picture.draft("RGB", (longest, longest))
        picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Invalid("照片损坏，打不开，请重新拍一张") from None
    whole: Image.Image = picture
    if picture.mode in {"P", "1"}:
        # A palette cannot be made smaller smoothly.
        whole = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    whole.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if whole.mode in {"RGBA", "LA"}:
        flat = whole.convert("RGBA")
        white = Image.new("RGBA", flat.size, "#ffffff")
        return Image.alpha_composite(white, flat).convert("RGB")
    return whole.convert("RGB")


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
