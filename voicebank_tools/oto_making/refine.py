"""Where a vowel begins, to a millisecond, near where the labels have it."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.align.manner import manner
from voicebank_tools.oto_making.sounds import Placed

CLASSES = ("voiced stop",)
"""Consonants whose vowel begins with a rise of its first formant. Of others, labels are nearer to what makers
set, or as near (docs/alignment.md)."""

REACH_MS = 30
_LOW_HZ, _HIGH_HZ = 300.0, 1200.0
_WINDOW_SAMPLES = 512
_SIDE_MS = 10
_LEAST_RISE_DB = 1.0
_FLOOR = 1e-9


def refined_vowel_ms(placed: Placed, wave: FloatArray) -> float:
    """Return where the vowel of a sound begins: where its labels say, or for consonants of `CLASSES` where
    the level between 300 and 1200 Hz rises most within 30 ms of that.

    `wave`: the recording at 44.1 kHz, [samples].
    """
    sound = placed.sound
    if not sound.lead or manner(sound.lead[-1].text) not in CLASSES:
        return sound.vowel_ms
    earliest = max(sound.vowel_ms - REACH_MS, sound.begin_ms + 5.0)
    latest = min(sound.vowel_ms + REACH_MS, sound.vowel_end_ms - REACH_MS)
    moments = np.arange(int(earliest), int(latest) + 1)
    if len(moments) < 2 or moments[0] < _SIDE_MS:
        return sound.vowel_ms
    levels_db = _levels_db(wave, np.arange(moments[0] - _SIDE_MS, moments[-1] + _SIDE_MS + 1))
    sums = np.concatenate(([0.0], np.cumsum(levels_db)))
    means_db = (sums[_SIDE_MS:] - sums[:-_SIDE_MS]) / _SIDE_MS
    rises_db = means_db[_SIDE_MS:] - means_db[:-_SIDE_MS]
    steepest = int(np.argmax(rises_db[: len(moments)]))
    return float(moments[steepest]) if rises_db[steepest] >= _LEAST_RISE_DB else sound.vowel_ms


def _levels_db(wave: FloatArray, moments_ms: np.ndarray) -> FloatArray:
    """Return the level of the band around moments, dB. Shape [moments]."""
    begins = np.round(moments_ms * (SAMPLE_RATE_HZ / 1000.0)).astype(int)
    padded = np.pad(wave, (_WINDOW_SAMPLES // 2, max(0, begins[-1] + _WINDOW_SAMPLES - len(wave))))
    frames = padded[begins[:, np.newaxis] + np.arange(_WINDOW_SAMPLES)]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW_SAMPLES), axis=1)) ** 2
    pitches_hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1.0 / SAMPLE_RATE_HZ)
    band = power[:, (pitches_hz >= _LOW_HZ) & (pitches_hz < _HIGH_HZ)].sum(axis=1)
    return np.asarray(10.0 * np.log10(band + _FLOOR * max(float(band.max()), _FLOOR)))
