"""The top of the spectrum: whether a note is brighter or duller than its recording."""

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from pychang.metrics.spectra import FLOOR, SPECTRUM_POINTS, common_samples, power_spectra
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_BRIGHT_HZ = (8000.0, 16_000.0)


def brightness_db(reference: FloatArray, wave: FloatArray) -> float:
    """Return by how many decibels the share of 8-16 kHz in a note is above that in its recording.

    Shares of all the power below 16 kHz, so that the level does not count; the waves may have any length
    and pitch. 0: as bright as the recording, below: duller. Raises ValueError for waves under
    `SHORTEST_SAMPLES`.
    """
    common_samples(reference, wave)
    return _bright_share_db(wave) - _bright_share_db(reference)


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
    samples = common_samples(reference, wave)
    counted = np.flatnonzero(frames[: samples // HOP_SAMPLES])
    if not len(counted):
        raise ValueError("no frame counts")
    low = _first_bin(from_hz)
    powers = (power_spectra(x[:samples])[low:, counted].sum() + FLOOR for x in (wave, reference))
    return float(10.0 * np.log10(next(powers) / next(powers)))


def _bright_share_db(wave: FloatArray) -> float:
    power = power_spectra(wave).sum(axis=1)
    low, high = map(_first_bin, _BRIGHT_HZ)
    return float(10.0 * np.log10((power[low:high].sum() + FLOOR) / (power[:high].sum() + FLOOR)))


def _first_bin(from_hz: float) -> int:
    return int(np.ceil(from_hz * SPECTRUM_POINTS / SAMPLE_RATE_HZ))
