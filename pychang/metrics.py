"""How near a note is to a recording, and how steadily it holds: the figures every change is judged by.

Distances follow common practice: log-mel distance as vocoder papers report it, mel-cepstral distortion
after Kubichek (1993) on WORLD's coded envelope (Morise 2016), pitch by Harvest (Morise 2017),
aperiodicity by D4C (Morise 2016). The estimators are another's, so that the engine does not judge itself.
Needs librosa, the `measure` extra; never imported on the path of a note. Waves are mono at 44.1 kHz.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

FRAME_MS = 1000.0 * HOP_SAMPLES / SAMPLE_RATE_HZ
"""Distance of the frames of `log_mel_db` and of `high_band_db`."""

PITCH_FRAME_MS = 5.0
"""Distance of the frames of `pitch_hz`."""

SHORTEST_SAMPLES = 4096
"""Below this there are too few frames to compare."""

_BANDS, _FFT, _WINDOW = 96, 2048, 1024
_LOWEST_MEL_HZ, _HIGHEST_MEL_HZ = 40.0, 18_000.0
_FLOOR = 1e-9
_RANGE_DB, _VOWEL_RANGE_DB = 70.0, 60.0
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 1200.0
_CEPSTRA, _ACTIVE_NEPER = 25, 6.0
_NOISE_BINS = slice(20, 700)  # 0.4-15 kHz of D4C's 2048 point spectrum
_CLICK_HZ, _CLICK_HOP = (3000.0, 16_000.0), 128
_LEVEL_SAMPLES, _LEVEL_HOP, _SLOW_POINTS = 1764, 441, 51


@dataclass(frozen=True)
class Comparison:
    """A note beside the recording it was made from: all 0 for the recording itself.

    Attributes:
        mel_db: `mel_distance_db`.
        cepstral_db: Mel-cepstral distortion, median of the active frames, without the level (c0).
        pitch_cents: Median absolute difference of f0 where both are voiced; nan where none is.
        pitch_p90_cents: Its 90th percentile.
        voicing_percent: Share of frames where one is voiced and the other is not.
        aperiodicity_db: Root mean square difference of D4C's aperiodicity, 0.4-15 kHz, voiced frames.
    """

    mel_db: float
    cepstral_db: float
    pitch_cents: float
    pitch_p90_cents: float
    voicing_percent: float
    aperiodicity_db: float


def log_mel_db(wave: FloatArray) -> FloatArray:
    """Return power in 96 mel bands, 40 Hz to 18 kHz, in decibels. Shape [96, frames]."""
    import librosa

    spectrum = librosa.stft(
        np.asarray(wave, dtype=np.float64), n_fft=_FFT, hop_length=HOP_SAMPLES, win_length=_WINDOW
    )
    bands = librosa.filters.mel(
        sr=SAMPLE_RATE_HZ, n_fft=_FFT, n_mels=_BANDS, fmin=_LOWEST_MEL_HZ, fmax=_HIGHEST_MEL_HZ
    )
    return np.asarray(10.0 * np.log10(bands @ np.abs(spectrum) ** 2 + _FLOOR))


def pitch_hz(wave: FloatArray) -> FloatArray:
    """Return Harvest's f0 in hertz every `PITCH_FRAME_MS`, 0 where unvoiced. Shape [frames]."""
    import pyworld

    f0, _ = pyworld.harvest(
        np.ascontiguousarray(wave, dtype=np.float64), SAMPLE_RATE_HZ, f0_floor=_LOWEST_HZ,
        f0_ceil=_HIGHEST_HZ, frame_period=PITCH_FRAME_MS,
    )  # fmt: skip
    return np.asarray(f0)


def mel_distance_db(reference: FloatArray, wave: FloatArray, most_lag_frames: int = 4) -> float:
    """Return the gain-aligned root mean square log-mel distance in decibels (mel-LSD).

    Over all bands within 70 dB of the reference's loudest, at the best of a few whole-frame lags; the
    median level difference is taken out first. Raises ValueError for waves under `SHORTEST_SAMPLES`.
    """
    samples = _common_samples(reference, wave)
    ours, theirs = log_mel_db(reference[:samples]), log_mel_db(wave[:samples])
    return min(
        _aligned_rms_db(
            ours[:, max(0, lag) : ours.shape[1] + min(0, lag)],
            theirs[:, max(0, -lag) : theirs.shape[1] + min(0, -lag)],
        )
        for lag in range(-most_lag_frames, most_lag_frames + 1)
    )


def warped_mel_distance_db(
    reference: FloatArray, wave: FloatArray, wave_frames: FloatArray, most_lag_frames: int = 2
) -> float:
    """Return `mel_distance_db` of a note that runs at another speed.

    Args:
        reference: The recording. Shape [samples].
        wave: The note. Shape [other samples].
        wave_frames: Where each frame of the reference's `log_mel_db` is in the note's, in frames with
            fractions; read linearly. Shape [reference frames].
        most_lag_frames: Frames of the note by which the map may be off.

    Raises:
        ValueError: A wave is under `SHORTEST_SAMPLES`.
    """
    _common_samples(reference, wave)
    ours, theirs = log_mel_db(reference), log_mel_db(wave)
    return min(
        _aligned_rms_db(ours, _at_frames(theirs, wave_frames + lag))
        for lag in range(-most_lag_frames, most_lag_frames + 1)
    )


def compare(reference: FloatArray, wave: FloatArray) -> Comparison:
    """Compare a note with the recording it was made from, sung as recorded.

    Raises ValueError for waves under `SHORTEST_SAMPLES`. Shapes [samples]; the longer one is cut.
    """
    samples = _common_samples(reference, wave)
    ours, theirs = _world(reference[:samples]), _world(wave[:samples])
    both = (ours.f0_hz > 0) & (theirs.f0_hz > 0)
    cents = np.abs(1200.0 * np.log2(theirs.f0_hz[both] / ours.f0_hz[both]))
    noise = _noise_db(ours.aperiodicity[both]) - _noise_db(theirs.aperiodicity[both])
    active = ours.cepstra[:, 0] > ours.cepstra[:, 0].max() - _ACTIVE_NEPER
    return Comparison(
        mel_db=mel_distance_db(reference, wave),
        cepstral_db=float(np.median(_cepstral_db(ours.cepstra[active], theirs.cepstra[active]))),
        pitch_cents=float(np.median(cents)) if both.any() else float("nan"),
        pitch_p90_cents=float(np.percentile(cents, 90)) if both.any() else float("nan"),
        voicing_percent=100.0 * float(((ours.f0_hz > 0) != (theirs.f0_hz > 0)).mean()),
        aperiodicity_db=float(np.sqrt(np.mean(noise**2))) if both.any() else float("nan"),
    )


def steady_pitch(
    wave: FloatArray, wanted_hz: float, begin: float = 0.3, end: float = 0.9
) -> tuple[float, float]:
    """Return how a note holds one pitch from `begin` to `end` of its length (0..1).

    (root mean square f0 error in cents, nan where nothing is voiced; unvoiced frames in percent).
    """
    f0 = _middle(pitch_hz(wave), begin, end)
    voiced = f0[f0 > 0]
    error = 1200.0 * np.log2(voiced / wanted_hz)
    cents = float(np.sqrt(np.mean(error**2))) if len(voiced) else float("nan")
    return cents, 100.0 * float((f0 <= 0).mean())


def click_db(wave: FloatArray, begin: float = 0.3, end: float = 0.9) -> float:
    """Return the worst step (99.9th percentile) of the 3-16 kHz level between frames 2.9 ms apart, in dB.

    `begin` and `end`: the part of the wave that is looked at, 0..1. A join heard as a click measures 3 and
    more; a singer's own vowel about 2.
    """
    import librosa

    part = np.asarray(_middle(wave, begin, end), dtype=np.float64)
    power = np.abs(librosa.stft(part, n_fft=1024, hop_length=_CLICK_HOP)) ** 2
    low, high = (round(hz * 1024 / SAMPLE_RATE_HZ) for hz in _CLICK_HZ)
    level = 10.0 * np.log10(power[low:high].sum(axis=0) + _FLOOR)
    return float(np.percentile(np.abs(np.diff(level)), 99.9))


def warble_db(wave: FloatArray, begin: float = 0.3, end: float = 0.9) -> float:
    """Return how far the level moves at 2-20 Hz: standard deviation in dB of the 40 ms level less its
    half-second mean. `begin` and `end`: the part of the wave that is looked at, 0..1."""
    power = np.asarray(_middle(wave, begin, end), dtype=np.float64) ** 2
    level = 10.0 * np.log10(_moving_mean(power, _LEVEL_SAMPLES)[::_LEVEL_HOP] + _FLOOR)
    padded = np.pad(level, _SLOW_POINTS // 2, mode="edge")
    return float((level - _moving_mean(padded, _SLOW_POINTS)).std())


def vowel_distance_db(reference: FloatArray, wave: FloatArray) -> float:
    """Return how far the mean spectra of two steady vowels lie apart: gain-aligned mel-LSD in decibels.

    For a note made from another recording than the reference, where frames cannot be compared one by
    one. Over bands within 60 dB of the loudest. Raises ValueError for waves under `SHORTEST_SAMPLES`.
    """
    _common_samples(reference, wave)
    ours, theirs = log_mel_db(reference).mean(axis=1), log_mel_db(wave).mean(axis=1)
    return _aligned_rms_db(ours, theirs, _VOWEL_RANGE_DB)


def high_band_db(
    reference: FloatArray, wave: FloatArray, frames: NDArray[np.bool_], from_hz: float = 6000.0
) -> float:
    """Return by how many decibels a note is louder than its recording above a frequency.

    Args:
        reference: The recording. Shape [samples].
        wave: The note, at the recording's own speed. Shape [samples].
        frames: Which frames count (`FRAME_MS` apart), such as the unvoiced ones. Shape [frames].
        from_hz: Lower edge of the band.

    Raises:
        ValueError: A wave is under `SHORTEST_SAMPLES`, or no frame counts.
    """
    import librosa

    samples = _common_samples(reference, wave)
    counted = np.flatnonzero(frames[: samples // HOP_SAMPLES])
    if not len(counted):
        raise ValueError("no frame counts")
    low = int(np.ceil(from_hz * 1024 / SAMPLE_RATE_HZ))
    ours, theirs = (
        np.abs(librosa.stft(np.asarray(x[:samples], np.float64), n_fft=1024, hop_length=HOP_SAMPLES)) ** 2
        for x in (reference, wave)
    )
    powers = (x[low:, counted].sum() + _FLOOR for x in (theirs, ours))
    return float(10.0 * np.log10(next(powers) / next(powers)))


@dataclass(frozen=True)
class _World:
    f0_hz: FloatArray
    cepstra: FloatArray
    aperiodicity: FloatArray


def _world(wave: FloatArray) -> _World:
    import pyworld

    samples = np.ascontiguousarray(wave, dtype=np.float64)
    f0 = pitch_hz(samples)
    at_s = np.arange(len(f0)) * PITCH_FRAME_MS / 1000.0
    envelope = pyworld.cheaptrick(samples, f0, at_s, SAMPLE_RATE_HZ)
    return _World(
        f0_hz=f0,
        cepstra=pyworld.code_spectral_envelope(envelope, SAMPLE_RATE_HZ, _CEPSTRA),
        aperiodicity=pyworld.d4c(samples, f0, at_s, SAMPLE_RATE_HZ),
    )


def _cepstral_db(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    squares = ((ours - theirs)[:, 1:] ** 2).sum(axis=1)
    return np.asarray(10.0 / np.log(10.0) * np.sqrt(2.0 * squares))


def _noise_db(aperiodicity: FloatArray) -> FloatArray:
    return np.asarray(20.0 * np.log10(aperiodicity[:, _NOISE_BINS] + 1e-4))


def _aligned_rms_db(ours: FloatArray, theirs: FloatArray, range_db: float = _RANGE_DB) -> float:
    difference = (ours - theirs)[ours > ours.max() - range_db]
    return float(np.sqrt(np.mean((difference - np.median(difference)) ** 2)))


def _at_frames(bands: FloatArray, frames: FloatArray) -> FloatArray:
    """Read columns between the columns; beyond the ends, the last one. Shape [bands, len(frames)]."""
    at = np.clip(frames, 0.0, bands.shape[1] - 1)
    index = np.minimum(at.astype(int), max(0, bands.shape[1] - 2))
    share = at - index
    after = np.minimum(index + 1, bands.shape[1] - 1)
    return np.asarray(bands[:, index] * (1.0 - share) + bands[:, after] * share)


def _common_samples(reference: FloatArray, wave: FloatArray) -> int:
    samples = min(len(reference), len(wave))
    if samples < SHORTEST_SAMPLES:
        raise ValueError(f"{samples} samples in common are too few, give at least {SHORTEST_SAMPLES}")
    return samples


def _middle(values: FloatArray, begin: float, end: float) -> FloatArray:
    return values[int(len(values) * begin) : int(len(values) * end)]


def _moving_mean(values: FloatArray, points: int) -> FloatArray:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((sums[points:] - sums[:-points]) / points)
