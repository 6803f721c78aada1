"""oto.ini: the lines that say where an alias lies in a recording."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OtoEntry:
    """One alias. Times in milliseconds as in oto.ini: `offset_ms` from the file's start,
    `consonant_ms`, `preutterance_ms`, `overlap_ms` from the offset; `cutoff_ms` >= 0 from the
    file's end, < 0 the window's length from the offset."""

    wav_path: Path
    alias: str
    offset_ms: float = 0.0
    consonant_ms: float = 0.0
    cutoff_ms: float = 0.0
    preutterance_ms: float = 0.0
    overlap_ms: float = 0.0
