"""Bands and parts of waves."""

import numpy as np
import pytest

from pychang import metrics
from pychang.metrics.spectra import common_samples, middle, power_spectra
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import times_s

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


@pytest.mark.parametrize("hz", [440.0, 3000.0, 12_000.0])
def test_a_tone_is_loudest_in_the_band_of_its_frequency(hz: float) -> None:
    import librosa

    wave = np.sin(2 * np.pi * hz * times_s(0.5))
    bands = metrics.log_mel_db(wave)
    assert bands.shape == (96, len(wave) // HOP_SAMPLES + 1)
    centres = librosa.mel_frequencies(98, fmin=40, fmax=18_000)[1:-1]
    assert centres[int(bands[:, 50].argmax())] == pytest.approx(hz, rel=0.08, abs=25.0)
    assert metrics.log_mel_db(0.1 * wave)[:, 50].max() == pytest.approx(bands[:, 50].max() - 20.0, abs=0.01)


def test_a_tone_of_a_bin_has_the_power_of_its_window() -> None:
    """The mean power of a Hann window's sum: (512 / 2)^2 for amplitude 1."""
    hz = 100 * SAMPLE_RATE_HZ / 1024
    spectrum = power_spectra(np.sin(2 * np.pi * hz * times_s(0.5)))[:, 40]
    assert int(spectrum.argmax()) == 100
    assert spectrum[100] == pytest.approx(256.0**2, rel=1e-3)


def test_parts_and_lengths() -> None:
    assert middle(np.arange(10.0), 0.3, 0.9).tolist() == [3, 4, 5, 6, 7, 8]
    assert common_samples(np.zeros(5000), np.zeros(9000)) == 5000
    with pytest.raises(ValueError, match="too few"):
        common_samples(np.zeros(5000), np.zeros(4000))
