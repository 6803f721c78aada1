"""How good a recorded sound is: is its vowel steady, is it clipped."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.oto_making.rules import Numbers

_HOP = SAMPLE_RATE_HZ // 100
_FULL = 0.999


def wobble_db(wave: FloatArray, numbers: Numbers) -> float:
    """Return the standard deviation of the level, dB, in the looped part of an alias (its vowel).

    `wave`: the recording at 44.1 kHz, [samples].
    """
    looped = _part(wave, numbers.offset_ms + numbers.consonant_ms, numbers.offset_ms - numbers.cutoff_ms)
    frames = looped[: len(looped) // _HOP * _HOP].reshape(-1, _HOP)
    if not len(frames):
        return 0.0
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    return float(np.std(10.0 * np.log10(np.maximum(power, 1e-12))))


def is_clipped(wave: FloatArray, numbers: Numbers) -> bool:
    """Return whether the window of an alias stays at full scale for three samples or more."""
    full = np.abs(_part(wave, numbers.offset_ms, numbers.offset_ms - numbers.cutoff_ms)) >= _FULL
    flat = full[2:] & full[1:-1] & full[:-2]
    return bool(flat.any())


def _part(wave: FloatArray, begin_ms: float, end_ms: float) -> FloatArray:
    begin, end = (round(ms * SAMPLE_RATE_HZ / 1000.0) for ms in (begin_ms, end_ms))
    return wave[begin:end]
