"""How far a note is from a recording: log-mel, mel-cepstral, pitch, voicing and aperiodicity distances."""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import FloatArray
from pychang.metrics.pitch import PITCH_FRAME_MS, pitch_hz
from pychang.metrics.spectra import common_samples, log_mel_db
from pychang.units import SAMPLE_RATE_HZ

HIGH_BANDS = slice(60, 96)
"""The mel bands above 4.2 kHz."""

_RANGE_DB, _VOWEL_RANGE_DB = 70.0, 60.0
_CEPSTRA, _ACTIVE_NEPER = 25, 6.0
_NOISE_BINS = slice(20, 700)  # 0.4-15 kHz of D4C's 2048 point spectrum


@dataclass(frozen=True)
class Comparison:
    """A note beside the recording it was made from: all 0 for the recording itself.

    Attributes:
        mel_db: `mel_distance_db`.
        high_mel_db: The same, of the bands above 4.2 kHz alone; nan where none is within the range.
        cepstral_db: Mel-cepstral distortion, median of the active frames, without the level (c0).
        pitch_cents: Median absolute difference of f0 where both are voiced; nan where none is.
        pitch_p90_cents: Its 90th percentile.
        voicing_percent: Share of frames where one is voiced and the other is not.
        aperiodicity_db: Root mean square difference of D4C's aperiodicity, 0.4-15 kHz, voiced frames.
    """

    mel_db: float
    high_mel_db: float
    cepstral_db: float
    pitch_cents: float
    pitch_p90_cents: float
    voicing_percent: float
    aperiodicity_db: float


def mel_distance_db(reference: FloatArray, wave: FloatArray, most_lag_frames: int = 4) -> float:
    """Return the gain-aligned root mean square log-mel distance in decibels (mel-LSD).

    Over all bands within 70 dB of the reference's loudest, at the best of a few whole-frame lags; the
    median level difference is taken out first. Raises ValueError for waves under `SHORTEST_SAMPLES`.
    """
    return _mel_distances(reference, wave, most_lag_frames)[0]


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
    common_samples(reference, wave)
    ours, theirs = log_mel_db(reference), log_mel_db(wave)
    return min(
        _aligned_rms_db(ours, _at_frames(theirs, wave_frames + lag))
        for lag in range(-most_lag_frames, most_lag_frames + 1)
    )


def compare(reference: FloatArray, wave: FloatArray) -> Comparison:
    """Compare a note with the recording it was made from, sung as recorded.

    Raises ValueError for waves under `SHORTEST_SAMPLES`. Shapes [samples]; the longer one is cut.
    """
    samples = common_samples(reference, wave)
    ours, theirs = _world(reference[:samples]), _world(wave[:samples])
    both = (ours.f0_hz > 0) & (theirs.f0_hz > 0)
    cents = np.abs(1200.0 * np.log2(theirs.f0_hz[both] / ours.f0_hz[both]))
    noise = _noise_db(ours.aperiodicity[both]) - _noise_db(theirs.aperiodicity[both])
    active = ours.cepstra[:, 0] > ours.cepstra[:, 0].max() - _ACTIVE_NEPER
    mel_db, high_mel_db = _mel_distances(reference, wave, most_lag_frames=4)
    return Comparison(
        mel_db=mel_db,
        high_mel_db=high_mel_db,
        cepstral_db=float(np.median(_cepstral_db(ours.cepstra[active], theirs.cepstra[active]))),
        pitch_cents=float(np.median(cents)) if both.any() else float("nan"),
        pitch_p90_cents=float(np.percentile(cents, 90)) if both.any() else float("nan"),
        voicing_percent=100.0 * float(((ours.f0_hz > 0) != (theirs.f0_hz > 0)).mean()),
        aperiodicity_db=float(np.sqrt(np.mean(noise**2))) if both.any() else float("nan"),
    )


def vowel_distance_db(reference: FloatArray, wave: FloatArray) -> float:
    """Return how far the mean spectra of two steady vowels lie apart: gain-aligned mel-LSD in decibels.

    For a note made from another recording than the reference, where frames cannot be compared one by
    one. Over bands within 60 dB of the loudest. Raises ValueError for waves under `SHORTEST_SAMPLES`.
    """
    common_samples(reference, wave)
    ours, theirs = log_mel_db(reference).mean(axis=1), log_mel_db(wave).mean(axis=1)
    return _aligned_rms_db(ours, theirs, _VOWEL_RANGE_DB)


def vowel_cepstral_db(reference: FloatArray, wave: FloatArray) -> float:
    """Return the mel-cepstral distortion in decibels of the mean envelopes of two steady vowels, without
    the level (c0). Raises ValueError for waves under `SHORTEST_SAMPLES`."""
    common_samples(reference, wave)
    means = (_world(one).cepstra.mean(axis=0, keepdims=True) for one in (reference, wave))
    return float(_cepstral_db(next(means), next(means))[0])


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


def _mel_distances(reference: FloatArray, wave: FloatArray, most_lag_frames: int) -> tuple[float, float]:
    """(all bands, `HIGH_BANDS` alone) at the lag that is best for all bands."""
    samples = common_samples(reference, wave)
    ours, theirs = log_mel_db(reference[:samples]), log_mel_db(wave[:samples])
    frames = ours.shape[1]
    return min(
        _band_distances(
            ours[:, max(0, lag) : frames + min(0, lag)], theirs[:, max(0, -lag) : frames + min(0, -lag)]
        )
        for lag in range(-most_lag_frames, most_lag_frames + 1)
    )


def _band_distances(ours: FloatArray, theirs: FloatArray) -> tuple[float, float]:
    counted = ours > ours.max() - _RANGE_DB
    off = ours - theirs - np.median((ours - theirs)[counted])
    high = off[HIGH_BANDS][counted[HIGH_BANDS]]
    return _rms(off[counted]), _rms(high) if len(high) else float("nan")


def _aligned_rms_db(ours: FloatArray, theirs: FloatArray, range_db: float = _RANGE_DB) -> float:
    difference = (ours - theirs)[ours > ours.max() - range_db]
    return _rms(difference - np.median(difference))


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _at_frames(bands: FloatArray, frames: FloatArray) -> FloatArray:
    """Read columns between the columns; beyond the ends, the last one. Shape [bands, len(frames)]."""
    at = np.clip(frames, 0.0, bands.shape[1] - 1)
    index = np.minimum(at.astype(int), max(0, bands.shape[1] - 2))
    share = at - index
    after = np.minimum(index + 1, bands.shape[1] - 1)
    return np.asarray(bands[:, index] * (1.0 - share) + bands[:, after] * share)
