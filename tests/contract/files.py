"""Small files the platform takes: a real picture, a recording, a text."""

import struct
import zlib


def png(side: int = 32) -> bytes:
    """A grey square."""
    rows = (b"\0" + b"\x99" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# One second of AMR frames (12.2 kbit/s) in which nobody speaks.
VOICE = b"#!AMR\n" + (b"\x3c" + b"\0" * 31) * 50
TEXT = "话术\n".encode() * 8
