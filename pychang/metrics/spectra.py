"""What the measures look at: log-mel frames and spectra of a wave, and parts of it."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

FRAME_MS = 1000.0 * HOP_SAMPLES / SAMPLE_RATE_HZ
"""Distance of the frames of `log_mel_db` and of `power_spectra`."""

SHORTEST_SAMPLES = 4096
"""Below this there are too few frames to compare."""

BANDS = 96
FLOOR = 1e-9
"""Power of a band that is taken for silence."""

SPECTRUM_POINTS = 1024
"""Window of `power_spectra`."""

_FFT, _WINDOW = 2048, 1024
_LOWEST_MEL_HZ, _HIGHEST_MEL_HZ = 40.0, 18_000.0


def log_mel_db(wave: FloatArray) -> FloatArray:
    """Return power in 96 mel bands, 40 Hz to 18 kHz, in decibels. Shape [96, frames]."""
    import librosa

    spectrum = librosa.stft(
        np.asarray(wave, dtype=np.float64), n_fft=_FFT, hop_length=HOP_SAMPLES, win_length=_WINDOW
    )
    bands = librosa.filters.mel(
        sr=SAMPLE_RATE_HZ, n_fft=_FFT, n_mels=BANDS, fmin=_LOWEST_MEL_HZ, fmax=_HIGHEST_MEL_HZ
    )
    return np.asarray(10.0 * np.log10(bands @ np.abs(spectrum) ** 2 + FLOOR))


def power_spectra(wave: FloatArray, hop_samples: int = HOP_SAMPLES) -> FloatArray:
    """Return power spectra of windows of `SPECTRUM_POINTS`. Shape [513, frames]."""
    import librosa

    exact = np.asarray(wave, dtype=np.float64)
    return np.asarray(np.abs(librosa.stft(exact, n_fft=SPECTRUM_POINTS, hop_length=hop_samples)) ** 2)


def common_samples(reference: FloatArray, wave: FloatArray) -> int:
    """Return the length of the shorter wave; raises ValueError where it is under `SHORTEST_SAMPLES`."""
    samples = min(len(reference), len(wave))
    if samples < SHORTEST_SAMPLES:
        raise ValueError(f"{samples} samples in common are too few, give at least {SHORTEST_SAMPLES}")
    return samples


def middle(values: FloatArray, begin: float, end: float) -> FloatArray:
    """Return the part of a row of values between two shares (0..1) of its length."""
    return values[int(len(values) * begin) : int(len(values) * end)]
