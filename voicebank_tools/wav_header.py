"""What the header of a wav file claims, held against what the file holds: libsndfile reads what is there of a
file that breaks off, and does not say so."""

import struct
from pathlib import Path
from typing import IO

from pychang.files import long_path

_UNTOLD_BYTES = 0x7FFF_0000
"""Writers that cannot go back (pipes) claim nothing, or about 2 or 4 GB."""

_SLACK_BYTES = 256
"""Some writers count their header in."""

_MOST_CHUNKS = 1000


def broken_off(path: Path) -> str:
    """Return what is wrong with a wav file that ends before its data does, in a few words; else "".

    Anything that is no wav file, or cannot be read, is for others to tell.
    """
    try:
        with long_path(path).open("rb") as file:
            return _broken_off(file)
    except OSError:
        return ""


def _broken_off(file: IO[bytes]) -> str:
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return ""
    rate_bytes = 0
    for _ in range(_MOST_CHUNKS):
        chunk = file.read(8)
        if len(chunk) < 8:
            return ""
        size = int(struct.unpack_from("<I", chunk, 4)[0])
        begin = file.tell()
        if chunk[:4] == b"fmt " and size >= 16:
            rate_bytes = int(struct.unpack_from("<I", file.read(16).ljust(16, b"\0"), 8)[0])
        elif chunk[:4] == b"data":
            return _missing(size, file.seek(0, 2) - begin, rate_bytes)
        file.seek(begin + size + size % 2)
    return ""


def _missing(claimed_bytes: int, held_bytes: int, rate_bytes: int) -> str:
    if claimed_bytes >= _UNTOLD_BYTES or claimed_bytes <= held_bytes + _SLACK_BYTES or not rate_bytes:
        return ""
    held_s, claimed_s = held_bytes / rate_bytes, claimed_bytes / rate_bytes
    return f"breaks off: it holds {held_s:.2f} of {claimed_s:.2f} s"
