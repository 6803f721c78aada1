"""The pitch of a note as another's estimator hears it (Harvest, Morise 2017), and how well it is held."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.metrics.spectra import middle
from pychang.units import SAMPLE_RATE_HZ

PITCH_FRAME_MS = 5.0
"""Distance of the frames of `pitch_hz`."""

_LOWEST_HZ, _HIGHEST_HZ = 60.0, 1200.0


def pitch_hz(wave: FloatArray) -> FloatArray:
    """Return Harvest's f0 in hertz every `PITCH_FRAME_MS`, 0 where unvoiced. Shape [frames]."""
    import pyworld

    f0, _ = pyworld.harvest(
        np.ascontiguousarray(wave, dtype=np.float64), SAMPLE_RATE_HZ, f0_floor=_LOWEST_HZ,
        f0_ceil=_HIGHEST_HZ, frame_period=PITCH_FRAME_MS,
    )  # fmt: skip
    return np.asarray(f0)


def steady_pitch(
    wave: FloatArray, wanted_hz: float, begin: float = 0.3, end: float = 0.9
) -> tuple[float, float]:
    """Return how a note holds one pitch from `begin` to `end` of its length (0..1).

    (root mean square f0 error in cents, nan where nothing is voiced; unvoiced frames in percent).
    """
    return pitch_error(pitch_hz(wave), wanted_hz, begin, end)


def pitch_error(
    f0_hz: FloatArray, wanted_hz: float, begin: float = 0.0, end: float = 1.0
) -> tuple[float, float]:
    """Return `steady_pitch` of a pitch that is known: `f0_hz` as `pitch_hz` gives it. Shape [frames]."""
    f0 = middle(f0_hz, begin, end)
    voiced = f0[f0 > 0]
    error = 1200.0 * np.log2(voiced / wanted_hz)
    cents = float(np.sqrt(np.mean(error**2))) if len(voiced) else float("nan")
    return cents, 100.0 * float((f0 <= 0).mean())
