"""PNG files of kinds that Pillow reads but cannot write, by the format's specification."""

import struct
import zlib

GREY, COLOUR = 0, 2


def png(depth: int, kind: int, row: bytes, width: int, height: int = 1, **chunks: bytes) -> bytes:
    """Equal rows of pixels of `depth` bits; `chunks` come before them, by name."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    others = b"".join(_chunk(name.encode(), content) for name, content in chunks.items())
    rows = _chunk(b"IDAT", zlib.compress((b"\0" + row) * height))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + others + rows + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def shorts(*values: int) -> bytes:
    return struct.pack(f">{len(values)}H", *values)
