"""What is done to a finished note: low-pass, peak and volume."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ

PEAK_TARGET = 0.5
"""-6 dBFS: where a fully compressed note peaks at volume 100 (UTAU's own rule)."""

_MOST_BOOST = 16.0
SILENCE_PEAK = 1e-4
"""-80 dBFS: what peaks below is no sound, and is neither blown up nor sung."""
_FULL_SCALE = 0.999


def low_pass(wave: FloatArray, cutoff_hz: float) -> FloatArray:
    """Damp what lies above `cutoff_hz` (-3 dB there, 24 dB an octave, no phase shift). Shape kept."""
    padded = len(wave) + SAMPLE_RATE_HZ // 20
    size = 1 << (padded - 1).bit_length()
    frequency = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE_HZ)
    gain = 1.0 / np.sqrt(1.0 + (frequency / cutoff_hz) ** 8)
    return np.fft.irfft(np.fft.rfft(wave, size) * gain, size)[: len(wave)].astype(np.float32)


def peak_gain(wave_peak: float, file_peak: float, voiced_share: float, strength: float) -> float:
    """Return the gain of UTAU's peak compressor.

    Args:
        wave_peak: Peak of the note.
        file_peak: Peak of the whole recording: an unvoiced note is measured by it, so that a
            consonant alone is not blown up to a vowel's level.
        voiced_share: 0..1.
        strength: 0 (off) to 1 (peak at `PEAK_TARGET`).
    """
    reference = voiced_share * wave_peak + (1.0 - voiced_share) * max(file_peak, wave_peak)
    if reference < SILENCE_PEAK:
        return 1.0
    return float(min(PEAK_TARGET / reference, _MOST_BOOST) ** strength)


def limit(wave: FloatArray) -> FloatArray:
    """Turn a note down that would clip; leave any other as it is."""
    peak = float(np.max(np.abs(wave), initial=0.0))
    return wave * (_FULL_SCALE / peak) if peak > _FULL_SCALE else wave
