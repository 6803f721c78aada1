"""Noise that swells within the cycle by a known depth, and noise that does not."""

import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.arrays import ComplexArray, FloatArray
from pychang.pulsing import evened, pulse_tables, pulsed
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import filtered, power_db, white

SAMPLES = 2 * SAMPLE_RATE_HZ
FRAMES = SAMPLES // HOP_SAMPLES + 1
INNER = slice(50, -50)
BANDS_HZ = ((1500.0, 4500.0), (5500.0, 15000.0))


def cycles(f0_hz: float) -> FloatArray:
    return np.arange(SAMPLES) * (f0_hz / SAMPLE_RATE_HZ)


def swelling(f0_hz: float, depth: float, place: float, seed: int = 0) -> FloatArray:
    """White noise at -40 dB whose power goes as 1 + depth cos(2 pi (phase - place))."""
    swell = 1.0 + depth * np.cos(2 * np.pi * (cycles(f0_hz) - place))
    return np.asarray(white(SAMPLES, -40.0, seed) * np.sqrt(swell), np.float32)


def tones(f0_hz: float) -> FloatArray:
    """Partials without any noise, falling 6 dB an octave."""
    phase = 2 * np.pi * cycles(f0_hz)
    rows = (np.cos(k * phase) / k for k in range(1, int(19000 / f0_hz)))
    return np.asarray(0.05 * sum(rows), np.float32)


def coefficient(wave: FloatArray, phase: FloatArray, low_hz: float, high_hz: float) -> complex:
    """Of the power of a band, over the phase, by the plainest means."""
    spectrum = np.fft.rfft(wave)
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    power = np.fft.irfft(spectrum * ((hz > low_hz) & (hz < high_hz)), len(wave)) ** 2
    return complex((power * np.exp(-2j * np.pi * phase)).sum() / power.sum())


def tables(place: float, depth: float) -> ComplexArray:
    one = 0.5 * depth * np.exp(-2j * np.pi * place)
    return np.full((FRAMES + 1, 2), one, np.complex64)  # as in a plan, the last frame is behind the end


@pytest.mark.parametrize("f0_hz", [90.0, 200.45, 330.0])
def test_even_noise_has_no_pulse(f0_hz: float) -> None:
    found = pulse_tables(white(SAMPLES), cycles(f0_hz), np.ones(FRAMES))[INNER]
    assert np.abs(found).mean() < 0.02


@pytest.mark.parametrize("f0_hz", [90.0, 200.45, 330.0])
@pytest.mark.parametrize(("depth", "place"), [(0.4, 0.2), (0.9, -0.3)])
def test_a_swell_is_found_where_it_is(f0_hz: float, depth: float, place: float) -> None:
    found = pulse_tables(swelling(f0_hz, depth, place), cycles(f0_hz), np.ones(FRAMES))[INNER]
    np.testing.assert_allclose(found.mean(0), tables(place, depth)[0], atol=0.05)


@pytest.mark.parametrize("f0_hz", [140.0, 330.0])
def test_a_swell_beside_clean_partials_is_found_at_the_analysis_own_phase(f0_hz: float) -> None:
    even, deep = (
        analyse(tones(f0_hz) + swelling(f0_hz, depth, 0.25)).pulsing[INNER, 1] for depth in (0.0, 0.6)
    )
    # noise disturbs the phase that partials are taken out by; what is left of them sounds at the pulse
    assert np.abs(even).mean() < 0.13
    assert deep.mean() == pytest.approx(tables(0.25, 0.6)[0, 1], abs=0.13)


@pytest.mark.parametrize("samples", [40 * HOP_SAMPLES - 1, 40 * HOP_SAMPLES, 40 * HOP_SAMPLES + 1])
def test_every_frame_has_its_row(samples: int) -> None:
    frames = samples // HOP_SAMPLES + 1
    found = pulse_tables(white(samples), cycles(220.0)[:samples], np.ones(frames))
    assert found.shape == (frames, 2)


def test_unvoiced_noise_does_not_count() -> None:
    wave = swelling(140.0, 0.8, 0.1)
    wave[: SAMPLES // 2] = white(SAMPLES // 2, -10.0)
    voicing = (np.arange(FRAMES) > FRAMES // 2 + 4).astype(float)
    found = pulse_tables(wave, cycles(140.0), voicing)
    assert not found[: FRAMES // 2 - 30].any()
    np.testing.assert_allclose(found[FRAMES // 2 + 10 : -50].mean(0), tables(0.1, 0.8)[0], atol=0.08)


@pytest.mark.parametrize("f0_hz", [90.0, 330.0, 900.0])
@pytest.mark.parametrize(("depth", "place"), [(0.5, 0.2), (1.1, -0.4)])
def test_noise_swells_as_it_is_told(f0_hz: float, depth: float, place: float) -> None:
    noise = white(SAMPLES)
    got = pulsed(noise, cycles(f0_hz), tables(place, depth))
    assert power_db(got) == pytest.approx(power_db(noise), abs=0.15)
    for band in BANDS_HZ:
        # a band shows only what lies a pitch apart and inside
        seen = tables(place, depth)[0, 0] * (1.0 - f0_hz / (band[1] - band[0]))
        assert coefficient(got, cycles(f0_hz), *band) == pytest.approx(seen, abs=0.06)


def test_each_band_swells_by_itself() -> None:
    told = tables(0.0, 0.8)
    told[:, 0] = 0.0
    got = pulsed(white(SAMPLES), cycles(220.0), told)
    low, high = (abs(coefficient(got, cycles(220.0), *band)) for band in ((500.0, 3500.0), (7000.0, 16000.0)))
    assert low < 0.04
    assert high == pytest.approx(0.4, abs=0.05)


def test_without_a_pulse_noise_stays_itself() -> None:
    noise = filtered(white(SAMPLES), 3000.0, -20.0).astype(np.float32)
    np.testing.assert_allclose(pulsed(noise, cycles(220.0), tables(0.0, 0.0)), noise, atol=1e-6)


def test_the_deepest_pulse_is_bounded() -> None:
    noise = white(SAMPLES)
    got = pulsed(noise, cycles(220.0), tables(0.0, 2.0))
    assert abs(coefficient(got, cycles(220.0), *BANDS_HZ[1])) < 0.65
    assert np.abs(got).max() < 2.5 * np.abs(noise).max()


@pytest.mark.parametrize("f0_hz", [90.0, 330.0])
@pytest.mark.parametrize(("depth", "place"), [(0.5, 0.2), (1.1, -0.4)])
def test_evened_noise_is_what_was_pulsed(f0_hz: float, depth: float, place: float) -> None:
    noise, told = white(SAMPLES), tables(place, depth)
    got = evened(pulsed(noise, cycles(f0_hz), told), cycles(f0_hz), told[:-1])
    np.testing.assert_allclose(got, noise, atol=1e-5)
