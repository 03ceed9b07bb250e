"""Colour emoji: pictures of a packaged set, found in a text by their longest sequence. Without the set they are left out."""

import io
import zipfile
from functools import lru_cache

from PIL import Image

from foundation.vendor import vendor_path

ARCHIVE = "emoji.zip"
AS_PICTURE, JOINER = "\ufe0f", "\u200d"


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Emoji as text, with and without its variation selector → the name of its picture."""
    path = vendor_path(ARCHIVE)
    if path is None:
        return {}
    with zipfile.ZipFile(path) as archive:
        stems = [name.removesuffix(".png") for name in archive.namelist()]
    known = {"".join(chr(int(code, 16)) for code in stem.split("-")): stem for stem in stems}
    return {emoji.replace(AS_PICTURE, ""): stem for emoji, stem in known.items()} | known


@lru_cache(maxsize=1)
def _longest() -> dict[str, int]:
    """First character → the longest emoji that begins with it."""
    found: dict[str, int] = {}
    for emoji in _names():
        found[emoji[0]] = max(found.get(emoji[0], 0), len(emoji))
    return found


def emoji_at(text: str, place: int) -> str:
    """The longest emoji that begins here, with the selector behind it; "" when none does."""
    for length in range(_longest().get(text[place], 0), 0, -1):
        piece = text[place : place + length]
        if len(piece) == length and piece in _names():
            return piece + AS_PICTURE if text[place + length : place + length + 1] == AS_PICTURE else piece
    return ""


@lru_cache(maxsize=128)
def picture_of(emoji: str, size: int) -> Image.Image:
    """The emoji as an RGBA picture `size` pixels wide. Only for what `emoji_at` found."""
    path = vendor_path(ARCHIVE)
    stem = _names().get(emoji) or _names()[emoji.removesuffix(AS_PICTURE)]
    if path is None:
        raise LookupError(emoji)
    with zipfile.ZipFile(path) as archive, Image.open(io.BytesIO(archive.read(f"{stem}.png"))) as drawn:
        return drawn.convert("RGBA").resize((size, size), Image.Resampling.LANCZOS)
