"""The smallest MP4 a member's phone could send: a file type and an empty movie; nothing is shown."""

import struct

TYPE = struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom"


def clip(length: float) -> bytes:
    """An MP4 whose head says it lasts `length` seconds."""
    head = struct.pack(">IIII", 0, 0, 1000, int(length * 1000)) + bytes(80)
    header = struct.pack(">I", len(head) + 12) + b"mvhd\0\0\0\0" + head
    return TYPE + struct.pack(">I", len(header) + 8) + b"moov" + header
