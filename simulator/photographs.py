"""Draws what a shop would photograph: a down coat before snowy mountains, in colours that depend on a name alone."""

import functools
import hashlib
import io
import random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 720, 540
SKIES = (((122, 172, 220), (232, 242, 250)), ((250, 196, 150), (252, 236, 222)), ((70, 92, 140), (196, 208, 232)))
COATS = ((196, 52, 54), (38, 70, 122), (236, 232, 222), (206, 160, 110), (44, 48, 54), (98, 130, 108))
Colour = tuple[int, int, int]


@functools.lru_cache(maxsize=64)
def coat(name: str) -> bytes:
    """A JPEG of 720 x 540 pixels; the same name gives the same picture."""
    rng = random.Random(hashlib.sha1(name.encode(), usedforsecurity=False).digest())
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    _sky(draw, *rng.choice(SKIES))
    for base, shade in ((330, 214), (380, 232)):
        _mountains(draw, rng, base, (shade - 34, shade - 18, shade))
    draw.rectangle((0, 420, WIDTH, HEIGHT), fill=(244, 247, 251))
    _coat(draw, rng.randint(250, 470), rng.choice(COATS))
    for _ in range(150):
        x, y, size = rng.randrange(WIDTH), rng.randrange(HEIGHT), rng.randint(1, 3)
        draw.ellipse((x, y, x + size, y + size), fill=(255, 255, 255))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue()


def _sky(draw: ImageDraw.ImageDraw, top: Colour, bottom: Colour) -> None:
    for y in range(HEIGHT):
        share = y / HEIGHT
        draw.line((0, y, WIDTH, y), fill=_mix(top, bottom, share))


def _mountains(draw: ImageDraw.ImageDraw, rng: random.Random, base: int, colour: Colour) -> None:
    for left in range(-80, WIDTH, 190):
        peak = (left + rng.randint(90, 170), base - rng.randint(90, 190))
        draw.polygon([(left, 440), peak, (left + 270, 440)], fill=colour)
        cap = [_between(peak, (left, 440), 0.3), peak, _between(peak, (left + 270, 440), 0.3)]
        draw.polygon(cap, fill=(250, 252, 255))


def _coat(draw: ImageDraw.ImageDraw, middle: int, colour: Colour) -> None:
    """Quilted body and sleeves, a hood, a zip."""
    dark, light = _mix(colour, (0, 0, 0), 0.28), _mix(colour, (255, 255, 255), 0.16)
    for side in (-1, 1):
        for row in range(5):
            x, y = middle + side * (92 + row * 6), 226 + row * 40
            draw.rounded_rectangle((x - 30, y, x + 30, y + 46), 20, fill=light if row % 2 else colour, outline=dark, width=2)
    for row in range(6):
        y = 214 + row * 44
        draw.rounded_rectangle(
            (middle - 86, y, middle + 86, y + 50), 20, fill=colour if row % 2 else light, outline=dark, width=2
        )
    draw.ellipse((middle - 62, 138, middle + 62, 244), fill=colour, outline=dark, width=3)
    draw.ellipse((middle - 38, 158, middle + 38, 230), fill=_mix(colour, (0, 0, 0), 0.55))
    draw.line((middle, 236, middle, 474), fill=dark, width=4)


def _between(start: tuple[int, int], end: tuple[int, int], share: float) -> tuple[int, int]:
    return int(start[0] + (end[0] - start[0]) * share), int(start[1] + (end[1] - start[1]) * share)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
