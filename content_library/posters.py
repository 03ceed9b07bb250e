"""Draws a poster for one guide: background, words, her face, her QR code. Touches no database; same facts, same picture."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno
from PIL import Image, ImageDraw, ImageOps
from pydantic import ValidationError

from content_library.layout import Background, Layout, Panel, Picture, Square, TextBox, layout_of
from content_library.lettering import cells_of, draw_text, font_of
from content_library.pictures import decoded, open_picture
from content_library.rules import fill
from foundation.blobs import keep_blob, read_blob
from foundation.errors import NotFound

MAX_BYTES = 300 * 1024
# What a guide's name, face and code may add to the template's own weight.
HERS = 40 * 1024
QUALITIES = (88, 80, 70, 60, 45, 30, 15)
SMALLER = 0.8
# Raise it when drawing changes, so that cached posters are drawn again.
DRAWING = "2"
GUIDES_OWN = ("{导购}", "{门店}")


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


@dataclass(frozen=True, slots=True)
class BoxNote:
    """A text box whose words do not come out whole: cut at its smallest size, or with characters no font has."""

    box: int
    cut: bool
    left_out: str


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is the same on every guide's poster of a template, drawn once."""

    picture: Image.Image
    quality: int
    notes: tuple[BoxNote, ...]


def is_hers(box: TextBox) -> bool:
    """Whether the words of a box differ from guide to guide."""
    return any(name in box.text for name in GUIDES_OWN)


def _words(text: str, layout: Layout, facts: PosterFacts | None) -> str:
    same = {"商品": layout.product, "价格": layout.price, "活动": layout.campaign}
    hers = {"导购": facts.name, "门店": facts.store} if facts else {}
    return fill(text, same | hers).replace("{价格}", "")


def _write(canvas: Image.Image, layout: Layout, facts: PosterFacts | None) -> list[BoxNote]:
    """The guide's own boxes, or without her the ones that are always the same."""
    notes = []
    for number, box in enumerate(layout.texts):
        if is_hers(box) == (facts is not None):
            cut, left_out = draw_text(canvas, _words(box.text, layout, facts), box)
            notes += [BoxNote(number, cut, left_out)] if cut or left_out else []
    return notes


# A template's ground weighs 3 MB at the usual size: a few campaigns at a time are kept.
@lru_cache(maxsize=6)
def _ground(layout: Layout) -> _Ground:
    canvas = _background(layout.background, (layout.width, layout.height))
    for panel in layout.panels:
        _draw_panel(canvas, panel)
    for picture in layout.pictures:
        _draw_picture(canvas, picture)
    notes = _write(canvas, layout, None)
    return _Ground(canvas, _quality(canvas, MAX_BYTES - HERS), tuple(notes))


def _background(background: Background, size: tuple[int, int]) -> Image.Image:
    if background.blob_key:
        return ImageOps.fit(decoded(open_picture(read_blob(background.blob_key)), max(size) * 2), size)
    first, last = background.colours[0], background.colours[-1]
    if first == last:
        return Image.new("RGB", size, first)
    fade = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, last), Image.new("RGB", size, first), fade)


def _rounded(size: tuple[int, int], radius: int, strength: int) -> Image.Image:
    """A mask with smooth corners."""
    if not radius:
        return Image.new("L", size, strength)
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=strength)
    return large.reduce(2)


def _draw_panel(canvas: Image.Image, panel: Panel) -> None:
    mask = _rounded((panel.w, panel.h), panel.radius, round(panel.opacity * 2.55))
    canvas.paste(Image.new("RGB", (panel.w, panel.h), panel.colour), (panel.x, panel.y), mask)


def _draw_picture(canvas: Image.Image, picture: Picture) -> None:
    size = (picture.w, picture.h)
    filled = ImageOps.fit(decoded(open_picture(read_blob(picture.blob_key)), max(size) * 2), size)
    canvas.paste(filled, (picture.x, picture.y), _rounded(size, picture.radius, 255))


@lru_cache(maxsize=16)
def _circle(size: int) -> Image.Image:
    mask = Image.new("L", (size * 4, size * 4), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    return mask.reduce(4)


# A guide looks through many templates: her face and code are made ready once.
@lru_cache(maxsize=32)
def _face(content: bytes, size: int) -> Image.Image:
    return ImageOps.fit(decoded(open_picture(content), size * 2), (size, size))


@lru_cache(maxsize=32)
def _code(png: bytes | None, link: str, size: int) -> Image.Image | None:
    """The code `size` pixels wide; None when there is none."""
    if png:
        picture = decoded(open_picture(png), 1200)
    elif link:
        drawn = io.BytesIO()
        segno.make(link, error="m", micro=False).save(drawn, kind="png", scale=12, border=2)
        picture = Image.open(drawn).convert("RGB")
    else:
        return None
    return picture.resize((size, size), Image.Resampling.HAMMING)


def _draw_avatar(canvas: Image.Image, place: Square, facts: PosterFacts) -> None:
    size = place.size
    if facts.avatar:
        face = _face(facts.avatar, size)
    else:
        face = Image.new("RGB", (size, size), "#576b95")
        letters = [cell.text for cell in cells_of(facts.name, "bold")[0][0] if not cell.is_emoji and cell.text.strip()]
        letter = letters[0] if letters else "导"
        ImageDraw.Draw(face).text((size / 2, size / 2), letter, font=font_of("bold", size // 2), fill="#ffffff", anchor="mm")
    canvas.paste(face, (place.x, place.y), _circle(size))


def _draw_qr(canvas: Image.Image, place: Square, facts: PosterFacts) -> None:
    edge = max(6, place.size // 24)
    code = _code(facts.qr_png, facts.qr_link, place.size - 2 * edge)
    if code is None:
        return
    canvas.paste("#ffffff", (place.x, place.y, place.x + place.size, place.y + place.size))
    canvas.paste(code, (place.x + edge, place.y + edge))


def _encoded(picture: Image.Image, quality: int) -> bytes:
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=quality, optimize=False)
    return drawn.getvalue()


def _quality(picture: Image.Image, limit: int) -> int:
    """The best quality at which the picture weighs at most `limit`, else the lowest."""
    return next((quality for quality in QUALITIES if len(_encoded(picture, quality)) <= limit), QUALITIES[-1])


def jpeg(picture: Image.Image, limit: int = MAX_BYTES, best: int = QUALITIES[0]) -> bytes:
    """JPEG bytes of at most `limit`: at the best quality up to `best` that allows it, else made smaller until it does."""
    for quality in QUALITIES:
        if quality <= best and len(content := _encoded(picture, quality)) <= limit:
            return content
    size = (max(1, round(picture.width * SMALLER)), max(1, round(picture.height * SMALLER)))
    return jpeg(picture.resize(size, Image.Resampling.LANCZOS), limit, best=60)


def proof(layout: Layout, facts: PosterFacts) -> tuple[bytes, list[BoxNote]]:
    """The poster as JPEG (at most 300 KB) and the text boxes whose words do not come out whole.

    Raises NotFound when the background's or a picture's blob is gone.
    """
    ground = _ground(layout)
    canvas = ground.picture.copy()
    notes = [*ground.notes, *_write(canvas, layout, facts)]
    if layout.avatar:
        _draw_avatar(canvas, layout.avatar, facts)
    if layout.qr:
        _draw_qr(canvas, layout.qr, facts)
    return jpeg(canvas, best=ground.quality), sorted(notes, key=lambda note: note.box)


def draw_poster(layout: Layout, facts: PosterFacts) -> bytes:
    """The poster as JPEG, at most 300 KB. Raises NotFound when a picture's blob is gone."""
    return proof(layout, facts)[0]


def draw_version(body: Mapping[str, Any], facts: PosterFacts) -> str:
    """Draw a version for this guide and keep the picture; returns its blob key. ~15 ms: never inside a transaction.

    Raises NotFound when the body is no poster, or a picture of it is gone.
    """
    try:
        layout = layout_of(dict(body))
    except ValidationError:
        raise NotFound("这不是海报") from None
    return keep_blob(draw_poster(layout, facts))
