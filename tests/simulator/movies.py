"""Smallest files that are what they say: an MP4 of so many seconds, a PNG and a JPEG of so many pixels."""

import io
import struct

from PIL import Image


def movie(seconds: float, wide: bool = False) -> bytes:
    """ftyp, free and moov with an mvhd of version 0, or 1 when `wide`."""
    scale, length = 600, int(seconds * 600)
    times = struct.pack(">QQIQ", 0, 0, scale, length) if wide else struct.pack(">IIII", 0, 0, scale, length)
    header = _box(b"mvhd", bytes([int(wide), 0, 0, 0]) + times + b"\0" * 80)
    return _box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + _box(b"free", b"\0" * 8) + _box(b"moov", header)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (90, 140, 200)).save(written, kind)
    return written.getvalue()


def _box(name: bytes, inside: bytes) -> bytes:
    return struct.pack(">I4s", len(inside) + 8, name) + inside
