"""How steadily a note is held: clicks and warble."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.metrics.spectra import FLOOR, SPECTRUM_POINTS, middle, power_spectra
from pychang.units import SAMPLE_RATE_HZ

_CLICK_HZ, _CLICK_HOP = (3000.0, 16_000.0), 128
_LEVEL_SAMPLES, _LEVEL_HOP, _SLOW_POINTS = 1764, 441, 51


def click_db(wave: FloatArray, begin: float = 0.3, end: float = 0.9) -> float:
    """Return the worst step (99.9th percentile) of the 3-16 kHz level between frames 2.9 ms apart, in dB.

    `begin` and `end`: the part of the wave that is looked at, 0..1. A join heard as a click measures 3 and
    more; a singer's own vowel about 2.
    """
    power = power_spectra(middle(wave, begin, end), _CLICK_HOP)
    low, high = (round(hz * SPECTRUM_POINTS / SAMPLE_RATE_HZ) for hz in _CLICK_HZ)
    level = 10.0 * np.log10(power[low:high].sum(axis=0) + FLOOR)
    return float(np.percentile(np.abs(np.diff(level)), 99.9))


def warble_db(wave: FloatArray, begin: float = 0.3, end: float = 0.9) -> float:
    """Return how far the level moves at 2-20 Hz: standard deviation in dB of the 40 ms level less its
    half-second mean. `begin` and `end`: the part of the wave that is looked at, 0..1."""
    power = np.asarray(middle(wave, begin, end), dtype=np.float64) ** 2
    level = 10.0 * np.log10(_moving_mean(power, _LEVEL_SAMPLES)[::_LEVEL_HOP] + FLOOR)
    padded = np.pad(level, _SLOW_POINTS // 2, mode="edge")
    return float((level - _moving_mean(padded, _SLOW_POINTS)).std())


def _moving_mean(values: FloatArray, points: int) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((sums[points:] - sums[:-points]) / points)
