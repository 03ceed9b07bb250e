"""Draws a poster for one guide: background, words, her face, her QR code. Touches no database; same facts, same picture."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno
from PIL import Image, ImageDraw, ImageFont, ImageOps

from content_library.layout import Background, Layout, Panel, Square, TextBox, layout_of, problem_of
from content_library.pictures import decoded, open_picture
from content_library.rules import fill
from foundation.blobs import keep_blob, read_blob
from foundation.errors import NotFound
from foundation.vendor import font_path

MAX_BYTES = 300 * 1024
QUALITIES = (88, 80, 70, 60, 45, 30, 15)
# Raise it when drawing changes, so that cached posters are drawn again.
DRAWING = "1"
ELLIPSIS = "…"
# These never begin a line.
CLINGING = frozenset("，。！？、；：）》”’%")


@dataclass(frozen=True)
class PosterFacts:
    """Whose poster it is. `qr_png`: the guide's code as the platform drew it; `qr_link`: drawn by us when there is no picture."""

    staff_id: int
    name: str
    store: str
    qr_png: bytes | None = None
    avatar: bytes | None = None
    qr_link: str = ""

    def fingerprint(self) -> str:
        """The digest of everything that can change the picture for one version."""
        pieces = [DRAWING, self.name, self.store, self.qr_link]
        pieces += [hashlib.sha256(part or b"").hexdigest() for part in (self.qr_png, self.avatar)]
        return hashlib.sha256("\x00".join(pieces).encode()).hexdigest()


@lru_cache(maxsize=64)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_path(weight)), size)


@lru_cache(maxsize=8192)
def _has_glyph(weight: str, character: str) -> bool:
    if character.isspace():
        return True
    font = _font(weight, 24)
    drawn, missing = font.getmask(character), font.getmask("\U0010ffff")
    return drawn.size != (0, 0) and (drawn.size != missing.size or bytes(drawn) != bytes(missing))


def drawable(text: str, weight: str) -> str:
    """The text without the characters the font cannot draw (emoji, joiners): they are left out, no box stands in for them."""
    return "".join(c for c in text if _has_glyph(weight, c)).strip()


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines no wider than `width`; Chinese breaks anywhere, a Latin word or number stays whole if it fits."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and font.getlength(line + piece) > width:
                lines.append(line.rstrip())
                line = ""
            for character in piece if font.getlength(piece) > width else [piece]:
                if line and font.getlength(line + character) > width:
                    lines.append(line.rstrip())
                    line = ""
                line += character if line or not character.isspace() else ""
        lines.append(line.rstrip())
    return lines


def _latin(character: str) -> bool:
    return character.isascii() and not character.isspace()


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for character in text:
        if pieces and (character in CLINGING or (_latin(character) and _latin(pieces[-1][-1]))):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def fit(text: str, box: TextBox) -> tuple[list[str], ImageFont.FreeTypeFont, int]:
    """Lines, font and line height with which the text fills the box: largest size that fits, else cut at the smallest."""
    smallest = min(box.min_size, box.size)
    for size in range(box.size, smallest - 1, -2):
        font, height = _font(box.weight, size), round(size * 1.35)
        lines = wrap(text, font, box.w)
        if len(lines) <= box.lines and len(lines) * height <= max(box.h, height):
            return lines, font, height
    font, height = _font(box.weight, smallest), round(smallest * 1.35)
    room = max(1, min(box.lines, box.h // height))
    lines = wrap(text, font, box.w)
    if len(lines) > room:
        last = lines[room - 1]
        while last and font.getlength(last + ELLIPSIS) > box.w:
            last = last[:-1]
        lines = [*lines[: room - 1], last + ELLIPSIS]
    return lines, font, height


def _draw_text(canvas: Image.Image, box: TextBox, variables: dict[str, str]) -> None:
    text = drawable(fill(box.text, variables).replace("{价格}", variables["价格"]), box.weight)
    if not text:
        return
    lines, font, height = fit(text, box)
    draw = ImageDraw.Draw(canvas)
    top = box.y + max(0, (box.h - len(lines) * height) // 2)
    for number, line in enumerate(lines):
        spare = box.w - font.getlength(line)
        left = box.x + {"left": 0.0, "center": spare / 2, "right": spare}[box.align]
        draw.text((left, top + number * height + height // 2), line, font=font, fill=box.colour, anchor="lm")


def _background(layout: Layout) -> Image.Image:
    size, background = (layout.width, layout.height), layout.background
    if background.blob_key:
        return ImageOps.fit(decoded(open_picture(read_blob(background.blob_key)), max(size) * 2), size)
    return _faded(background, size)


def _faded(background: Background, size: tuple[int, int]) -> Image.Image:
    first, last = background.colours[0], background.colours[-1]
    if first == last:
        return Image.new("RGB", size, first)
    fade = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, last), Image.new("RGB", size, first), fade)


def _draw_panel(canvas: Image.Image, panel: Panel) -> None:
    mask = Image.new("L", (panel.w, panel.h), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, panel.w - 1, panel.h - 1), panel.radius, fill=round(panel.opacity * 2.55))
    canvas.paste(Image.new("RGB", (panel.w, panel.h), panel.colour), (panel.x, panel.y), mask)


def _draw_avatar(canvas: Image.Image, place: Square, facts: PosterFacts) -> None:
    size = place.size
    if facts.avatar:
        face = ImageOps.fit(decoded(open_picture(facts.avatar), size * 2), (size, size))
    else:
        face = Image.new("RGB", (size, size), "#576b95")
        letter = drawable(facts.name, "bold")[:1] or "导"
        ImageDraw.Draw(face).text((size / 2, size / 2), letter, font=_font("bold", size // 2), fill="#ffffff", anchor="mm")
    mask = Image.new("L", (size * 4, size * 4), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    canvas.paste(face, (place.x, place.y), mask.resize((size, size), Image.Resampling.LANCZOS))


def _qr_picture(facts: PosterFacts) -> Image.Image | None:
    if facts.qr_png:
        return decoded(open_picture(facts.qr_png), 1200)
    if not facts.qr_link:
        return None
    drawn = io.BytesIO()
    segno.make(facts.qr_link, error="m", micro=False).save(drawn, kind="png", scale=12, border=2)
    return Image.open(drawn).convert("RGB")


def _draw_qr(canvas: Image.Image, place: Square, facts: PosterFacts) -> None:
    code = _qr_picture(facts)
    if code is None:
        return
    edge = max(6, place.size // 24)
    inner = place.size - 2 * edge
    canvas.paste(Image.new("RGB", (place.size, place.size), "#ffffff"), (place.x, place.y))
    canvas.paste(code.resize((inner, inner), Image.Resampling.LANCZOS), (place.x + edge, place.y + edge))


def jpeg(picture: Image.Image, limit: int = MAX_BYTES) -> bytes:
    """JPEG bytes of at most `limit`, at the best quality that allows it (the lowest one is taken whatever it weighs)."""
    content = b""
    for quality in QUALITIES:
        drawn = io.BytesIO()
        picture.save(drawn, "JPEG", quality=quality, optimize=False)
        content = drawn.getvalue()
        if len(content) <= limit:
            break
    return content


def draw_poster(layout: Layout, facts: PosterFacts) -> bytes:
    """The poster as JPEG, at most 300 KB. Raises NotFound when the background's blob is gone."""
    canvas = _background(layout)
    for panel in layout.panels:
        _draw_panel(canvas, panel)
    variables = {"导购": facts.name, "门店": facts.store, "商品": layout.product, "价格": layout.price}
    for box in layout.texts:
        _draw_text(canvas, box, variables)
    if layout.avatar:
        _draw_avatar(canvas, layout.avatar, facts)
    if layout.qr:
        _draw_qr(canvas, layout.qr, facts)
    return jpeg(canvas)


def draw_version(body: Mapping[str, Any], facts: PosterFacts) -> str:
    """Draw a version for this guide and keep the picture; returns its blob key. ~20 ms: never inside a transaction.

    Raises NotFound when the body is no poster, or its background is gone.
    """
    if problem_of(dict(body)):
        raise NotFound("这不是海报")
    return keep_blob(draw_poster(layout_of(dict(body)), facts))
