"""A recording's `.frq` curve: the pitch that its notes are sung with, on the frames other programs read."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.audio import FULL_SCALE, resample
from pychang.frq import DEFAULT_HOP_SAMPLES, FrqFile
from pychang.onset import heard_pitch
from pychang.pitch import continuous_f0, estimate_pitch
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_CHUNK_FRAMES, _OVERLAP_FRAMES = 12_000, 200
"""A minute, and a second on either side: bounds the memory, and a long recording may change its octave."""


def frq_of(wave: FloatArray, rate_hz: int, named_hz: float | None = None) -> FrqFile:
    """Return the `.frq` file of a recording.

    As every program that writes them: frame i covers the recording's own samples [256 i, 256 i + 256),
    whatever its rate, and there is one more frame than whole ones; the amplitude is the mean of the
    absolute samples, times 32768.

    Args:
        wave: One channel at the recording's own rate. Shape [samples].
        rate_hz: That rate.
        named_hz: Of the note that the recording's name tells; decides between octaves at most.
    """
    hop = DEFAULT_HOP_SAMPLES
    frames = len(wave) // hop + 1
    middles_s = (np.arange(frames) + 0.5) * hop / rate_hz
    f0_hz = _read_at(_heard_hz(resample(wave, rate_hz), named_hz), middles_s * SAMPLE_RATE_HZ / HOP_SAMPLES)
    absolute = np.pad(np.abs(wave).astype(float), (0, frames * hop - len(wave))).reshape(frames, hop)
    counts = np.minimum(hop, np.maximum(1, len(wave) - hop * np.arange(frames)))
    return FrqFile.from_frames(f0_hz, FULL_SCALE * absolute.sum(1) / counts)


def _heard_hz(wave: FloatArray, named_hz: float | None) -> FloatArray:
    """Return the f0 of a wave at 44.1 kHz as `pychang.analysis` begins with it. Shape [frames]."""
    f0_hz = np.zeros(len(wave) // HOP_SAMPLES + 1)
    for first in range(0, len(f0_hz), _CHUNK_FRAMES):
        begin, end = max(0, first - _OVERLAP_FRAMES), min(len(f0_hz), first + _CHUNK_FRAMES)
        piece = wave[begin * HOP_SAMPLES : (end + _OVERLAP_FRAMES) * HOP_SAMPLES]
        pitch = heard_pitch(piece, estimate_pitch(piece, named_hz=named_hz))
        f0_hz[first:end] = pitch.f0_hz[first - begin : end - begin]
    return f0_hz


def _read_at(f0_hz: FloatArray, places: FloatArray) -> FloatArray:
    """Read a curve between its frames, unvoiced where the nearest frame is. Shape of `places`."""
    if not f0_hz.any():
        return np.zeros(len(places))
    nearest = np.clip(np.rint(places).astype(int), 0, len(f0_hz) - 1)
    between = np.exp(np.interp(places, np.arange(len(f0_hz)), np.log(continuous_f0(f0_hz))))
    return np.where(f0_hz[nearest] > 0.0, between, 0.0)
