"""Band images and filters against sines and noise whose levels are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pychang.arrays import FloatArray
from pychang.image import (
    BANDS,
    FFT_SAMPLES,
    FLOOR_DB,
    IMAGE_HOP_SAMPLES,
    band_centres_hz,
    band_levels_db,
    filtered,
    from_unit,
    image_frames,
    spectra,
    to_unit,
)
from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import error_db, power_db, white


def sine(hz: float, samples: int = 44100, gain: float = 1.0) -> FloatArray:
    return (gain * np.sin(2 * np.pi * hz * np.arange(samples) / SAMPLE_RATE_HZ)).astype(np.float32)


def gain_everywhere(samples: int, gain_db: float) -> FloatArray:
    return np.full((image_frames(samples), BANDS), gain_db, np.float32)


def test_the_bands_reach_from_the_bottom_to_the_top() -> None:
    centres = band_centres_hz()
    assert len(centres) == BANDS
    assert centres[0] < 80
    assert 19000 < centres[-1] < 20000
    steps = np.diff(np.log1p(centres / 2000))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


@pytest.mark.parametrize("bin_", [5, 40, 200, 400])
def test_a_sine_is_seen_in_its_band_at_its_level(bin_: int) -> None:
    hz = bin_ * SAMPLE_RATE_HZ / FFT_SAMPLES
    levels = band_levels_db(sine(hz, gain=0.5))[10:-10]
    band = int(np.argmin(np.abs(band_centres_hz() - hz)))
    assert np.abs(levels.argmax(1) - band).max() <= 1
    # a band is the mean of its bins: of a sine it shows the share that its one bin has
    spectrum = np.abs(spectra(sine(hz, gain=0.5), 10, 11)[0]) * 2 / (FFT_SAMPLES / 2)
    assert 20 * np.log10(spectrum.max()) == pytest.approx(-6.02, abs=0.01)


def test_white_noise_is_flat_at_its_power() -> None:
    levels = band_levels_db(white(5 * SAMPLE_RATE_HZ, -20.0))
    # mean power of a Hann-windowed bin, relative to a sine's peak: 4 * sum(w^2) / sum(w)^2 * variance
    wanted = -20.0 + 10 * np.log10(4 * 1.5 / FFT_SAMPLES)
    mean = 10 * np.log10((10 ** (levels[5:-5] / 10)).mean(0))
    np.testing.assert_allclose(mean, wanted, atol=1.2)
    assert mean.mean() == pytest.approx(wanted, abs=0.2)


@pytest.mark.parametrize("samples", [0, 1, 439, 440, 441, 5000, 300_000])
def test_every_length_has_its_frames(samples: int) -> None:
    levels = band_levels_db(np.zeros(samples, np.float32))
    assert levels.shape == (samples // IMAGE_HOP_SAMPLES + 1, BANDS)
    assert levels.dtype == np.float32
    np.testing.assert_allclose(levels, FLOOR_DB, atol=1e-3)
    assert len(filtered(np.zeros(samples, np.float32), gain_everywhere(samples, 3.0))) == samples


def test_frames_are_the_same_alone_and_among_others() -> None:
    wave = white(100_000)
    np.testing.assert_array_equal(spectra(wave, 0, 227)[100:110], spectra(wave, 100, 110))


def test_no_gain_changes_no_bit() -> None:
    wave = white(50_000)
    assert filtered(wave, gain_everywhere(50_000, 0.0)).tobytes() == wave.tobytes()


def test_where_gains_are_nought_the_wave_is_kept_bit_for_bit() -> None:
    wave, gains = white(88_200), gain_everywhere(88_200, 0.0)
    gains[:100] = 6.0
    changed = filtered(wave, gains)
    far = 100 * IMAGE_HOP_SAMPLES + FFT_SAMPLES // 2
    assert changed[far:].tobytes() == wave[far:].tobytes()
    assert power_db(changed[: 99 * IMAGE_HOP_SAMPLES]) > power_db(wave[: 99 * IMAGE_HOP_SAMPLES]) + 5


@pytest.mark.parametrize("samples", [3, 440, 50_000, 700 * IMAGE_HOP_SAMPLES])
def test_the_same_gain_everywhere_is_a_gain(samples: int) -> None:
    wave = white(samples)
    louder = filtered(wave, gain_everywhere(samples, 6.0))
    assert error_db(louder, wave * 10 ** (6.0 / 20)) < -90.0


def test_a_band_is_raised_and_the_others_stay() -> None:
    gains = gain_everywhere(44100, 0.0)
    band = int(np.argmin(np.abs(band_centres_hz() - 3000)))
    gains[:, band - 3 : band + 4] = 9.0
    both = sine(3000) + sine(500)
    raised = filtered(both, gains)[2000:-2000]
    assert error_db(raised, (sine(3000) * 10 ** (9 / 20) + sine(500))[2000:-2000]) < -45.0


def test_long_waves_have_no_seams() -> None:
    """Blocks of frames are joined inside: a slow swell comes out as one."""
    samples = 1300 * IMAGE_HOP_SAMPLES
    swell = np.sin(np.arange(image_frames(samples)) / 50)[:, None] * np.full(BANDS, 6.0)
    wave = sine(1000, samples)
    gain = np.interp(np.arange(samples) / IMAGE_HOP_SAMPLES, np.arange(len(swell)), swell[:, 0])
    assert error_db(filtered(wave, swell.astype(np.float32)), wave * 10 ** (gain / 20)) < -50.0


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(st.floats(-80, 10), st.floats(-95, 5))
def test_levels_come_back_from_the_networks_range(reference_db: float, below_db: float) -> None:
    levels = np.array([[reference_db + below_db]], np.float32)
    unit = to_unit(levels, reference_db)
    assert -1.0 <= unit.min() <= unit.max() <= 1.0
    np.testing.assert_allclose(from_unit(unit, reference_db), levels, atol=1e-3)


def test_what_is_outside_the_networks_range_is_clipped() -> None:
    np.testing.assert_array_equal(to_unit(np.array([-200.0, 200.0]), 0.0), [-1.0, 1.0])
