"""UTAU's `.frq` file: the pitch curve another program found in a recording. A hint, never the truth.

Little-endian: `FREQ0003` (8 bytes), int32 samples per frame, float64 average f0, 16 bytes (zero or the
creator's), int32 count, then count times (float64 f0 in Hz, float64 amplitude). Frame i covers the samples
[i * hop, (i + 1) * hop) of the recording: programs that write it count at the recording's own rate, those
that read it, we too, at 44.1 kHz. f0 0 is unvoiced. Amplitude: mean of the absolute sample values, in
0..1 or times 32768, depending on the program. Wrong files are common, so every field is checked.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pychang import PychangError
from pychang.files import read_limited
from pychang.units import SAMPLE_RATE_HZ

DEFAULT_HOP_SAMPLES = 256

_HEADER = struct.Struct("<8sid16si")
_MAGIC = b"FREQ0003"
_FRAME_BYTES = 16
_LONGEST_HOP_SAMPLES = 65536
_MOST_BYTES = 64 * 2**20  # 4 million frames: six hours
_HIGHEST_HZ = 0.5 * SAMPLE_RATE_HZ


@dataclass(frozen=True, eq=False)
class FrqFile:
    """`f0_hz` and `amplitude`: float64 [frames], read-only, finite; f0 0 where unvoiced. `average_hz` as
    the header says, or the mean of the voiced frames where it says nothing sensible."""

    hop_samples: int
    average_hz: float
    f0_hz: NDArray[np.float64]
    amplitude: NDArray[np.float64]
    creator: bytes = field(default=bytes(16), repr=False)

    @classmethod
    def from_frames(
        cls, f0_hz: ArrayLike, amplitude: ArrayLike, hop_samples: int = DEFAULT_HOP_SAMPLES
    ) -> "FrqFile":
        """Build from f0 in Hz and amplitude, [frames] each; the average follows from the voiced frames.
        Raises PychangError when the lengths differ, are 0, or the hop is out of range."""
        f0, amp = _clean(f0_hz, _HIGHEST_HZ), _clean(amplitude, np.inf)
        if f0.shape != amp.shape or f0.ndim != 1 or not f0.size:
            shapes = f"f0 {f0.shape}, amplitude {amp.shape}"
            raise PychangError(f"frq: {shapes}: give one of each for every frame, at least one")
        return cls(_checked_hop(hop_samples, "frq"), average_of(f0), f0, amp)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """The middle of every frame in seconds from the start of the recording. [frames]"""
        middles = np.arange(len(self.f0_hz), dtype=np.float64) + 0.5
        return middles * np.float64(self.hop_samples / SAMPLE_RATE_HZ)

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        creator = self.creator[:16].ljust(16, b"\0")
        header = _HEADER.pack(_MAGIC, self.hop_samples, self.average_hz, creator, len(self.f0_hz))
        return header + np.column_stack((self.f0_hz, self.amplitude)).astype("<f8").tobytes()


def frq_path_of(wav_path: Path) -> Path:
    """Return where UTAU keeps the curve of a recording: `a.wav` -> `a_wav.frq`, whatever its ending."""
    return wav_path.with_name(f"{wav_path.stem}_wav.frq")


def average_of(f0_hz: ArrayLike) -> float:
    """Return the mean of the voiced (non-zero) frames in Hz, 0 when there are none."""
    f0 = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0[f0 > 0.0]
    return float(voiced.mean()) if voiced.size else 0.0


def read_frq(path: Path) -> FrqFile:
    """Return the `.frq` file at `path`. Raises PychangError naming it when it is missing, unreadable or not
    such a file."""
    cure = "delete it, a new one is made when needed"
    return parse_frq(read_limited(path, _MOST_BYTES, ".frq file", cure), str(path))


def parse_frq(data: bytes, name: str = "frq") -> FrqFile:
    """Return the curve in `data`; `name` is for messages. A count that does not fit the size gives way to
    the size; values that are no f0 (NaN, negative, above 22 kHz) become unvoiced. Raises PychangError when
    it is shorter than header and one frame (56 bytes), lacks `FREQ0003` or has an impossible hop."""
    if len(data) < _HEADER.size + _FRAME_BYTES:
        raise PychangError(f"{name} is no .frq file: {len(data)} bytes are too few; delete it")
    magic, hop, average, creator, count = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise PychangError(f"{name} is no .frq file: it does not begin with FREQ0003; delete it")
    there = (len(data) - _HEADER.size) // _FRAME_BYTES
    frames = count if 0 < count <= there else there
    table = np.frombuffer(data, "<f8", 2 * frames, _HEADER.size).reshape(frames, 2)
    f0, amplitude = _clean(table[:, 0], _HIGHEST_HZ), _clean(table[:, 1], np.inf)
    # nan fails this comparison too
    average_hz = average if 0.0 < average < _HIGHEST_HZ else average_of(f0)
    return FrqFile(_checked_hop(hop, name), average_hz, f0, amplitude, creator)


def _clean(values: ArrayLike, highest: float) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    clean = np.where((array > 0.0) & (array < highest), array, 0.0)
    clean.setflags(write=False)
    return clean


def _checked_hop(hop_samples: int, name: str) -> int:
    if not 0 < hop_samples <= _LONGEST_HOP_SAMPLES:
        raise PychangError(f"{name}: {hop_samples} samples a frame is impossible (256 is usual): delete it")
    return int(hop_samples)
