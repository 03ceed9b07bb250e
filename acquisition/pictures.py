"""Draws the picture of the default welcome, so that a new corp has one before anybody uploads theirs. Touches no table."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (900, 500)
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
