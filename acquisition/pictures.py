"""The picture of a welcome: drawn for a new corp before anybody uploads theirs, and an uploaded one checked. Touches no table."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from content_library.pictures import decoded, open_picture
from foundation.errors import Invalid

SIZE = (900, 500)
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
ENDINGS = {"JPEG": "jpg", "PNG": "png"}
TOP, BOTTOM = (24, 90, 157), (67, 206, 162)


def draw_welcome(brand: str, font: str | None) -> bytes:
    """A JPEG of the brand's name on a calm ground; without a font file the ground alone."""
    picture = Image.linear_gradient("L").resize(SIZE)
    ground = Image.composite(Image.new("RGB", SIZE, BOTTOM), Image.new("RGB", SIZE, TOP), picture)
    if font is not None:
        pen = ImageDraw.Draw(ground)
        middle = SIZE[0] / 2
        pen.text((middle, 215), brand, font=ImageFont.truetype(font, _size_for(brand)), fill="white", anchor="mm")
        pen.text((middle, 320), "欢迎您，很高兴认识您", font=ImageFont.truetype(font, 40), fill="white", anchor="mm")
    content = BytesIO()
    ground.save(content, "JPEG", quality=88)
    return content.getvalue()


def _size_for(brand: str) -> int:
    return max(36, min(96, 800 // max(len(brand), 1)))


def checked_picture(content: bytes) -> str:
    """How the file of an uploaded picture ends, "jpg" or "png", by what is in it (DOC 90253: at most 10 MB).

    The whole picture is decoded once, so that a broken one is told now and not when a customer arrives. Raises Invalid.
    """
    if len(content) > MAX_BYTES:
        raise _refused("图片最大 10 MB，请换一张小一些的")
    try:
        picture = open_picture(content, max_pixels=MAX_PIXELS)
        ending = ENDINGS.get(picture.format or "")
        if ending is not None:
            decoded(picture, max(SIZE))
    except Invalid as problem:
        raise _refused(problem.message) from problem
    if ending is None:
        raise _refused("请上传 JPG 或 PNG 图片")
    return ending


def _refused(words: str) -> Invalid:
    return Invalid(words, {"picture": words})
