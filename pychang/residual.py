"""The noise of a voice (breath, consonants, bursts), moved along the note's time map.

Grains of the residual, 23 ms long. Where the map runs at the recording's own speed neighbouring grains
are displaced alike and add up to the very samples; where it is stretched each grain starts at a random
place near its own, so that no grain is heard twice in a row.
"""

import numpy as np

from pychang.arrays import FloatArray
from pychang.harmonics import read_cubic
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_GRAIN = 1024
_STEP = _GRAIN // 2
_SCATTER = round(0.020 * SAMPLE_RATE_HZ)


def move_residual(
    residual: FloatArray,
    source_frames: FloatArray,
    gains: FloatArray,
    samples: int,
    formant_ratio: float = 1.0,
    seed: int = 0,
) -> FloatArray:
    """Lay the residual along a time map.

    Args:
        residual: Shape [source samples].
        source_frames: Source position (frames) of every output frame. Shape [frames].
        gains: Amplitude factor at every output frame. Shape [frames].
        samples: Length of the result.
        formant_ratio: Factor on the noise's frequencies: each grain is read that much faster.
        seed: Seeds the scatter of stretched grains.

    Returns:
        Shape [samples].
    """
    centres = np.arange(0, samples + _STEP, _STEP)
    frame_at = centres / HOP_SAMPLES
    index = np.arange(len(source_frames))
    source = np.interp(frame_at, index, source_frames) * HOP_SAMPLES
    loose = _looseness(source)
    scatter = np.random.default_rng(seed).uniform(-1.0, 1.0, len(source)) * _SCATTER * loose
    low, high = source_frames.min() * HOP_SAMPLES, source_frames.max() * HOP_SAMPLES
    place = np.where(loose > 0, np.clip(source + scatter, min(low, high), high), source)
    grain = np.arange(_GRAIN) - _STEP
    at = place[:, None] + grain[None] * formant_ratio
    if formant_ratio == 1.0 and not loose.any():
        at = np.rint(at)
    grains = read_grains(residual, at)
    window = np.hanning(_GRAIN + 1)[:-1].astype(np.float32)
    # scattered grains add in power, not in amplitude: half-overlapped Hann windows then lose 1.25 dB
    level = 1.0 + (np.sqrt(4 / 3) - 1.0) * loose
    grains *= window * level[:, None].astype(np.float32)
    out = np.zeros(len(centres) * _STEP + _GRAIN, np.float32)
    for first in (0, 1):  # grains of one parity do not overlap: lay them end to end
        chain = grains[first::2].ravel()
        begin = first * _STEP
        out[begin : begin + len(chain)] += chain
    gain_at = np.interp(np.arange(samples) / HOP_SAMPLES, index, gains).astype(np.float32)
    return out[_STEP : _STEP + samples] * gain_at


def _looseness(source: FloatArray) -> FloatArray:
    """0 where a grain follows its neighbours at the recording's own speed, 1 where it does not."""
    speed = np.gradient(source) / _STEP if len(source) > 1 else np.ones(1)
    return np.clip((np.abs(speed - 1.0) - 0.002) / 0.08, 0.0, 1.0)


def read_grains(wave: FloatArray, at: FloatArray) -> FloatArray:
    """Read samples at positions; whole positions exactly. Shapes [samples], [grains, size]."""
    whole = np.rint(at)
    if np.array_equal(whole, at):
        padded = np.concatenate([np.zeros(1, wave.dtype), wave, np.zeros(1, wave.dtype)])
        return padded[np.clip(whole.astype(np.int64) + 1, 0, len(padded) - 1)]
    return read_cubic(wave, at)
