"""White noise and tones of known power, taken apart: both are found again."""

import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.arrays import ComplexArray, FloatArray
from pychang.breath import noise_and_tone, noise_bands, smoothed
from pychang.harmonics import analyse_harmonics, frame_phase, harmonic_count
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import vowel, white

SAMPLES = 2 * SAMPLE_RATE_HZ
FRAMES = SAMPLES // HOP_SAMPLES + 1
NOISE = white(SAMPLES, -30.0)
INNER = slice(50, -50)


def tones(f0_hz: float, amplitude: float) -> FloatArray:
    time_s = np.arange(SAMPLES) / SAMPLE_RATE_HZ
    rows = (np.cos(2 * np.pi * k * f0_hz * time_s) for k in range(1, harmonic_count(f0_hz) + 1))
    return np.asarray(amplitude * sum(rows), np.float32)


def taken_apart(wave: FloatArray, f0_hz: float) -> tuple[ComplexArray, FloatArray]:
    f0 = np.full(FRAMES, f0_hz)
    phase = frame_phase(f0)
    return analyse_harmonics(wave, phase, f0, harmonic_count(f0_hz)), phase


def treble(f0_hz: float) -> slice:
    """The partials from 2.4 kHz on, which may be breath."""
    return slice(int(2400 / f0_hz) + 3, -3)


def band_power(f0_hz: float) -> float:
    """Power of NOISE in a band of one partial's distance."""
    return float(np.mean(NOISE**2)) * f0_hz / (SAMPLE_RATE_HZ / 2)


@pytest.mark.parametrize("f0_hz", [90.0, 220.0, 600.0])
def test_white_noise_has_its_power_in_every_band(f0_hz: float) -> None:
    found = np.exp(2 * noise_bands(NOISE, np.full(FRAMES, f0_hz), harmonic_count(f0_hz)))[INNER]
    np.testing.assert_allclose(10 * np.log10(found.mean(0) / band_power(f0_hz)), 0.0, atol=1.0)


@pytest.mark.parametrize("f0_hz", [90.0, 130.0, 220.0, 440.0])
@pytest.mark.parametrize("kept", [0.1, 1.0])
def test_what_the_residual_lacks_of_the_noise_is_found(f0_hz: float, kept: float) -> None:
    wave = NOISE + tones(f0_hz, 0.05)
    amplitudes, phase = taken_apart(wave, f0_hz)
    bands = noise_bands(np.sqrt(np.float32(kept)) * NOISE, np.full(FRAMES, f0_hz), amplitudes.shape[1])
    tables = noise_and_tone(wave, amplitudes, bands, phase, np.full(FRAMES, f0_hz), np.ones(FRAMES))
    missing = tables.log_missing
    assert np.mean(2 * missing[INNER, treble(f0_hz)]) * 10 / np.log(10) == pytest.approx(
        -10 * np.log10(kept), abs=0.7
    )


@pytest.mark.parametrize("f0_hz", [110.0, 300.0])
@pytest.mark.parametrize("snr_db", [0.0, 10.0, 30.0])
def test_the_tones_own_power_is_found_under_the_noise(f0_hz: float, snr_db: float) -> None:
    amplitude = float(np.sqrt(2 * band_power(f0_hz) * 10 ** (snr_db / 10)))
    wave = NOISE + tones(f0_hz, amplitude)
    amplitudes, phase = taken_apart(wave, f0_hz)
    bands = noise_bands(NOISE, np.full(FRAMES, f0_hz), amplitudes.shape[1])
    tables = noise_and_tone(wave, amplitudes, bands, phase, np.full(FRAMES, f0_hz), np.ones(FRAMES))
    tone = tables.log_tone
    inner = (slice(50, -50), treble(f0_hz))
    own = np.mean(0.5 * np.abs(amplitudes[inner]) ** 2 * np.exp(2 * tone[inner]))
    # one pass of the analysis takes up half of the noise in the band, and all of it is subtracted
    assert 10 * np.log10(own / (0.5 * amplitude**2)) == pytest.approx(
        0.0, abs=0.5 + 5.0 * 10 ** (-snr_db / 10)
    )


def test_a_clean_vowel_has_no_noise_to_speak_of() -> None:
    analysis = analyse(vowel(220.0, seconds=0.8))
    loud = analysis.log_amplitudes > analysis.log_amplitudes.max() - np.log(1000.0)
    inner = loud & (np.arange(len(loud))[:, None] > 20) & (np.arange(len(loud))[:, None] < len(loud) - 20)
    assert analysis.log_tone[inner].min() > -0.1


def test_unvoiced_frames_do_not_count() -> None:
    wave = np.concatenate([10 * NOISE[: SAMPLES // 2], (NOISE + tones(220.0, 0.05))[SAMPLES // 2 :]])
    amplitudes, phase = taken_apart(wave, 220.0)
    voicing = (np.arange(FRAMES) > FRAMES // 2 + 10).astype(float)
    bands = noise_bands(wave, np.full(FRAMES, 220.0), amplitudes.shape[1])
    tone = noise_and_tone(wave, amplitudes, bands, phase, np.full(FRAMES, 220.0), voicing).log_tone
    border = FRAMES // 2 + 14
    assert np.exp(2 * tone[border, 11:60]).mean() == pytest.approx(
        np.exp(2 * tone[border + 80, 11:60]).mean(), abs=0.1
    )


def test_low_partials_keep_what_swings_beside_them() -> None:
    wave = NOISE + tones(110.0, 0.05)
    amplitudes, phase = taken_apart(wave, 110.0)
    bands = noise_bands(0.1 * NOISE, np.full(FRAMES, 110.0), amplitudes.shape[1])
    tables = noise_and_tone(wave, amplitudes, bands, phase, np.full(FRAMES, 110.0), np.ones(FRAMES))
    missing, tone = tables.log_missing, tables.log_tone
    assert not missing[:, :3].any()
    assert not tone[:, :3].any()
    assert missing[:, 4:].all()


@pytest.mark.parametrize("width", [1, 5, 25, 99])
def test_smoothing_keeps_what_is_even(width: int) -> None:
    rows = np.tile(np.arange(3.0, dtype=np.float32), (12, 1))
    np.testing.assert_allclose(smoothed(rows, width), rows, rtol=1e-5)
