"""How alike neighbouring cycles of a voice are: the shortest look that tells voice from breath.

A window of three periods hears a sudden voice late, all the more where its pitch glides in. Two cycles on
either side of a moment need no more than themselves: their normalised cross-correlation is near 1 from a
voice's first whole cycle on (as in the tracker of Talkin, "A robust algorithm for pitch tracking", 1995).
"""

import numpy as np

from pychang.arrays import FloatArray, IntArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_HOP, _LOW_HOP = 80, 20
_RATE_HZ = _HOP * SAMPLE_RATE_HZ / HOP_SAMPLES
_LOW_RATE_HZ = _LOW_HOP * SAMPLE_RATE_HZ / HOP_SAMPLES  # up to 2 kHz: above, a good vowel may be breath
_LEAST_LAG, _MOST_LAG = 0.9, 1.1
_LEAST_POWER = 1e-10


def low_wave(samples: FloatArray) -> FloatArray:
    """Return what a recording holds below 2 kHz, as `cycles_alike` looks at it.

    Args:
        samples: Mono wave at 44.1 kHz. Shape [samples].

    Returns:
        80 samples a frame. Float32, shape [others].
    """
    import soxr

    low = soxr.resample(samples.astype(np.float32), SAMPLE_RATE_HZ, _LOW_RATE_HZ)
    return np.asarray(soxr.resample(low, _LOW_RATE_HZ, _RATE_HZ), np.float32)


def cycles_alike(low: FloatArray, f0_hz: FloatArray, frames: IntArray) -> tuple[FloatArray, FloatArray]:
    """Compare the cycle before each of some frames with the one after it.

    Args:
        low: `low_wave` of the recording. Shape [others].
        f0_hz: What the cycles' length is about, within a tenth; positive. Shape [all frames].
        frames: Where to look. Shape [frames].

    Returns:
        Normalised cross-correlation at the best of these lengths, -1..1, and the level of both cycles
        together in dB. Shapes [frames], [frames].
    """
    longest = int(_RATE_HZ / float(f0_hz[frames].min(initial=np.inf)) * _MOST_LAG) + 2 if len(frames) else 0
    wave = np.pad(low, (longest, 2 * longest + _HOP))
    alike, level_db = np.empty(len(frames)), np.empty(len(frames))
    for i, frame in enumerate(frames):
        centre, period = int(frame) * _HOP + longest, _RATE_HZ / float(f0_hz[frame])
        alike[i], power = _best_of_lags(wave, min(centre, len(wave) - 2 * longest), period)
        level_db[i] = 10.0 * np.log10(power + _LEAST_POWER)
    return alike, level_db


def _best_of_lags(wave: FloatArray, centre: int, period: float) -> tuple[float, float]:
    """(Best normalised cross-correlation of the cycles on both sides of a sample, mean power of both)."""
    size, first, last = round(period), int(period * _LEAST_LAG), int(period * _MOST_LAG) + 1
    before = wave[centre - size : centre]
    after = np.lib.stride_tricks.sliding_window_view(wave[centre - size + first : centre + last], size)
    own, others = float(before @ before), np.einsum("ij,ij->i", after, after)
    best = float((after @ before / np.sqrt(own * others + size**2 * _LEAST_POWER**2)).max())
    return best, 0.5 * (own + float(others.mean())) / size
